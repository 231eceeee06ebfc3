package org.jccl.conformance.liars;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicInteger;

/** What each {@link Liar} on the raw surface does. */
final class RawLies {
  private static final int SUCCESS = 0;
  private static final int UNHANDLED_CUDA_ERROR = 1;
  private static final int INVALID_ARGUMENT = 4;
  private static final int INVALID_USAGE = 5;

  private RawLies() {}

  /** A lie about C functions. */
  @FunctionalInterface
  private interface Answer {
    Object to(RawTold call) throws Throwable;
  }

  private static Lie answering(Answer answer) {
    return new Lie() {
      @Override
      public Object answer(RawTold call) throws Throwable {
        return answer.to(call);
      }
    };
  }

  // ---------------------------------------------------------------- arguments

  static final Lie ACCEPTS_ANY_TYPE =
      answering(call -> call.isOperation() && call.number("type") > 11 ? SUCCESS : call.honest());

  static final Lie ACCEPTS_OPERATION_5 =
      answering(
          call ->
              call.isOperation() && call.has("op") && call.number("op") == 5
                  ? call.with("op", 0).honest()
                  : call.honest());

  static final Lie CHECKS_NOTHING_OF_COUNT_0 =
      answering(call -> call.isOperation() && call.number("count") == 0 ? SUCCESS : call.honest());

  static final Lie SAYS_USAGE_FOR_ARGUMENT =
      answering(
          call -> {
            Object answer = call.honest();
            return call.isOperation() && answer.equals(INVALID_ARGUMENT) ? INVALID_USAGE : answer;
          });

  static final Lie REFUSES_THE_NULL_STREAM =
      answering(
          call ->
              call.isOperation() && call.number("stream") == 0 && call.number("count") > 0
                  ? UNHANDLED_CUDA_ERROR
                  : call.honest());

  static final Lie HAS_ONE_TEXT_FOR_ALL =
      answering(call -> call.is("getErrorString") ? "an error" : call.honest());

  static final Lie KEEPS_THE_HANDLE =
      answering(
          call -> {
            boolean init = call.is("commInitRank") && call.pointer(0).address() != 0;
            if (!init) {
              return call.honest();
            }
            MemorySegment handle = call.pointer(0);
            long before = handle.get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
            int code = call.code();
            if (code != SUCCESS) {
              handle.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, before);
            }
            return code;
          });

  static final Lie DESTROYS_ANY_OPERATION =
      answering(
          call -> {
            Object code = call.honest();
            return call.is("redOpDestroy") ? SUCCESS : code;
          });

  // ---------------------------------------------------------------- groups

  private static final ThreadLocal<Integer> RECORDED = ThreadLocal.withInitial(() -> SUCCESS);
  private static final AtomicInteger OPEN = new AtomicInteger();

  static final Lie FORGETS_TO_POISON =
      answering(
          call ->
              call.isOperation() && call.number("type") > 11 ? INVALID_ARGUMENT : call.honest());

  static final Lie RETURNS_THE_FIRST_ERROR =
      answering(
          call -> {
            Object answer = call.honest();
            boolean failed = answer instanceof Integer code && code != SUCCESS;
            if (call.isOperation() && failed && RECORDED.get() == SUCCESS) {
              RECORDED.set((Integer) answer);
            } else if (call.is("groupEnd")) {
              int first = RECORDED.get();
              RECORDED.set(SUCCESS);
              return failed && first != SUCCESS ? first : answer;
            }
            return answer;
          });

  static final Lie POISONS_BY_QUERIES =
      answering(
          call -> {
            Object answer = call.honest();
            if (call.is("commCount") && !answer.equals(SUCCESS)) {
              RECORDED.set((Integer) answer);
            } else if (call.is("groupEnd")) {
              int recorded = RECORDED.get();
              RECORDED.set(SUCCESS);
              return recorded == SUCCESS ? answer : recorded;
            }
            return answer;
          });

  static final Lie ALWAYS_ENDS_WELL =
      answering(
          call -> {
            Object answer = call.honest();
            return call.is("groupEnd") ? SUCCESS : answer;
          });

  static final Lie LEAKS_DEPTH =
      answering(
          call -> {
            Object answer = call.honest();
            boolean failed = call.is("groupEnd") && answer.equals(INVALID_ARGUMENT);
            if (failed) {
              call.abi().groupStart();
            }
            return answer;
          });

  static final Lie SHARES_GROUPS_BETWEEN_THREADS =
      answering(
          call -> {
            Object answer = call.honest();
            if (call.is("groupStart")) {
              OPEN.incrementAndGet();
            } else if (call.is("groupEnd")) {
              boolean own = !answer.equals(INVALID_USAGE);
              return OPEN.getAndAdd(own ? -1 : 0) > 0 && !own ? SUCCESS : answer;
            }
            return answer;
          });

  static final Lie RUNS_BEFORE_THE_END =
      answering(call -> call.is("groupStart", "groupEnd") ? SUCCESS : call.honest());

  static final Lie IGNORES_CAPTURES =
      answering(
          call -> {
            Object answer = call.honest();
            return call.isMessage() && answer.equals(INVALID_USAGE) ? SUCCESS : answer;
          });

  // ---------------------------------------------------------------- data

  static final Lie ACCEPTS_LONE_MESSAGES_TO_SELF =
      answering(
          call ->
              call.isMessage() && call.number("comm") != 0 && call.number("root") == call.rank()
                  ? SUCCESS
                  : call.honest());

  static final Lie DROPS_EMPTY_SENDS =
      answering(call -> call.is("send") && call.number("count") == 0 ? SUCCESS : call.honest());

  static final Lie SWAPS_MAX_AND_MIN =
      answering(
          call -> {
            boolean swaps = call.isOperation() && call.has("op") && (call.number("op") & ~1) == 2;
            return swaps ? call.with("op", call.number("op") ^ 1).honest() : call.honest();
          });

  static final Lie BROADCASTS_FROM_RANK_0 =
      answering(call -> call.is("broadcast") ? call.with("root", 0).honest() : call.honest());

  static final Lie FORGETS_BCAST =
      answering(call -> call.is("bcast") && call.number("root") == 0 ? SUCCESS : call.honest());

  static final Lie REDUCES_FOR_ALL =
      answering(
          call ->
              call.is("reduce")
                  ? call.abi()
                      .allReduce(
                          call.number("send"),
                          call.number("recv"),
                          call.number("count"),
                          (int) call.number("type"),
                          (int) call.number("op"),
                          call.number("comm"),
                          call.number("stream"))
                  : call.honest());

  static final Lie ALIGNS_ADDRESSES =
      answering(
          call ->
              call.is("allGather")
                  ? call.with("send", call.number("send") & ~3L)
                      .with("recv", call.number("recv") & ~3L)
                      .honest()
                  : call.honest());

  static final Lie READS_SCALARS_AT_ONCE = answering(call -> call.with("residence", 1).honest());
}
