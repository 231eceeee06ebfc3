package org.jccl.conformance.rules;

import java.lang.foreign.MemorySegment;
import net.jqwik.api.Example;
import org.jccl.CollectiveException;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Graph;
import org.jccl.ReduceOp;
import org.jccl.ResultCode;
import org.jccl.Stream;
import org.jccl.conformance.harness.Values;
import org.jccl.conformance.harness.WorldRank;

/** What a capture refuses, and what it takes (chapter 7 of the rule book). */
final class CaptureRules extends Suite {
  /** Two streams, two events and two buffers. */
  private record Lab(
      WorldRank rank,
      Stream one,
      Stream two,
      Event fork,
      Event join,
      DeviceBuffer a,
      DeviceBuffer b)
      implements AutoCloseable {
    static Lab of(WorldRank rank) {
      return new Lab(
          rank,
          rank.device().newStream(),
          rank.device().newStream(),
          rank.device().newEvent(),
          rank.device().newEvent(),
          Values.of(rank.device(), DataType.INT32, 1),
          Values.of(rank.device(), DataType.INT32, 2));
    }

    /** Begins a capture on stream one, takes stream two into it and gives it a sum. */
    void forkedSum() {
      one.beginCapture();
      fork.record(one);
      two.waitFor(fork);
      rank.communicator().allReduce(a, b, ReduceOp.SUM, two); // in place one rank does nothing
    }

    void fails(String what, Runnable call) {
      rank.expectThrown(
          what,
          CollectiveException.class,
          () -> {
            try {
              call.run();
            } catch (CollectiveException failure) {
              ResultCode code = failure.code();
              rank.check(code == ResultCode.UNHANDLED_CUDA_ERROR, what + " failed: " + code);
              throw failure;
            }
          },
          "aptur");
    }

    /** Ends the capture, and shows that what was refused did it no harm. */
    void endsWell(int expected) {
      try (Graph graph = one.endCapture()) {
        graph.launch(one);
        one.synchronize();
      }
      rank.expect("the sum of the launch", a, expected);
    }

    @Override
    public void close() {
      one.close();
      two.close();
      fork.close();
      join.close();
      a.close();
      b.close();
    }
  }

  @Example
  public void required_STR_25_aCapturedEventIsNotAsked(WorldRank rank) {
    Lab lab = rank.own(Lab.of(rank));
    lab.one.beginCapture();
    rank.communicator().allReduce(lab.a, lab.a, ReduceOp.SUM, lab.one);
    lab.fork.record(lab.one);
    rank.illegalState("isReached", lab.fork::isReached, "capture");
    rank.illegalState("synchronize", lab.fork::synchronize, "capture");
    rank.illegalState("microsSince", () -> lab.fork.microsSince(lab.fork), "capture");
    lab.endsWell(1);
    rank.illegalState("isReached after the end", lab.fork::isReached, "capture");
    lab.fork.record(lab.one);
    lab.fork.synchronize();
    rank.check(lab.fork.isReached(), "the event, recorded anew, is not reached");
  }

  @Example
  public void required_STR_26_aCapturingStreamIsNotWaitedFor(WorldRank rank) {
    Lab lab = rank.own(Lab.of(rank));
    lab.forkedSum();
    lab.join.record(lab.two);
    lab.one.waitFor(lab.join);
    rank.illegalState("synchronize", lab.one::synchronize, "captur");
    rank.illegalState("isIdle", lab.one::isIdle, "captur");
    rank.illegalState("completion", lab.one::completion, "captur");
    rank.illegalState("the other's synchronize", lab.two::synchronize, "captur");
    rank.illegalState("the device's", () -> rank.device().synchronize(), "captur");
    lab.endsWell(1);
  }

  @Example
  public void required_STR_27_noOrderCrossesACapture(WorldRank rank) {
    Lab lab = rank.own(Lab.of(rank));
    lab.fork.record(lab.two);
    lab.one.beginCapture();
    lab.fails("a wait for an outer event", () -> lab.one.waitFor(lab.fork));
    lab.fails("a copy later", () -> lab.a.copyFrom(lab.b, lab.one));
    lab.fails("the end", () -> lab.one.endCapture());
    rank.check(!lab.one.isCapturing(), "the spoiled capture goes on");
    lab.one.waitFor(lab.fork);
    lab.a.copyFrom(lab.b, lab.one);
    lab.one.synchronize();
    rank.expect("the copy after the capture", lab.a, 2);
  }

  @Example
  public void required_STR_27_capturesDoNotMerge(WorldRank rank) {
    Lab lab = rank.own(Lab.of(rank));
    lab.one.beginCapture();
    lab.two.beginCapture();
    lab.fork.record(lab.one);
    lab.fails("a wait for another capture", () -> lab.two.waitFor(lab.fork));
    lab.fails("the end of the other", () -> lab.two.endCapture());
    lab.fails("the end of the one", () -> lab.one.endCapture());
  }

  @Example
  public void required_STR_28_aForkedStreamComesBack(WorldRank rank) {
    Lab lab = rank.own(Lab.of(rank));
    lab.forkedSum();
    lab.fails("the end without the join", () -> lab.one.endCapture());
    rank.check(!lab.two.isCapturing(), "the forked stream is still captured");
    lab.forkedSum();
    lab.join.record(lab.two);
    lab.b.copyFrom(lab.a, lab.two);
    lab.one.waitFor(lab.join);
    lab.fails("the end with work behind the join", () -> lab.one.endCapture());
    lab.forkedSum();
    lab.join.record(lab.two);
    lab.one.waitFor(lab.join);
    lab.endsWell(1);
  }

  @Example
  public void required_STR_29_aCaptureEndsWhereItBegan(WorldRank rank) {
    Lab lab = rank.own(Lab.of(rank));
    lab.forkedSum();
    lab.join.record(lab.two);
    lab.one.waitFor(lab.join);
    rank.illegalState("the end on the forked stream", lab.two::endCapture, "captur");
    lab.endsWell(1);
  }

  @Example
  public void required_STR_30_aCapturingThreadDoesNotAllocate(WorldRank rank) {
    Lab lab = rank.own(Lab.of(rank));
    lab.one.beginCapture();
    rank.communicator().allReduce(lab.a, lab.a, ReduceOp.SUM, lab.one);
    rank.illegalState("allocate", () -> rank.device().allocate(DataType.INT32, 1), "captur");
    lab.endsWell(1);
  }

  @Example
  public void required_STR_31_whatCannotBeCaptured(WorldRank rank) {
    Lab lab = rank.own(Lab.of(rank));
    lab.two.beginCapture();
    rank.communicator().allReduce(lab.b, lab.b, ReduceOp.SUM, lab.two);
    Graph graph = rank.own(lab.two.endCapture());
    lab.one.beginCapture();
    rank.communicator().allReduce(lab.a, lab.a, ReduceOp.SUM, lab.one);
    MemorySegment heap = MemorySegment.ofArray(new int[1]);
    rank.illegalState("a heap array", () -> lab.a.copyFrom(heap, lab.one), "captur");
    rank.illegalState("a launch", () -> graph.launch(lab.one), "captur");
    lab.endsWell(1);
  }
}
