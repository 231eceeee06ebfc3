package org.jccl.sim.math;

import static org.jccl.sim.math.AllMemory.ALL;
import static org.jccl.sim.math.AllMemory.readable;
import static org.jccl.sim.math.AllMemory.writable;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import jdk.incubator.vector.FloatVector;
import org.jccl.DataType;

/**
 * Kernels on the Vector API and raw addresses, at C's speed.
 *
 * <p>This class may be loaded only where module {@code jdk.incubator.vector} is present and native
 * access is enabled; {@link Kernels} sees to that. What has no vector form in JDK 25 (most of half
 * and float8, products of bfloat16) takes the staged loops of {@link ScalarKernels}.
 */
final class VectorKernels implements ElementKernels {
  /** Blocks are cut here so that loops count in ints; a multiple of every vector. */
  private static final int MOST_BYTES = 1 << 30;

  private final ScalarKernels staged;

  VectorKernels(ScalarKernels staged) {
    this.staged = staged;
  }

  /** Bits of a vector on this machine. */
  static int width() {
    return FloatVector.SPECIES_PREFERRED.vectorBitSize();
  }

  @Override
  public String name() {
    return "vector";
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
    long bytes = Math.multiplyExact(count, type.bytes());
    long a = readable(left, leftOffset, bytes);
    long b = readable(right, rightOffset, bytes);
    long c = writable(out, outOffset, bytes);
    for (long done = 0; done < bytes; done += MOST_BYTES) {
      int now = (int) Math.min(MOST_BYTES, bytes - done);
      combine(op, type, a + done, b + done, c + done, now);
    }
    Reference.reachabilityFence(left);
    Reference.reachabilityFence(right);
    Reference.reachabilityFence(out);
  }

  private void combine(Arithmetic op, DataType type, long a, long b, long out, int bytes) {
    int size = type.bytes();
    if (!hasLanes(op, type)) {
      staged.combine(op, type, ALL, a, ALL, b, ALL, out, bytes / size);
      return;
    }
    int done = lanes(op, type, a, b, out, bytes);
    for (; done < bytes; done += size) {
      long x = Bits.get(ALL, a + done, size);
      long y = Bits.get(ALL, b + done, size);
      Bits.put(ALL, out + done, size, ElementMath.combine(op, type, x, y));
    }
  }

  /** Whether there is a loop over vectors. */
  static boolean hasLanes(Arithmetic op, DataType type) {
    return switch (type) {
      case FLOAT8_E4M3, FLOAT8_E5M2 -> false;
      case FLOAT16 -> op == Arithmetic.MAX || op == Arithmetic.MIN;
      case BFLOAT16 -> op != Arithmetic.PROD;
      default -> true;
    };
  }

  /** Whether {@code scale} has a loop over vectors. */
  static boolean multiplies(DataType type) {
    return hasLanes(Arithmetic.PROD, type);
  }

  /** Whether {@code fusedScaleCombine} has a loop over vectors. */
  static boolean fuses(DataType type) {
    return multiplies(type) && type.isFloating();
  }

  /** Returns how many bytes were done; a few at the end may be left over. */
  private static int lanes(Arithmetic op, DataType type, long a, long b, long out, int bytes) {
    return switch (type) {
      case INT8, UINT8 -> bytes(op, type == DataType.INT8, a, b, out, bytes);
      case INT32, UINT32 -> ints(op, type == DataType.INT32, a, b, out, bytes);
      case INT64, UINT64 -> longs(op, type == DataType.INT64, a, b, out, bytes);
      case FLOAT32 ->
          switch (op) {
            case SUM -> FloatLanes.sum(a, b, out, bytes);
            case PROD -> FloatLanes.product(a, b, out, bytes);
            case MAX -> FloatLanes.max(a, b, out, bytes);
            case MIN -> FloatLanes.min(a, b, out, bytes);
          };
      case FLOAT64 ->
          switch (op) {
            case SUM -> DoubleLanes.sum(a, b, out, bytes);
            case PROD -> DoubleLanes.product(a, b, out, bytes);
            case MAX -> DoubleLanes.max(a, b, out, bytes);
            case MIN -> DoubleLanes.min(a, b, out, bytes);
          };
      case FLOAT16, BFLOAT16 -> shorts(op, type, a, b, out, bytes);
      case FLOAT8_E4M3, FLOAT8_E5M2 -> 0;
    };
  }

  private static int shorts(Arithmetic op, DataType type, long a, long b, long out, int bytes) {
    short infinity = (short) (type == DataType.FLOAT16 ? 0x7C00 : 0x7F80);
    return switch (op) {
      case SUM -> Bfloat16Lanes.sum(a, b, out, bytes);
      case PROD -> 0;
      case MAX -> ShortLanes.max(infinity, a, b, out, bytes);
      case MIN -> ShortLanes.min(infinity, a, b, out, bytes);
    };
  }

  private static int bytes(Arithmetic op, boolean signed, long a, long b, long out, int bytes) {
    return switch (op) {
      case SUM -> ByteLanes.sum(a, b, out, bytes);
      case PROD -> ByteLanes.product(a, b, out, bytes);
      case MAX ->
          signed ? ByteLanes.signedMax(a, b, out, bytes) : ByteLanes.unsignedMax(a, b, out, bytes);
      case MIN ->
          signed ? ByteLanes.signedMin(a, b, out, bytes) : ByteLanes.unsignedMin(a, b, out, bytes);
    };
  }

