package org.jccl.conformance.liars;

import static org.jccl.conformance.liars.Lies.SUCCESS;
import static org.jccl.conformance.liars.Lies.UNHANDLED_CUDA_ERROR;
import static org.jccl.conformance.liars.Lies.answer;
import static org.jccl.conformance.liars.Lies.change;
import static org.jccl.conformance.liars.Lies.conceal;
import static org.jccl.conformance.liars.Lies.raw;
import static org.jccl.conformance.liars.Lies.recode;
import static org.jccl.conformance.liars.Lies.skip;
import static org.jccl.conformance.liars.Lies.typed;
import static org.jccl.conformance.liars.Liar.liar;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
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
            .breaks("STR-17", "what was passed on in every replay is [0.0]"));
  }

  private static ForwardedCall elsewhere(ForwardedCall call) {
    return call.with("stream", call.by().defaultStream());
  }

  /** Moves the sums of one communicator at most. */
  private static final class OneCommunicator implements Lie {
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
