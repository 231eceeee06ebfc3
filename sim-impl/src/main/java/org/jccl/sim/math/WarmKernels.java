package org.jccl.sim.math;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jccl.DataType;

/**
 * Vector kernels that nobody has to wait for.
 *
 * <p>Until the JIT compiler's last tier has compiled a loop over vectors, which takes seconds on a
 * busy machine, the loop is about a hundred times slower than afterwards. So each loop's first use
 * starts a {@link WarmUp} in the background, and the scalar twin serves until that reports that
 * vectors win. Both twins give the same bits, so nobody can tell but by the clock.
 */
final class WarmKernels implements ElementKernels {
  /** Kinds of loop per type: one for each {@link Arithmetic}, and these two. */
  private static final int SCALE = 4;

  private static final int FUSED = 5;
  private static final int KINDS = 6;

  private static final int COLD = 0;
  private static final int WARMING = 1;
  private static final int HOT = 2;

  private final ElementKernels cold;
  private final ElementKernels hot;
  private final WarmUp warmUp;
  private final AtomicIntegerArray states =
      new AtomicIntegerArray(KINDS * DataType.values().length);

  /** Makes loops fast, some time after it was asked to. */
  interface WarmUp {
    /** Starts to run {@code loop}; {@code whenFast} is called at most once, by any thread. */
    void begin(Loop loop, Runnable whenFast);
  }

  /** One of the loops, without offsets. */
  @FunctionalInterface
  interface Loop {
    /** Runs the loop of {@code kernels} over the first {@code bytes} bytes of each segment. */
    void run(
        ElementKernels kernels,
        MemorySegment left,
        MemorySegment right,
        MemorySegment out,
        long bytes);
  }

  /**
   * Kernels that go from {@code cold} to {@code hot}, loop by loop.
   *
   * @param hot kernels with the loops of {@link VectorKernels}
   */
  WarmKernels(ElementKernels cold, ElementKernels hot, WarmUp warmUp) {
    this.cold = cold;
    this.hot = hot;
    this.warmUp = warmUp;
    for (DataType type : DataType.values()) {
      for (Arithmetic op : Arithmetic.values()) {
        skip(type, op.ordinal(), VectorKernels.hasLanes(op, type));
      }
      skip(type, SCALE, VectorKernels.multiplies(type));
      skip(type, FUSED, VectorKernels.fuses(type));
    }
  }

  /** What has no loop over vectors needs no warm-up. */
  private void skip(DataType type, int kind, boolean hasVectorLoop) {
    states.set(index(type, kind), hasVectorLoop ? COLD : HOT);
  }

  private static int index(DataType type, int kind) {
    return KINDS * type.ordinal() + kind;
  }

  @Override
  public String name() {
    return hot.name();
  }

  private ElementKernels kernels(DataType type, int kind, long count) {
    int index = index(type, kind);
    int state = states.getAcquire(index);
    if (state == HOT || !AllMemory.isWorthVectors(count * type.bytes())) {
      return hot;
    }
    if (state == COLD && states.compareAndSet(index, COLD, WARMING)) {
      warmUp.begin(loop(type, kind), () -> states.setRelease(index, HOT));
    }
    return cold;
  }

  private static Loop loop(DataType type, int kind) {
    int size = type.bytes();
    return switch (kind) {
      case SCALE -> (k, left, right, out, bytes) -> k.scale(type, 0, left, 0, out, 0, bytes / size);
      case FUSED ->
          (k, left, right, out, bytes) ->
              k.fusedScaleCombine(type, 0, left, 0, right, 0, out, 0, bytes / size);
      default -> {
        Arithmetic op = Arithmetic.values()[kind];
        yield (k, left, right, out, bytes) ->
            k.combine(op, type, left, 0, right, 0, out, 0, bytes / size);
      }
    };
  }

  @Override
  public void combine(
      Arithmetic op,
      DataType type,
      MemorySegment left,
      long leftOffset,
      MemorySegment right,
      long rightOffset,
      MemorySegment out,
      long outOffset,
      long count) {
    kernels(type, op.ordinal(), count)
        .combine(op, type, left, leftOffset, right, rightOffset, out, outOffset, count);
  }

  @Override
  public void scale(
      DataType type,
      long scalar,
      MemorySegment in,
      long inOffset,
      MemorySegment out,
      long outOffset,
      long count) {
    kernels(type, SCALE, count).scale(type, scalar, in, inOffset, out, outOffset, count);
  }

  @Override
  public void fusedScaleCombine(
      DataType type,
      long scalar,
      MemorySegment own,
      long ownOffset,
      MemorySegment acc,
      long accOffset,
      MemorySegment out,
      long outOffset,
      long count) {
    kernels(type, FUSED, count)
        .fusedScaleCombine(type, scalar, own, ownOffset, acc, accOffset, out, outOffset, count);
  }

  @Override
  public void divide(
      DataType type,
      int divisor,
      MemorySegment in,
      long inOffset,
      MemorySegment out,
      long outOffset,
      long count) {
    hot.divide(type, divisor, in, inOffset, out, outOffset, count);
  }

  @Override
  public void copy(
      MemorySegment from, long fromOffset, MemorySegment to, long toOffset, long bytes) {
    hot.copy(from, fromOffset, to, toOffset, bytes);
  }
}