  private static int ints(Arithmetic op, boolean signed, long a, long b, long out, int bytes) {
    return switch (op) {
      case SUM -> IntLanes.sum(a, b, out, bytes);
      case PROD -> IntLanes.product(a, b, out, bytes);
      case MAX ->
          signed ? IntLanes.signedMax(a, b, out, bytes) : IntLanes.unsignedMax(a, b, out, bytes);
      case MIN ->
          signed ? IntLanes.signedMin(a, b, out, bytes) : IntLanes.unsignedMin(a, b, out, bytes);
    };
  }

  private static int longs(Arithmetic op, boolean signed, long a, long b, long out, int bytes) {
    return switch (op) {
      case SUM -> LongLanes.sum(a, b, out, bytes);
      case PROD -> LongLanes.product(a, b, out, bytes);
      case MAX ->
          signed ? LongLanes.signedMax(a, b, out, bytes) : LongLanes.unsignedMax(a, b, out, bytes);
      case MIN ->
          signed ? LongLanes.signedMin(a, b, out, bytes) : LongLanes.unsignedMin(a, b, out, bytes);
    };
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
    long bytes = Math.multiplyExact(count, type.bytes());
    long a = readable(in, inOffset, bytes);
    long b = writable(out, outOffset, bytes);
    for (long done = 0; done < bytes; done += MOST_BYTES) {
      int now = (int) Math.min(MOST_BYTES, bytes - done);
      scale(type, scalar, a + done, b + done, now);
    }
    Reference.reachabilityFence(in);
    Reference.reachabilityFence(out);
  }

  private void scale(DataType type, long scalar, long a, long out, int bytes) {
    int size = type.bytes();
    if (!multiplies(type)) {
      staged.scale(type, scalar, ALL, a, ALL, out, bytes / size);
      return;
    }
    int done = scaleLanes(type, scalar, a, out, bytes);
    for (; done < bytes; done += size) {
      long x = Bits.get(ALL, a + done, size);
      Bits.put(ALL, out + done, size, ElementMath.multiply(type, scalar, x));
    }
  }

  private static int scaleLanes(DataType type, long scalar, long a, long out, int bytes) {
    return switch (type) {
      case INT8, UINT8 -> ByteLanes.scale((byte) scalar, a, out, bytes);
      case INT32, UINT32 -> IntLanes.scale((int) scalar, a, out, bytes);
      case INT64, UINT64 -> LongLanes.scale(scalar, a, out, bytes);
      case FLOAT32 -> FloatLanes.scale(Float.intBitsToFloat((int) scalar), a, out, bytes);
      case FLOAT64 -> DoubleLanes.scale(scalar, a, out, bytes);
      case FLOAT16, BFLOAT16, FLOAT8_E4M3, FLOAT8_E5M2 -> 0;
    };
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
    long bytes = Math.multiplyExact(count, type.bytes());
    long a = readable(own, ownOffset, bytes);
    long b = readable(acc, accOffset, bytes);
    long c = writable(out, outOffset, bytes);
    for (long done = 0; done < bytes; done += MOST_BYTES) {
      int now = (int) Math.min(MOST_BYTES, bytes - done);
      multiplyAdd(type, scalar, a + done, b + done, c + done, now);
    }
    Reference.reachabilityFence(own);
    Reference.reachabilityFence(acc);
    Reference.reachabilityFence(out);
  }

  private void multiplyAdd(DataType type, long scalar, long a, long b, long out, int bytes) {
    int size = type.bytes();
    if (!multiplies(type)) {
      staged.fusedScaleCombine(type, scalar, ALL, a, ALL, b, ALL, out, bytes / size);
      return;
    }
    int done = multiplyAddLanes(type, scalar, a, b, out, bytes);
    for (; done < bytes; done += size) {
      long x = Bits.get(ALL, a + done, size);
      long y = Bits.get(ALL, b + done, size);
      Bits.put(ALL, out + done, size, ElementMath.multiplyAdd(type, scalar, x, y));
    }
  }

  private static int multiplyAddLanes(
      DataType type, long scalar, long a, long b, long out, int bytes) {
    return switch (type) {
      case FLOAT32 -> FloatLanes.multiplyAdd(Float.intBitsToFloat((int) scalar), a, b, out, bytes);
      case FLOAT64 -> DoubleLanes.multiplyAdd(scalar, a, b, out, bytes);
      default -> 0;
    };
  }

  @Override
  public void blend(
      MemorySegment separate,
      long separateOffset,
      MemorySegment out,
      long outOffset,
      long bytes,
      long place) {
    long from = readable(separate, separateOffset, bytes);
    long to = writable(out, outOffset, bytes);
    Ll128Halves.blend(ALL, from, ALL, to, bytes, place);
    Reference.reachabilityFence(separate);
    Reference.reachabilityFence(out);
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
    long bytes = Math.multiplyExact(count, type.bytes());
    long a = readable(in, inOffset, bytes);
    long b = writable(out, outOffset, bytes);
    staged.divide(type, divisor, ALL, a, ALL, b, count);
    Reference.reachabilityFence(in);
    Reference.reachabilityFence(out);
  }

  @Override
  public void copy(
      MemorySegment from, long fromOffset, MemorySegment to, long toOffset, long bytes) {
    long a = readable(from, fromOffset, bytes);
    long b = writable(to, toOffset, bytes);
    MemorySegment.copy(ALL, a, ALL, b, bytes);
    Reference.reachabilityFence(from);
    Reference.reachabilityFence(to);
  }
}
