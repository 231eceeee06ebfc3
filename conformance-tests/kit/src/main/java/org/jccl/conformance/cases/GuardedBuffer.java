package org.jccl.conformance.cases;

import java.lang.foreign.MemorySegment;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;

/**
 * Device memory for some elements with guard bytes before and after them, and a host image of what
 * was put there, so that every byte that changes can be accounted for (rule COL-07).
 */
final class GuardedBuffer implements AutoCloseable {
  /** Guard bytes on each side: more than any vector access is wide. */
  static final int GUARD = 64;

  private final DataType type;
  private final long elements;
  private final long start;
  private final DeviceBuffer slab;
  private final byte[] before;
  private final MemorySegment image;

  GuardedBuffer(Device device, DataType type, long elements, int offset) {
    this.type = type;
    this.elements = elements;
    this.start = GUARD + (long) offset * type.bytes();
    this.before = new byte[Math.toIntExact(start + elements * type.bytes() + GUARD)];
    this.image = MemorySegment.ofArray(before);
    for (int i = 0; i < before.length; i++) {
      before[i] = (byte) (0xA5 ^ i * 31); // No element's answer looks like this by rule.
    }
    this.slab = device.allocate(DataType.INT8, before.length);
  }

  /** The elements of this memory, in the host image. */
  MemorySegment image() {
    return image.asSlice(start, elements * type.bytes());
  }

  /** Puts the image on the device and waits. */
  void upload() {
    slab.copyFrom(image);
  }

  /** All of the elements. */
  DeviceBuffer view() {
    return view(0, elements);
  }

  /** Some of the elements. */
  DeviceBuffer view(long first, long count) {
    return slab.slice(start + first * type.bytes(), count * type.bytes()).as(type);
  }

  /** What is on the device now, guards included. */
  byte[] download() {
    byte[] after = new byte[before.length];
    slab.copyTo(after);
    return after;
  }

  /** The elements in a download. */
  MemorySegment elementsOf(byte[] download) {
    return MemorySegment.ofArray(download).asSlice(start, elements * type.bytes());
  }

  /**
   * Where a download differs from what was put there, outside the elements {@code first} to {@code
   * first + count - 1}: the byte's place relative to the first element, or {@link Long#MIN_VALUE}.
   */
  long firstChangeOutside(byte[] after, long first, long count) {
    long from = start + first * type.bytes();
    long to = from + count * type.bytes();
    for (int i = 0; i < after.length; i++) {
      if ((i < from || i >= to) && after[i] != before[i]) {
        return i - start;
      }
    }
    return Long.MIN_VALUE;
  }

  @Override
  public void close() {
    slab.close();
  }
}
