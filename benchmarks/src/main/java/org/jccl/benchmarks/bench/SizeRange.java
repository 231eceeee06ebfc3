package org.jccl.benchmarks.bench;

import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;

/**
 * The sizes of a run, smallest first.
 *
 * @param min first size in bytes, at least 1
 * @param max no size is larger
 * @param factor each size is this times the one before; 1 if {@code step} counts
 * @param step each size is this many bytes more than the one before; 0 if {@code factor} counts
 */
public record SizeRange(long min, long max, long factor, long step) {
  /** More sizes than this are a slip of the pen. */
  private static final int MOST = 10_000;

  /** What follows the largest size. */
  private static final long NONE = -1;

  /** Checks that the range is finite and not empty. */
  public SizeRange {
    if (min < 1) {
      throw new IllegalArgumentException("the smallest size must be at least 1 byte, not " + min);
    }
    if (max < min) {
      throw new IllegalArgumentException(
          "the largest size (" + max + ") is below the smallest (" + min + ")");
    }
    if (step == 0 && factor < 2) {
      throw new IllegalArgumentException("the step factor must be at least 2, not " + factor);
    }
    if (step > 0 && (max - min) / step >= MOST) {
      throw new IllegalArgumentException(
          "steps of " + step + " bytes give more than " + MOST + " sizes: take larger steps");
    }
  }

  /** From {@code min} to {@code max}, each size {@code factor} times the one before. */
  public static SizeRange byFactor(long min, long max, long factor) {
    return new SizeRange(min, max, factor, 0);
  }

  /** From {@code min} to {@code max}, each size {@code step} bytes more than the one before. */
  public static SizeRange byStep(long min, long max, long step) {
    if (step < 1) {
      throw new IllegalArgumentException("the step must be at least 1 byte, not " + step);
    }
    return new SizeRange(min, max, 1, step);
  }

  /** The sizes in bytes. */
  public LongStream sizes() {
    LongUnaryOperator next =
        step > 0
            ? size -> size > max - step ? NONE : size + step
            : size -> size > max / factor ? NONE : size * factor;
    return LongStream.iterate(min, size -> size != NONE, next);
  }
}
