package org.jccl.sim.math;

import java.lang.foreign.MemorySegment;
import org.jccl.DataType;

/**
 * NCCL's element arithmetic on blocks of device memory.
 *
 * <p>Offsets are in bytes and need no alignment, counts are in elements. An output may be the very
 * range of an input; other overlaps are undefined. Safe for use by any number of threads, virtual
 * ones too; nothing waits. All implementations give the same bits.
 */
public interface ElementKernels {
  /** One word for reports: {@code scalar} or {@code vector}. */
  String name();

  /**
   * {@code out[i] = left[i] ∘ right[i]} (EL-01 to EL-07, NAN-01 to NAN-06). Of two f64 NaNs the
   * right one survives, made quiet.
   */
  void combine(
      Arithmetic op,
      DataType type,
      MemorySegment left,
      long leftOffset,
      MemorySegment right,
      long rightOffset,
      MemorySegment out,
      long outOffset,
      long count);

  /** {@code acc[i] = acc[i] ∘ in[i]}. */
  default void combine(
      Arithmetic op,
      DataType type,
      MemorySegment acc,
      long accOffset,
      MemorySegment in,
      long inOffset,
      long count) {
    combine(op, type, acc, accOffset, in, inOffset, acc, accOffset, count);
  }

  /**
   * {@code out[i] = RN(scalar·in[i])}: what a rank does to its own input (AVG-03 to AVG-05).
   *
   * @param scalar the bits of a number of this type
   */
  void scale(
      DataType type,
      long scalar,
      MemorySegment in,
      long inOffset,
      MemorySegment out,
      long outOffset,
      long count);

  /**
   * {@code out[i] = RN(scalar·own[i] + acc[i])}, rounded once (FMA-01).
   *
   * @param scalar the bits of a number of this type
   * @throws IllegalArgumentException for float8 and integers, which always round twice
   */
  void fusedScaleCombine(
      DataType type,
      long scalar,
      MemorySegment own,
      long ownOffset,
      MemorySegment acc,
      long accOffset,
      MemorySegment out,
      long outOffset,
      long count);

  /**
   * {@code out[i] = in[i] / divisor}, truncated toward zero (AVG-01).
   *
   * @throws IllegalArgumentException for a floating type or a divisor below 1
   */
  void divide(
      DataType type,
      int divisor,
      MemorySegment in,
      long inOffset,
      MemorySegment out,
      long outOffset,
      long count);

  /**
   * Where LL128 rounds twice, takes elements from {@code separate} into {@code out}, which has them
   * rounded once (FMA-02).
   *
   * @param place how many bytes into its chunk the block starts
   */
  default void blend(
      MemorySegment separate,
      long separateOffset,
      MemorySegment out,
      long outOffset,
      long bytes,
      long place) {
    Ll128Halves.blend(separate, separateOffset, out, outOffset, bytes, place);
  }

  /** Moves bytes and never changes them (NAN-05). */
  default void copy(
      MemorySegment from, long fromOffset, MemorySegment to, long toOffset, long bytes) {
    MemorySegment.copy(from, fromOffset, to, toOffset, bytes);
  }
}
