package org.jccl.sim.math;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs a loop over small blocks until the vector kernels have won several races in a row against
 * the best time of the scalar ones.
 *
 * <p>Short blocks, because only calls, not rounds of one long loop, lead to code that other calls
 * can enter. One thread warms all loops up, one after the other; it rests as long as it works, and
 * ends when it has nothing to do. A loop that does not win in its time stays with the scalar
 * kernels.
 */
final class RacingWarmUp implements WarmKernels.WarmUp {
  /** Work on one loop after which it is given up; 0.4 s is usual, 2 s on a busy machine. */
  static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(6);

  /** Races that must be won in a row. */
  static final int WINS = 8;

  /** Enough vectors in a block for the compiler to unroll the loop. */
  private static final int BLOCK = 1024;

  /** Behind the block: as many bytes as the widest vector, NaNs in every floating-point type. */
  private static final int NANS = 64;

  private static final int SMALL = 128;
  private static final int ROUNDS = 8;
  private static final long IDLE_SECONDS = 1;

  private final ElementKernels scalar;
  private final ElementKernels vector;
  private final Executor executor;
  private final Clock clock;

  /** Time, as tests want it. */
  interface Clock {
    /** Nanoseconds since whenever. */
    long nanos();

    /** Lets others work for some time. */
    void rest(long nanos);
  }

  RacingWarmUp(ElementKernels scalar, ElementKernels vector, Executor executor, Clock clock) {
    this.scalar = scalar;
    this.vector = vector;
    this.executor = executor;
    this.clock = clock;
  }

  /** A warm-up on a daemon thread of its own. */
  static RacingWarmUp inBackground(ElementKernels scalar, ElementKernels vector) {
    ThreadPoolExecutor thread =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform()
                .daemon()
                .name("jccl-warm-up")
                .inheritInheritableThreadLocals(false)
                .uncaughtExceptionHandler(RacingWarmUp::ended)
                .factory());
    thread.allowCoreThreadTimeOut(true);
    return new RacingWarmUp(scalar, vector, thread, new SystemClock());
  }

  /** Where a program has used up the heap, its own failure says so. */
  private static void ended(Thread thread, Throwable failure) {
    if (!(failure instanceof OutOfMemoryError)) {
      thread.getThreadGroup().uncaughtException(thread, failure);
    }
  }

  @Override
  public void begin(WarmKernels.Loop loop, Runnable whenFast) {
    executor.execute(
        () -> {
          if (wins(loop)) {
            whenFast.run();
          }
        });
  }

  private boolean wins(WarmKernels.Loop loop) {
    int each = BLOCK + NANS;
    MemorySegment memory = Arena.ofAuto().allocate(3L * each, 64);
    MemorySegment left = memory.asSlice(0, each);
    MemorySegment right = memory.asSlice(each, each);
    MemorySegment out = memory.asSlice(2L * each, each);
    left.asSlice(BLOCK).fill((byte) -1);
    long worked = 0;
    long record = Long.MAX_VALUE;
    int wins = 0;
    while (worked < MOST_NANOS) {
      long begin = clock.nanos();
      takeAllPaths(loop, left, right, out);
      long vectorBegin = clock.nanos();
      repeat(loop, vector, left, right, out);
      long scalarBegin = clock.nanos();
      repeat(loop, scalar, left, right, out);
      long end = clock.nanos();
      // Best against last: a scalar race that something interrupted is no measure.
      record = Math.min(record, end - scalarBegin);
      wins = scalarBegin - vectorBegin < record ? wins + 1 : 0;
      if (wins == WINS) {
        return true;
      }
      worked += end - begin;
      clock.rest(end - begin);
    }
    return false;
  }

  private static void repeat(
      WarmKernels.Loop loop,
      ElementKernels kernels,
      MemorySegment left,
      MemorySegment right,
      MemorySegment out) {
    for (int i = 0; i < ROUNDS; i++) {
      loop.run(kernels, left, right, out, BLOCK);
    }
  }

  /** Compiled code that meets a path it has never seen would be thrown away, and be slow again. */
  private void takeAllPaths(
      WarmKernels.Loop loop, MemorySegment left, MemorySegment right, MemorySegment out) {
    for (int tail = 8; tail <= NANS; tail += 8) {
      loop.run(vector, left, right, out, BLOCK + tail);
    }
    loop.run(vector, left, right, out, SMALL);
  }

  private static final class SystemClock implements Clock {
    @Override
    public long nanos() {
      return System.nanoTime();
    }

    @Override
    public void rest(long nanos) {
      LockSupport.parkNanos(nanos);
    }
  }
}
