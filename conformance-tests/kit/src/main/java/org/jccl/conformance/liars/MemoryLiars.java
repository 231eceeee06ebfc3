package org.jccl.conformance.liars;

import static org.jccl.conformance.liars.Liar.liar;
import static org.jccl.conformance.liars.Lies.INVALID_ARGUMENT;
import static org.jccl.conformance.liars.Lies.INVALID_USAGE;
import static org.jccl.conformance.liars.Lies.SUCCESS;
import static org.jccl.conformance.liars.Lies.UNHANDLED_CUDA_ERROR;
import static org.jccl.conformance.liars.Lies.answer;
import static org.jccl.conformance.liars.Lies.change;
import static org.jccl.conformance.liars.Lies.conceal;
import static org.jccl.conformance.liars.Lies.raw;
import static org.jccl.conformance.liars.Lies.recode;
import static org.jccl.conformance.liars.Lies.skip;
import static org.jccl.conformance.liars.Lies.typed;
import static org.jccl.conformance.liars.Lies.wideOutput;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Liars about memory, windows and one-sided operations (chapter 9: MEM, WIN, RMA). */
final class MemoryLiars {
  private MemoryLiars() {}

  static List<Liar> all() {
    List<Liar> all = new ArrayList<>(memory());
    all.addAll(oneSided());
    return all;
  }

  private static List<Liar> memory() {
    Predicate<ForwardedCall> windows = raw("commWindowRegister");
    return List.of(
        liar(
                "Gives an address that it does not know again",
                wideOutput("memAlloc", "address", seen -> seen + 64))
            .breaks("MEM-01", "ncclMemFree returned 1"),
        liar("Cannot free what it allocated", recode(raw("memFree"), SUCCESS, UNHANDLED_CUDA_ERROR))
            .breaks("MEM-02", "ncclMemFree returned 1"),
        liar("Registers by doing nothing", skip(raw("commRegister")))
            .breaks("MEM-03", "the handle is null"),
        liar("Moves nothing that is registered", new RegisteredOnly())
            .breaks("MEM-03", "the sum with registered memory is")
            .breaks("MEM-06", "the sum with memory about to go is"),
        liar("Ends a registration with its first reference", new FirstReference())
            .breaks("MEM-04", "ncclCommDeregister second returned 5"),
        liar(
                "Makes windows at once in a group",
                wideOutput("commWindowRegister", "window", seen -> 4096))
            .breaks("WIN-01", "a window before the group's end"),
        liar("Makes windows of any memory", conceal(windows))
            .breaks("WIN-02", "a window of plain memory returned 0")
            .breaks("WIN-07", "a window of 8388608 bytes returned 0"),
        liar("Makes no windows and says so nowhere", skip(windows))
            .breaks("WIN-01", "windows 0, 0")
            .breaks("WIN-04", "the window is null")
            .breaks("WIN-05", "the window is null")
            .breaks("WIN-06", "the window is null"),
        liar(
                "Has windows though they are turned off",
                wideOutput("commWindowRegister", "window", seen -> seen | 16))
            .under("NCCL_WIN_ENABLE")
            .breaks("WIN-03", "the window is not null"),
        liar("Adds in windows only", new WindowsOnly())
            .breaks("WIN-07", "the sum with no window is")
            .breaks("WIN-05", "the sum with memory after its window is"),
        liar(
                "Waits for all ranks to end a window",
                recode(raw("commWindowDeregister"), SUCCESS, INVALID_USAGE))
            .breaks("WIN-05", "ncclCommWindowDeregister returned 5"));
  }

  private static List<Liar> oneSided() {
    Predicate<ForwardedCall> puts = raw("putSignal");
    Predicate<ForwardedCall> signals = raw("signal");
    return List.of(
        liar("Signals and puts nothing", change(puts, "count", count -> 0))
            .breaks("VER-09", "what the replay brought is")
            .breaks("RMA-01", "what arrived is")
            .breaks("RMA-04", "the first put is")
            .breaks("RMA-05", "the first put is")
            .breaks("RMA-09", "what the rank put to itself is")
            .breaks("RMA-10", "what was put before the signal is")
            .breaks("RMA-11", "what the second writer put is")
            .breaks("GRP-21", "the sum of what was put is"),
        liar("Puts where the window begins", change(puts, "peerOffset", offset -> 0))
            .breaks("RMA-01", "what arrived is")
            .breaks("RMA-06", "the last put is"),
        liar(
                "Takes any context, index and flags",
                change(
                    signals.or(puts),
                    call -> call.with("signalIndex", 0).with("context", 0).with("flags", 0)))
            .breaks("RMA-02", "ncclSignal with index 1")
            .breaks("RMA-12", "ncclSignal with index 2"),
        liar("Counts the signals of all ranks together", skip(raw("waitSignal")))
            .breaks("RMA-03", "what rank 0 put is")
            .breaks("RMA-10", "a stream that waits for a signal is idle"),
        liar("Puts empty puts as one element", change(puts, "count", count -> Math.max(count, 1)))
            .breaks("RMA-08", "what was not put is"),
        liar(
                "Puts to others only",
                answer(puts.and(call -> call.number("peer") == call.rank()), INVALID_ARGUMENT))
            .breaks("RMA-09", "ncclPutSignal to rank 0 returned 4"),
        liar("Sends no signals", skip(signals))
            .checked()
            .breaks("RMA-03", "where WaitSignal(1")
            .breaks("RMA-06", "where WaitSignal(1")
            .breaks("RMA-07", "where WaitSignal(1"),
        liar("Puts by doing nothing", skip(typed("putSignal")))
            .checked()
            .breaks("RMA-01", "DEADLOCK"));
  }

  /** Forgets the sums of buffers that are registered. */
  private static final class RegisteredOnly implements Lie {
    private final Set<Long> registered = ConcurrentHashMap.newKeySet();

    @Override
    public @Nullable Object answer(ForwardedCall call) throws Throwable {
      if (call.isRaw() && call.is("commRegister")) {
        registered.add(call.number("buffer"));
      }
      boolean idle =
          call.isRaw() && call.is("allReduce") && registered.contains(call.number("send"));
      return idle ? (Object) SUCCESS : call.honest();
    }
  }

  /** Forgets the sums of memory that is in no window now. */
  private static final class WindowsOnly implements Lie {
    private final Set<Long> open = ConcurrentHashMap.newKeySet();

    @Override
    public @Nullable Object answer(ForwardedCall call) throws Throwable {
      if (call.isRaw() && call.is("commWindowRegister")) {
        open.add(call.number("comm"));
      } else if (call.isRaw() && call.is("commWindowDeregister")) {
        open.remove(call.number("comm"));
      }
      boolean idle = call.isRaw() && call.is("allReduce") && !open.contains(call.number("comm"));
      return idle ? (Object) SUCCESS : call.honest();
    }
  }

  /** Ends a registration for good when it is ended once. */
  private static final class FirstReference implements Lie {
    private final Set<Long> ended = ConcurrentHashMap.newKeySet();

    @Override
    public @Nullable Object answer(ForwardedCall call) throws Throwable {
      boolean ends = call.isRaw() && call.is("commDeregister") && call.number("handle") != 0;
      return ends && !ended.add(call.number("handle")) ? (Object) INVALID_USAGE : call.honest();
    }
  }
}
