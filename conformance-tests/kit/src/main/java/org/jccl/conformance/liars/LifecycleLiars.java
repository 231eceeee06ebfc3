package org.jccl.conformance.liars;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.jccl.conformance.liars.Liar.liar;
import static org.jccl.conformance.liars.Lies.INVALID_ARGUMENT;
import static org.jccl.conformance.liars.Lies.INVALID_USAGE;
import static org.jccl.conformance.liars.Lies.IN_PROGRESS;
import static org.jccl.conformance.liars.Lies.SUCCESS;
import static org.jccl.conformance.liars.Lies.after;
import static org.jccl.conformance.liars.Lies.answer;
import static org.jccl.conformance.liars.Lies.change;
import static org.jccl.conformance.liars.Lies.conceal;
import static org.jccl.conformance.liars.Lies.onFailure;
import static org.jccl.conformance.liars.Lies.output;
import static org.jccl.conformance.liars.Lies.raw;
import static org.jccl.conformance.liars.Lies.recode;
import static org.jccl.conformance.liars.Lies.skip;
import static org.jccl.conformance.liars.Lies.spread;
import static org.jccl.conformance.liars.Lies.swallow;
import static org.jccl.conformance.liars.Lies.typed;
import static org.jccl.conformance.liars.Lies.typedOperation;
import static org.jccl.conformance.liars.Lies.wideOutput;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Liars about the ends of communicators and about errors (chapter 3: LIF, ERR). */
final class LifecycleLiars {
  private LifecycleLiars() {}

  static List<Liar> all() {
    List<Liar> all = new ArrayList<>(ends());
    all.addAll(suspension());
    all.addAll(errors());
    return all;
  }

  private static List<Liar> ends() {
    return List.of(
        liar(
                "Calls it an error to end nothing",
                answer(
                    raw("commFinalize", "commDestroy", "commAbort", "commRevoke")
                        .and(call -> call.number("comm") == 0),
                    INVALID_ARGUMENT))
            .breaks("LIF-01", "returned 4, expected 0")
            .breaks("LIF-17", "null, flags 5 returned 4"),
        liar("Finalizes at once, whatever was issued", skip(raw("commFinalize")))
            .breaks("LIF-02", "the sum, without synchronizing is [3.0]")
            .breaks("LIF-03", "once more returned 0")
            .breaks("LIF-17", "after finalize returned 0"),
        liar("Finalizes in any state", conceal(raw("commFinalize")))
            .breaks("LIF-03", "once more returned 0")
            .breaks("LIF-05", "ncclCommFinalize in progress returned 0")
            .breaks("LIF-20", "ncclCommFinalize returned 0")
            .breaks("ERR-04", "finalize returned 0"),
        liar("Destroys only what was finalized", new FinalizedFirst())
            .breaks("LIF-07", "ncclCommDestroy returned 5"),
        liar("Finalizes by doing nothing", skip(typed("finalizeCommunicator")))
            .breaks("LIF-03", "state() is READY"),
        liar("Closes by doing nothing", skip(typed("close")))
            .breaks("LIF-06", "state after close: READY")
            .breaks("LIF-12", "state after close: READY")
            .breaks("LIF-14", "state after close: ABORTED"),
        liar("Closes before what was issued is done", skip(typed("close")))
            .checked()
            .breaks("LIF-07", "BUFFER_REUSE"),
        liar(
                "Polls the end of nonblocking communicators",
                recode(raw("commDestroy"), SUCCESS, IN_PROGRESS))
            .breaks("LIF-10", "ncclCommDestroy returned 7")
            .breaks("LIF-13", "ncclCommDestroy returned 7"),
        liar("Destroys in any state", conceal(raw("commDestroy")))
            .breaks("LIF-11", "ncclCommDestroy in progress returned 0"),
        liar(
                "Ends a refused destruction's group",
                onFailure(raw("commDestroy"), call -> call.abi().groupEnd()))
            .breaks("LIF-11", "an end without a start returned 5"),
        liar("Aborts by doing nothing", skip(typed("abort")))
            .breaks("LIF-14", "state after abort: READY")
            .breaks("P2P-18", "UNMATCHED_P2P"),
        liar("Stops no operation when it aborts", skip(raw("commAbort")))
            .breaks("LIF-14", "MISSING_RANK"),
        liar(
                "Aborts ready communicators only",
                answer(raw("commAbort").and(call -> state(call) != SUCCESS), INVALID_ARGUMENT))
            .breaks("LIF-16", "ncclCommAbort returned 4")
            .breaks("ERR-05", "ncclCommAbort returned 4"),
        liar(
                "Says nothing when it is used after its end",
                swallow(IllegalStateException.class, call -> !call.isRaw()))
            .breaks("LIF-12", "a call after close threw nothing")
            .breaks("LIF-21", "an operation threw nothing")
            .breaks("STR-08", "a closed stream threw nothing")
            .breaks("STR-15", "a closed buffer threw nothing")
            .breaks("PMS-07", "a closed operation threw nothing")
            .breaks("GRP-04", "a call on a group that has ended threw nothing")
            .breaks("SHR-06", "a shrink of a closed communicator"),
        liar("Revokes in any state", conceal(raw("commRevoke")))
            .breaks("LIF-17", "flags 1 returned 0")
            .breaks("LIF-20", "once more returned 0"),
        liar("Revokes by doing nothing", skip(raw("commRevoke")))
            .breaks("LIF-18", "MISSING_RANK")
            .breaks("LIF-19", "root 0 returned 0")
            .breaks("ARG-01", "with all wrong, x0 returned 4, expected 5"),
        liar("Lets revoked communicators work", conceal(typedOperation()))
            .breaks("LIF-19", "an operation threw nothing"));
  }

