package org.jccl.observe;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jccl.CallListener;
import org.jccl.IssuedCall;
import org.jspecify.annotations.Nullable;

/** The JFR event of a call that has run: how long the device was at it. */
@Name(CompletionEvent.NAME)
@Label("Collective Completion")
@Category({"jccl"})
@Description("A call has run; the device's time includes waiting for other ranks")
@StackTrace(false)
@Enabled(false)
final class CompletionEvent extends Event {
  static final String NAME = "org.jccl.CollectiveCompletion";

  @Label("Device Micros")
  @Description("The device's time, in microseconds; calls of one group on one stream share it")
  double deviceMicros;

  @Label("Communicator")
  @Nullable String communicator;

  @Label("Rank")
  int rank;

  @Label("Method")
  @Nullable String method;

  @Label("Number")
  @Description("Number of the call in its communicator; messages are counted apart")
  long number;

  @Label("Bytes")
  @DataAmount
  long bytes;

  @Label("Memory")
  @Description("plain, registered or windows: where the buffers of this rank lie")
  @Nullable String memory;

  @Label("Own Kernel")
  @Description("Whether one of jccl's own kernels carried it out")
  boolean ownKernel;

  @Label("Prepared")
  @Description("Whether it was launched as a part of prepared calls")
  boolean prepared;

  @Label("GB per Second")
  @Description("Bytes by the device's time")
  double gigabytesPerSecond;

  /** Takes what the call is. */
  void fill(CallListener.Endpoint where, IssuedCall call, double micros) {
    communicator = where.communicator();
    rank = where.rank();
    method = call.method();
    number = call.number();
    bytes = call.bytes();
    memory = call.memory().label();
    ownKernel = call.isOwnKernel();
    prepared = call.isPrepared();
    deviceMicros = micros;
    gigabytesPerSecond = micros > 0 ? call.bytes() / micros / 1e3 : 0;
  }
}
