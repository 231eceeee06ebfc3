package org.jccl.conformance.liars;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongUnaryOperator;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jccl.DeviceBuffer;
import org.jspecify.annotations.Nullable;

/** What liars are made of: which calls, and what is wrong with them. */
final class Lies {
  static final int SUCCESS = 0;
  static final int UNHANDLED_CUDA_ERROR = 1;
  static final int INVALID_ARGUMENT = 4;
  static final int INVALID_USAGE = 5;
  static final int IN_PROGRESS = 7;

  private Lies() {}

  /** Something that happens besides a call. */
  @FunctionalInterface
  interface Effect {
    void on(ForwardedCall call) throws Throwable;
  }

  // ---------------------------------------------------------------- which calls

  /** Calls of these C functions. */
  static Predicate<ForwardedCall> raw(String... functions) {
    return call -> call.isRaw() && call.is(functions);
  }

  /** Calls of these typed methods. */
  static Predicate<ForwardedCall> typed(String... methods) {
    return call -> !call.isRaw() && call.is(methods);
  }

  /** C functions that take a stream. */
  static Predicate<ForwardedCall> rawOperation() {
    return ForwardedCall::isOperation;
  }

  /** Typed operations. */
  static Predicate<ForwardedCall> typedOperation() {
    return call -> !call.isRaw() && call.has("stream");
  }

  // ---------------------------------------------------------------- what is wrong

  /** Gives that answer by itself. */
  static Lie answer(Predicate<ForwardedCall> when, @Nullable Object answer) {
    return call -> when.test(call) ? answer : call.honest();
  }

  /** Does nothing and says that all is well. */
  static Lie skip(Predicate<ForwardedCall> when) {
    return call -> when.test(call) ? good(call) : call.honest();
  }

  private static @Nullable Object good(ForwardedCall call) {
    Class<?> type = call.method().getReturnType();
    return type == int.class ? (Object) SUCCESS : type == boolean.class ? (Object) false : null;
  }

  /** Says that all is well where it is not: no error code, no exception. */
  static Lie conceal(Predicate<ForwardedCall> when) {
    return call -> {
      if (!when.test(call)) {
        return call.honest();
      }
      try {
        Object answer = call.honest();
        boolean fails = answer instanceof Integer code && code != SUCCESS && code != IN_PROGRESS;
        return call.isRaw() && fails ? SUCCESS : answer;
      } catch (RuntimeException failure) {
        return good(call);
      }
    };
  }

  /** Swallows exceptions of that kind. */
  static Lie swallow(Class<? extends RuntimeException> kind, Predicate<ForwardedCall> when) {
    return call -> {
      try {
        return call.honest();
      } catch (RuntimeException failure) {
        if (kind.isInstance(failure) && when.test(call)) {
          return good(call);
        }
        throw failure;
      }
    };
  }

  /** Once a call of one kind has failed, all calls of another kind give that code. */
  static Lie spread(Predicate<ForwardedCall> cause, Predicate<ForwardedCall> victims, int code) {
    AtomicBoolean failed = new AtomicBoolean();
    Lie noting = onFailure(cause, call -> failed.set(true));
    return call -> victims.test(call) && failed.get() ? (Object) code : noting.answer(call);
  }

  /** Gives one result code for another. */
  static Lie recode(Predicate<ForwardedCall> when, int from, int to) {
    return call -> {
      Object answer = call.honest();
      return when.test(call) && Objects.equals(answer, from) ? to : answer;
    };
  }

  /** Makes another call than the one that was asked for. */
  static Lie change(Predicate<ForwardedCall> when, UnaryOperator<ForwardedCall> to) {
    return call -> when.test(call) ? to.apply(call).honest() : call.honest();
  }

  /** Gives another value for an argument, a number. */
  static Lie change(Predicate<ForwardedCall> when, String parameter, LongUnaryOperator to) {
    return change(
        when,
        call ->
            call.has(parameter)
                ? call.with(parameter, to.applyAsLong(call.number(parameter)))
                : call);
  }

  /** Does something more when the call has come back. */
  static Lie after(Predicate<ForwardedCall> when, Effect effect) {
    return call -> {
      Object answer = call.honest();
      if (when.test(call)) {
        effect.on(call);
      }
      return answer;
    };
  }

  /** Does something more when the call has given an error code. */
  static Lie onFailure(Predicate<ForwardedCall> when, Effect effect) {
    return call -> {
      Object answer = call.honest();
      if (when.test(call) && !Objects.equals(answer, SUCCESS)) {
        effect.on(call);
      }
      return answer;
    };
  }

  /** Gives that answer by itself while the calling thread has a group open. */
  static Lie inGroup(Predicate<ForwardedCall> when, Object answer) {
    ThreadLocal<Integer> depth = ThreadLocal.withInitial(() -> 0);
    return call -> {
      if (when.test(call) && depth.get() > 0) {
        return answer;
      }
      if (call.isRaw() && call.is("groupStart", "groupEnd")) {
        depth.set(Math.max(0, depth.get() + (call.is("groupStart") ? 1 : -1)));
      }
      return call.honest();
    };
  }

  /** Does something first. */
  static Lie before(Predicate<ForwardedCall> when, Effect effect) {
    return call -> {
      if (when.test(call)) {
        effect.on(call);
      }
      return call.honest();
    };
  }

  /** Puts another number, of four bytes, into an output of a C function. */
  static Lie output(String function, String parameter, LongUnaryOperator to) {
    return after(
        raw(function),
        call -> {
          MemorySegment out = call.memory(parameter);
          if (out.address() != 0) {
            int seen = out.get(JAVA_INT_UNALIGNED, 0);
            out.set(JAVA_INT_UNALIGNED, 0, (int) to.applyAsLong(seen));
          }
        });
  }

  /** The same for eight bytes. */
  static Lie wideOutput(String function, String parameter, LongUnaryOperator to) {
    return after(
        raw(function),
        call -> {
          MemorySegment out = call.memory(parameter);
          if (out.address() != 0) {
            out.set(JAVA_LONG_UNALIGNED, 0, to.applyAsLong(out.get(JAVA_LONG_UNALIGNED, 0)));
          }
        });
  }

  // ---------------------------------------------------------------- buffers of typed operations

  /** Where this rank receives something, if it does. */
  static @Nullable DeviceBuffer received(ForwardedCall call) {
    boolean elsewhere = call.is("reduce", "gather") && call.number("root") != call.by().rank();
    DeviceBuffer recv = call.is("recv") ? call.buffer("buffer") : call.buffer("recv");
    return elsewhere || recv == null || recv.count() == 0 ? null : recv;
  }

  /** Overwrites what was received, from a byte on. */
  static Effect spoil(long from, long bytes, int value) {
    return call -> {
      DeviceBuffer recv = received(call);
      if (recv != null && recv.bytes() >= from + bytes) {
        recv.device().memory().fill(recv.address() + from, (byte) value, bytes, call.stream());
      }
    };
  }

  /** Whether a typed operation is called by the last of several ranks. */
  static boolean isLast(ForwardedCall call) {
    return call.by().worldSize() > 1 && call.by().rank() == call.by().worldSize() - 1;
  }

  /** Whether a typed operation has one buffer for both sides. */
  static boolean isInPlace(ForwardedCall call) {
    DeviceBuffer send = call.buffer("send");
    DeviceBuffer recv = call.buffer("recv");
    return send != null && recv != null && send.address() == recv.address();
  }
}
