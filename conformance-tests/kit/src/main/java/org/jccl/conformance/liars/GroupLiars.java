package org.jccl.conformance.liars;

import static org.jccl.conformance.liars.Liar.liar;
import static org.jccl.conformance.liars.Lies.INVALID_ARGUMENT;
import static org.jccl.conformance.liars.Lies.INVALID_USAGE;
import static org.jccl.conformance.liars.Lies.IN_PROGRESS;
import static org.jccl.conformance.liars.Lies.SUCCESS;
import static org.jccl.conformance.liars.Lies.after;
import static org.jccl.conformance.liars.Lies.answer;
import static org.jccl.conformance.liars.Lies.change;
import static org.jccl.conformance.liars.Lies.conceal;
import static org.jccl.conformance.liars.Lies.inGroup;
import static org.jccl.conformance.liars.Lies.onFailure;
import static org.jccl.conformance.liars.Lies.raw;
import static org.jccl.conformance.liars.Lies.rawOperation;
import static org.jccl.conformance.liars.Lies.recode;
import static org.jccl.conformance.liars.Lies.skip;
import static org.jccl.conformance.liars.Lies.typed;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Liars about groups (chapter 4: GRP). */
final class GroupLiars {
  private GroupLiars() {}

  static List<Liar> all() {
    Predicate<ForwardedCall> ends = raw("groupEnd");
    return List.of(
        liar("Does not nest groups", inGroup(raw("groupStart"), SUCCESS))
            .breaks("GRP-01", "ncclGroupEnd 1 returned 5"),
        liar("Discards a group and says that all is well", conceal(ends))
            .breaks("GRP-01", "one end too many returned 0")
            .breaks("GRP-02", "returned 0, expected 5")
            .breaks("GRP-13", "returned 0, expected")
            .breaks("GRP-16", "returned 0, expected 5"),
        liar(
                "Refuses a call and launches its group",
                answer(rawOperation().and(call -> call.number("type") > 11), INVALID_ARGUMENT))
            .breaks("GRP-13", "ncclGroupEnd")
            .breaks("GRP-03", "ncclGroupEnd"),
        liar("Returns the first of several errors", new RecordedError(rawOperation(), true))
            .breaks("GRP-12", "ncclGroupEnd returned"),
        liar(
                "Fails a group because a query in it failed",
                new RecordedError(raw("commCount"), false))
            .breaks("GRP-14", "ncclGroupEnd returned 4, expected 0"),
        liar("Leaves a failed group open", onFailure(ends, call -> call.abi().groupStart()))
            .breaks("GRP-11", "an end without a start returned 0"),
        liar("Has one group for all threads", new SharedDepth())
            .breaks("GRP-04", "the end of another thread's group returned 0"),
        liar("Makes the calls of a group at once", skip(raw("groupStart", "groupEnd")))
            .breaks("GRP-11", "ncclGroupEnd returned 0")
            .breaks("GRP-09", "a communicator that is not made yet has 2 ranks"),
        liar("Runs the sums of a group at once", GroupLiars::sumOutside)
            .breaks("GRP-06", "a sum in an open group is [2.0]"),
        liar("Never launches a group", inGroup(rawOperation(), SUCCESS))
            .breaks("GRP-06", "the sum is [1.0]")
            .breaks("GRP-25", "the sum behind the message is [1.0]")
            .breaks("GRP-20", "the sum is")
            .breaks("GRP-21", "the first sum is [1.0]")
            .breaks("GRP-22", "the sum is [1.0]"),
        liar(
                "Counts elements from one",
                answer(
                    rawOperation().and(call -> call.has("count") && call.number("count") == 0),
                    INVALID_ARGUMENT))
            .breaks("GRP-17", "count 0 returned 4")
            .breaks("COL-02", "of count 0 by one rank returned 4")
            .breaks("ARG-03", "x0 with null buffers (COL-02) returned 4"),
        liar("Runs no group of several communicators", skip(typed("group")))
            .breaks("GRP-18", "the first communicator's sum is [1.0]"),
        liar("Answers no query inside a group", inGroup(raw("commCount"), INVALID_USAGE))
            .breaks("GRP-08", "returned 5")
            .breaks("GRP-14", "returned 5"),
        liar(
                "Groups only what is blocking",
                recode(raw("groupEnd", "groupSimulateEnd"), IN_PROGRESS, INVALID_USAGE))
            .breaks("GRP-24", "ncclGroupEnd returned 5, expected 7")
            .breaks("GRP-29", "returned 5, expected 7"),
        liar("Says that a nonblocking group is done", recode(ends, IN_PROGRESS, SUCCESS))
            .breaks("GRP-24", "ncclGroupEnd returned 0, expected 7"),
        liar("Mixes both modes in a group", conceal(typed("group")))
            .breaks("GRP-23", "both in one group threw nothing")
            .breaks("GRP-11", "a group in which a call was refused threw nothing"),
        liar(
                "Launches what it only simulates",
                change(raw("groupSimulateEnd"), call -> call.with("info", MemorySegment.NULL)))
            .breaks("GRP-27", "returned")
            .breaks("GRP-31", "takes"),
        liar("Simulates everything", conceal(raw("groupSimulateEnd")))
            .breaks("GRP-27", "ncclGroupSimulateEnd returned 0"),
        liar(
                "Wants a structure for a simulated end",
                answer(
                    raw("groupSimulateEnd").and(call -> call.memory("info").address() == 0),
                    INVALID_ARGUMENT))
            .breaks("GRP-28", "ncclGroupSimulateEnd returned 4"),
        liar(
                "Ends all levels at an inner simulated end",
                after(raw("groupSimulateEnd"), call -> call.abi().groupEnd()))
            .breaks("GRP-30", "returned"));
  }

  private static @Nullable Object sumOutside(ForwardedCall call) throws Throwable {
    boolean grouped = raw("allReduce").test(call) && call.abi().groupEnd() == SUCCESS;
    Object answer = call.honest();
    if (grouped) {
      call.abi().groupStart();
    }
    return answer;
  }

  /** Gives an error that it has recorded instead of, or besides, a failed group's own. */
  private static final class RecordedError implements Lie {
    private final ThreadLocal<Integer> first = ThreadLocal.withInitial(() -> SUCCESS);
    private final Predicate<ForwardedCall> source;
    private final boolean onlyIfFailed;

    RecordedError(Predicate<ForwardedCall> source, boolean onlyIfFailed) {
      this.source = source;
      this.onlyIfFailed = onlyIfFailed;
    }

    @Override
    public @Nullable Object answer(ForwardedCall call) throws Throwable {
      Object answer = call.honest();
      boolean failed = answer instanceof Integer code && code != SUCCESS;
      if (source.test(call) && failed && first.get() == SUCCESS) {
        first.set((Integer) answer);
      } else if (call.is("groupEnd")) {
        int recorded = first.get();
        first.remove();
        return recorded != SUCCESS && (failed || !onlyIfFailed) ? (Object) recorded : answer;
      }
      return answer;
    }
  }

  /** Ends the groups of other threads. */
  private static final class SharedDepth implements Lie {
    private final AtomicInteger open = new AtomicInteger();

    @Override
    public @Nullable Object answer(ForwardedCall call) throws Throwable {
      Object answer = call.honest();
      if (call.is("groupStart")) {
        open.incrementAndGet();
      } else if (call.is("groupEnd")) {
        boolean own = !Objects.equals(answer, INVALID_USAGE);
        return open.getAndAdd(own ? -1 : 0) > 0 && !own ? (Object) SUCCESS : answer;
      }
      return answer;
    }
  }
}
