package org.jccl.conformance.liars;

import static org.jccl.conformance.liars.Faults.SUCCESS;
import static org.jccl.conformance.liars.Faults.UNHANDLED_CUDA_ERROR;
import static org.jccl.conformance.liars.Faults.answer;
import static org.jccl.conformance.liars.Faults.change;
import static org.jccl.conformance.liars.Faults.conceal;
import static org.jccl.conformance.liars.Faults.raw;
import static org.jccl.conformance.liars.Faults.recode;
import static org.jccl.conformance.liars.Faults.skip;
import static org.jccl.conformance.liars.Faults.swallow;
import static org.jccl.conformance.liars.Faults.typed;
import static org.jccl.conformance.liars.Liar.liar;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jccl.CollectiveException;
import org.jspecify.annotations.Nullable;

/** Liars about streams and graphs (chapter 7: STR). */
final class StreamLiars {
  private StreamLiars() {}

  static List<Liar> all() {
    Predicate<ForwardedCall> sums = raw("allReduce");
    return List.of(
        liar("Enqueues on a stream of its own", change(typed("allReduce"), StreamLiars::elsewhere))
            .breaks("STR-01", "chain")
            .breaks("STR-03", "the later operation's result is"),
        liar("Enqueues everything on the null stream", change(sums, "stream", stream -> 0))
            .breaks("STR-03", "the later operation overtook the held one")
            .breaks("STR-05", "the free stream of a group did not wait"),
        liar("Is done before its data is", skip(typed("allReduce")))
            .breaks("STR-02", "after synchronize is [1.0]")
            .breaks("STR-05", "the sum of stream one is [1.0]")
            .breaks("STR-11", "the sum is [1.0]")
            .breaks("STR-17", "after replay 1 is [1.0]")
            .breaks("STR-21", "the sum of all four is [1.0]"),
        liar(
                "Wants a stream of its own",
                answer(
                    sums.and(call -> call.number("stream") == 0 && call.number("count") > 0),
                    UNHANDLED_CUDA_ERROR))
            .breaks("STR-07", "on null returned 1"),
        liar("Runs one communicator only", new OneCommunicator())
            .breaks("STR-06", "the other communicator's sum is [1.0]")
            .breaks("STR-09", "the second communicator's sum is")
            .breaks("STR-10", "the second communicator's sum is"),
        liar("Answers a polled call with an error", recode(raw("broadcast"), SUCCESS, 2))
            .breaks("STR-16", "ncclBroadcast: 2"),
        liar("Lets captured and other calls into one group", conceal(raw("send", "recv")))
            .breaks("STR-18", "captured otherwise than the first one returned 0"),
        liar("Captures the ranks of a process apart", conceal(raw("groupEnd")))
            .breaks("STR-19", "ncclGroupEnd returned 0, expected 5"),
        liar("Captures no messages", skip(typed("sendRecv")))
            .breaks("STR-17", "what was passed on in every replay is [0.0]"),
        swallows("Answers for captured events", "isReached")
            .breaks("STR-25", "isReached threw nothing"),
        swallows("Waits for what is captured", "synchronize")
            .breaks("STR-25", "synchronize threw nothing")
            .breaks("STR-26", "synchronize threw nothing"),
        swallows("Knows whether a capturing stream is idle", "isIdle")
            .breaks("STR-26", "isIdle threw nothing"),
        liar("Lets events order captures", swallow(CollectiveException.class, typed("waitFor")))
            .onDevices()
            .breaks("STR-27", "a wait for"),
        liar("Ends every capture well", swallow(CollectiveException.class, typed("endCapture")))
            .onDevices()
            .breaks("STR-27", "the end")
            .breaks("STR-28", "the end without the join"),
        swallows("Ends a capture anywhere", "endCapture")
            .breaks("STR-29", "the end on the forked stream"),
        swallows("Gives memory at any time", "allocate").breaks("STR-30", "allocate threw nothing"),
        swallows("Lets a graph launch another", "launch")
            .breaks("STR-31", "a launch threw nothing"));
  }

  /** What a capture may not do is neither done nor refused. */
  private static Liar swallows(String does, String method) {
    return liar(does, swallow(IllegalStateException.class, typed(method))).onDevices();
  }

  private static ForwardedCall elsewhere(ForwardedCall call) {
    return call.with("stream", call.by().defaultStream());
  }

  /** Moves the sums of one communicator at most. */
  private static final class OneCommunicator implements Fault {
    private final Map<Integer, Long> first = new ConcurrentHashMap<>();

    @Override
    public @Nullable Object answer(ForwardedCall call) throws Throwable {
      if (!call.isRaw() || !call.is("allReduce") || call.number("comm") == 0) {
        return call.honest();
      }
      long own = call.number("comm");
      return first.computeIfAbsent(call.rank(), none -> own) == own ? call.honest() : SUCCESS;
    }
  }
}
