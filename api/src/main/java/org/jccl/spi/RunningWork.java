package org.jccl.spi;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jccl.WorkBody;
import org.jccl.WorkMemory;
import org.jspecify.annotations.Nullable;

/**
 * The bodies of work that run now, in this process: their threads call neither jccl nor CUDA (rule
 * STR-34).
 */
public final class RunningWork {
  private static final ThreadLocal<@Nullable Supplier<RuntimeException>> REFUSAL =
      new ThreadLocal<>();

  /** How many run: where none does, a call of jccl looks at this number alone. */
  static final AtomicInteger RUNNING = new AtomicInteger();

  private RunningWork() {}

  /**
   * Runs a body in the calling thread.
   *
   * @param body what is run
   * @param memory what it is given
   * @param refusal makes what a call of jccl throws meanwhile
   * @return what it has thrown, or null
   */
  public static @Nullable Throwable run(
      WorkBody body, WorkMemory memory, Supplier<RuntimeException> refusal) {
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    @Nullable Supplier<RuntimeException> outer = REFUSAL.get();
    RUNNING.incrementAndGet();
    REFUSAL.set(refusal);
    try {
      Waiting.bind(
          what -> {
            throw refusal.get();
          },
          () -> failure.set(failureOf(body, memory)));
    } finally {
      RUNNING.decrementAndGet();
      if (outer == null) {
        REFUSAL.remove();
      } else {
        REFUSAL.set(outer);
      }
    }
    return failure.get();
  }

  private static @Nullable Throwable failureOf(WorkBody body, WorkMemory memory) {
    try {
      body.run(memory);
      return null;
    } catch (Throwable thrown) {
      return thrown;
    }
  }

  /** Throws if the calling thread runs the body of a piece of work. */
  public static void requireNone() {
    if (RUNNING.get() > 0) {
      @Nullable Supplier<RuntimeException> refusal = REFUSAL.get();
      if (refusal != null) {
        throw refusal.get();
      }
    }
  }
}
