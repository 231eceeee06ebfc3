package org.jccl.conformance.rules;

import java.time.Duration;
import java.util.Arrays;
import net.jqwik.api.Example;
import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.Communicator.Issued;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Graph;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.conformance.harness.Values;
import org.jccl.conformance.harness.WorldRank;

/** Calls that are waited for one by one (chapter 7 of the rule book). */
final class WaitingRules extends Suite {
  private static final Duration LONG = Duration.ofSeconds(60);

  @Example
  @Needs(upTo = 4)
  public void required_STR_42_blockingCallsReturnWhenDone(WorldRank rank) {
    int n = rank.worldSize();
    Communicator comm = rank.open("blocking"); // its barrier keeps a token of its own
    long[] counts = new long[n];
    Arrays.fill(counts, 1);
    try (comm;
        DeviceBuffer x = Values.of(rank.device(), DataType.INT32, 1);
        DeviceBuffer all = Values.zeros(rank.device(), DataType.INT32, n);
        Stream own = rank.device().newStream()) {
      for (Collectives blocking : new Collectives[] {comm.blocking(), comm.blocking(LONG)}) {
        blocking.allReduce(x, x, ReduceOp.SUM, own);
        rank.check(own.isIdle(), "the all-reduce has returned before its end");
        blocking.allGatherV(x, all, counts, own);
        rank.check(own.isIdle(), "the uneven gather has returned before its end");
        blocking.sendRecv(all.slice(0, 1), rank.next(), x, rank.before(), own);
        rank.check(own.isIdle(), "the exchange has returned before its end");
        blocking.barrier(own);
        rank.check(own.isIdle(), "the barrier has returned before its end");
      }
      rank.expect("after two sums", x, (double) n * n);
    }
  }

  @Example
  @Needs(upTo = 1)
  public void required_STR_42_blockingCallsAreNoPartOfGroupsAndCaptures(WorldRank rank) {
    Communicator comm = rank.communicator();
    Stream stream = comm.defaultStream();
    DeviceBuffer x = rank.memory(DataType.INT32, 5);
    comm.blocking().allReduce(x, x, ReduceOp.SUM, stream); // connect before the capture
    rank.illegalState(
        "a blocking call in a group",
        () -> comm.group(g -> comm.blocking().allReduce(x, x, ReduceOp.SUM, stream)));
    stream.beginCapture();
    rank.illegalState(
        "a captured blocking call", () -> comm.blocking().allReduce(x, x, ReduceOp.SUM, stream));
    rank.illegalState(
        "a captured request",
        () -> comm.issue(stream, g -> g.allReduce(x, x, ReduceOp.SUM)).close());
    try (Graph graph = stream.endCapture()) {
      graph.launch(stream);
    }
    comm.blocking().allReduce(x, x, ReduceOp.SUM, stream);
    rank.expect("one rank's sum", x, 5);
  }

  @Example
  @Needs(upTo = 1)
  public void required_LIF_26_handlesAreOfOneCommunicator(WorldRank rank) {
    Communicator comm = rank.communicator();
    long own = comm.nativeHandle();
    Communicator child = comm.split(0, 0);
    try (child) {
      long other = child.nativeHandle();
      rank.check(own != 0 && other != 0 && own != other, own + " and " + other);
      rank.check(own == comm.nativeHandle(), "it changes");
    }
    rank.illegalState("a closed communicator's handle", child::nativeHandle);
  }

  @Example
  @Needs(upTo = 4)
  public void required_STR_43_requestsStandForTheirCalls(WorldRank rank) {
    int n = rank.worldSize();
    Communicator comm = rank.communicator();
    try (DeviceBuffer x = Values.of(rank.device(), DataType.INT32, 1);
        DeviceBuffer y = Values.of(rank.device(), DataType.INT32, 2);
        DeviceBuffer copy = Values.zeros(rank.device(), DataType.INT32, 1);
        Stream one = rank.device().newStream();
        Stream other = rank.device().newStream();
        Event end = rank.device().newEvent();
        Issued request =
            comm.issue(
                one,
                g -> {
                  g.allReduce(x, ReduceOp.SUM); // on the stream of the request
                  g.allReduce(y, y, ReduceOp.SUM, one);
                })) {
      other.waitFor(request.event());
      copy.copyFrom(y, other);
      end.record(other);
      request.await(LONG);
      rank.check(request.isDone(), "it is awaited and not done");
      rank.check(request.completion().isDone(), "its future is not done");
      rank.expect("the first call", x, n);
      end.synchronize();
      rank.expect("what waited for its event", copy, 2 * n);
    }
  }

  @Example
  @Needs(upTo = 1)
  public void required_STR_43_otherStreamsAreRefused(WorldRank rank) {
    Communicator comm = rank.communicator();
    DeviceBuffer x = rank.memory(DataType.INT32, 3);
    Stream other = rank.newStream();
    rank.illegalArgument(
        "a call on another stream",
        () -> comm.issue(other, g -> g.allReduce(x, x, ReduceOp.SUM, comm.defaultStream())));
    rank.illegalState(
        "a request in a group",
        () -> comm.group(g -> comm.issue(other, h -> h.allReduce(x, ReduceOp.SUM))));
    comm.blocking().allReduce(x, x, ReduceOp.SUM, other);
    rank.expect("nothing was issued before", x, 3);
  }
}
