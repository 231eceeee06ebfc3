package org.jccl.benchmarks.bench;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.LongUnaryOperator;
import org.jccl.DataType;

/**
 * An endless sequence of elements that repeats after {@link #PERIOD}: what buffers are filled with
 * and compared to at the speed of copying, however large they are.
 *
 * <p>Immutable; shared by the ranks' threads.
 */
final class Pattern {
  /** A prime, so that no chunk, block or slice of an algorithm is a multiple of it. */
  static final int PERIOD = 1_048_573;

  private final DataType type;
  private final int period;
  private final MemorySegment elements;

  private Pattern(DataType type, int period) {
    this.type = type;
    this.period = period;
    this.elements = MemorySegment.ofArray(new long[(period * type.bytes() + 7) / 8]);
  }

  /**
   * The first {@code needed} elements of {@code bits}, or a whole period of them if that is less.
   */
  static Pattern generate(DataType type, long needed, LongUnaryOperator bits) {
    Pattern pattern = new Pattern(type, Math.clamp(needed, 1, PERIOD));
    for (int i = 0; i < pattern.period; i++) {
      pattern.set(i, bits.applyAsLong(i));
    }
    return pattern;
  }

  /** Whether the first {@code needed} elements of the sequence are here. */
  boolean covers(long needed) {
    return needed <= period || period == PERIOD;
  }

  /** Fills {@code target} with the elements from {@code first} on. */
  void copyTo(MemorySegment target, long first) {
    long size = type.bytes();
    long count = target.byteSize() / size;
    for (long done = 0; done < count; ) {
      long at = (first + done) % period;
      long length = Math.min(count - done, period - at);
      MemorySegment.copy(elements, at * size, target, done * size, length * size);
      done += length;
    }
  }

  /**
   * How many elements of {@code actual} differ from those from {@code first} on by more than {@code
   * tolerance}, as unsigned integers of the type's width.
   */
  long countWrong(MemorySegment actual, long first, int tolerance) {
    long size = type.bytes();
    long count = actual.byteSize() / size;
    long wrong = 0;
    for (long done = 0; done < count; ) {
      long at = (first + done) % period;
      long length = Math.min(count - done, period - at);
      wrong += countWrong(actual, done, at, length, tolerance);
      done += length;
    }
    return wrong;
  }

  private long countWrong(MemorySegment actual, long from, long at, long length, int tolerance) {
    long size = type.bytes();
    long difference =
        MemorySegment.mismatch(
            actual, from * size, (from + length) * size, elements, at * size, (at + length) * size);
    if (difference < 0) {
      return 0;
    }
    long wrong = 0;
    for (long i = difference / size; i < length; i++) {
      long distance = get(actual, from + i) - get(elements, at + i);
      if (Long.compareUnsigned(Math.abs(distance), tolerance) > 0) {
        wrong++;
      }
    }
    return wrong;
  }

  private void set(long index, long bits) {
    long offset = index * type.bytes();
    switch (type.bytes()) {
      case 1 -> elements.set(ValueLayout.JAVA_BYTE, offset, (byte) bits);
      case 2 -> elements.set(ValueLayout.JAVA_SHORT, offset, (short) bits);
      case 4 -> elements.set(ValueLayout.JAVA_INT, offset, (int) bits);
      default -> elements.set(ValueLayout.JAVA_LONG, offset, bits);
    }
  }

  private long get(MemorySegment segment, long index) {
    long offset = index * type.bytes();
    return switch (type.bytes()) {
      case 1 -> segment.get(ValueLayout.JAVA_BYTE, offset) & 0xFFL;
      case 2 -> segment.get(ValueLayout.JAVA_SHORT_UNALIGNED, offset) & 0xFFFFL;
      case 4 -> segment.get(ValueLayout.JAVA_INT_UNALIGNED, offset) & 0xFFFF_FFFFL;
      default -> segment.get(ValueLayout.JAVA_LONG_UNALIGNED, offset);
    };
  }
}
