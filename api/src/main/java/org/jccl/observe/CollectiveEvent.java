package org.jccl.observe;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jccl.IssuedCall;
import org.jspecify.annotations.Nullable;

/**
 * The JFR event of one call: its duration is the host's time to issue it. The work itself runs
 * later, on the stream.
 */
@Name(CollectiveEvent.NAME)
@Label("Collective")
@Category({"jccl"})
@Description("A call of a communicator; the duration is the host's time to issue it")
@StackTrace(true)
final class CollectiveEvent extends Event {
  static final String NAME = "org.jccl.Collective";

  @Label("Communicator")
  @Nullable String communicator;

  @Label("Rank")
  int rank;

  @Label("World Size")
  int worldSize;

  @Label("Operation")
  @Nullable String operation;

  @Label("Method")
  @Description("The method that the program has called: barrier, send_recv, ...")
  @Nullable String method;

  @Label("Number")
  @Description("Number of the call in its communicator; messages are counted apart")
  long number;

  @Label("Element Type")
  @Nullable String type;

  @Label("Root or Peer")
  @Description("-1 if the operation has neither")
  int rootOrPeer;

  @Label("Bytes")
  @Description("Bytes of the larger of the rank's two buffers")
  @DataAmount
  long bytes;

  @Label("Group Size")
  @Description("How many calls the group has that the call was issued in")
  int groupSize;

  @Label("Memory")
  @Description("plain, registered or windows: where the buffers of this rank lie")
  @Nullable String memory;

  @Label("Own Kernel")
  @Description("Whether one of jccl's own kernels carried it out")
  boolean ownKernel;

  @Label("Prepared")
  @Description("Whether it was launched as a part of prepared calls")
  boolean prepared;

  @Label("Failure")
  @Nullable String failure;

  void fill(IssuedCall call) {
    operation = call.operation();
    method = call.method();
    number = call.number();
    type = call.type() == null ? null : call.type().name();
    rootOrPeer = call.rootOrPeer();
    bytes = call.bytes();
    groupSize = call.groupSize();
    memory = call.memory().label();
    ownKernel = call.isOwnKernel();
    prepared = call.isPrepared();
  }
}