  private static List<Liar> suspension() {
    return List.of(
        liar("Suspends whatever the flags", change(raw("commSuspend"), "flags", flags -> flags | 1))
            .breaks("LIF-21", "the suspended flag is 1"),
        liar("Suspends and resumes in any state", conceal(raw("commSuspend", "commResume")))
            .breaks("LIF-22", "ncclCommResume returned 0")
            .breaks("LIF-25", "suspend nothing returned 0"),
        liar("Resumes by doing nothing", skip(raw("commResume")))
            .checked()
            .breaks("LIF-23", "USE_WHILE_SUSPENDED")
            .breaks("LIF-22", "ncclCommResume returned 0")
            .breaks("GRP-13", "its end returned 0"),
        liar(
                "Is suspended always",
                after(
                    raw("commMemStats").and(call -> call.number("statistic") == 1),
                    call -> call.memory("value").set(JAVA_LONG_UNALIGNED, 0, 1)))
            .breaks("LIF-24", "the suspended flag is 1")
            .breaks("LIF-21", "the suspended flag is 1")
            .breaks("GRP-09", "the suspended flag is 1"),
        liar("Counts memory twice", wideOutput("commMemStats", "value", seen -> 2 * seen + 1))
            .breaks("LIF-25", "suspendable,"),
        liar("Has statistics of everything", conceal(raw("commMemStats")))
            .breaks("LIF-25", "no communicator returned 0")
            .breaks("LIF-22", "a statistic returned 0"),
        liar("Suspends in silence", conceal(typed("suspend", "resume")))
            .breaks("LIF-21", "again threw nothing"));
  }

  private static List<Liar> errors() {
    return List.of(
        liar("Gives the state as a code", LifecycleLiars::stateAsCode)
            .breaks("ERR-04", "ncclCommGetAsyncError returned 4"),
        liar("Asks nobody for its state", conceal(raw("commGetAsyncError")))
            .breaks("ERR-01", "of null returned 0")
            .breaks("GRP-14", "state of null returned 0"),
        liar("Is ready before it is", output("commGetAsyncError", "result", seen -> 0))
            .breaks("INIT-17", "not in progress")
            .breaks("ERR-04", "state 0")
            .breaks("GRW-05", "state 0 after a wrong call")
            .breaks("LIF-03", "a nonblocking one has state 0"),
        liar(
                "Is in error while it waits for a peer",
                output("commGetAsyncError", "result", seen -> INVALID_USAGE))
            .breaks("ERR-03", "state 5"),
        liar("Forgets its error once it was told", conceal(raw("commCount", "allReduce")))
            .breaks("ERR-04", "a query returned 0")
            .breaks("ERR-05", "the next sum returned 0"),
        liar("Takes calls while something is in progress", conceal(raw("allReduce")))
            .breaks("ERR-06", "a sum returned 0")
            .breaks("ERR-07", "a wrong call returned 0"),
        liar("Has no words for the last error", answer(raw("getLastError"), ""))
            .breaks("ERR-07", "the last error is empty")
            .breaks("ENV-08", "the last error is empty (ERR-07)"),
        liar(
                "Has words for known codes only",
                answer(raw("getErrorString").and(call -> call.number("result") > 8), ""))
            .breaks("ERR-09", "no text for 9"),
        liar(
                "Fails for ever after one wrong use",
                spread(raw("send", "memAlloc"), raw("allReduce"), INVALID_USAGE))
            .breaks("ERR-10", "a fresh communicator's sum returned 5")
            .breaks("ERR-11", "returned 5"));
  }

  private static int state(ForwardedCall call) {
    MemorySegment out = Arena.ofAuto().allocate(4, 4);
    call.abi().commGetAsyncError(call.number("comm"), out);
    return out.get(JAVA_INT_UNALIGNED, 0);
  }

  private static @Nullable Object stateAsCode(ForwardedCall call) throws Throwable {
    Object answer = call.honest();
    boolean told = call.isRaw() && call.is("commGetAsyncError") && Objects.equals(answer, SUCCESS);
    return told ? (Object) call.memory("result").get(JAVA_INT_UNALIGNED, 0) : answer;
  }

  /** Refuses to destroy a communicator that was not finalized before. */
  private static final class FinalizedFirst implements Lie {
    private final Set<Long> finalized = ConcurrentHashMap.newKeySet();

    @Override
    public @Nullable Object answer(ForwardedCall call) throws Throwable {
      if (call.isRaw() && call.is("commFinalize")) {
        finalized.add(call.number("comm"));
      }
      boolean refused = call.isRaw() && call.is("commDestroy") && call.number("comm") != 0;
      return refused && !finalized.contains(call.number("comm"))
          ? (Object) INVALID_USAGE
          : call.honest();
    }
  }
}
