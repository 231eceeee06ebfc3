package org.jccl;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;

/**
 * The device memory of a piece of work, as its body sees it: what {@link Work#reads} names cannot
 * be changed, what {@link Work#writes} names can. Nothing of it may be used when the body has
 * returned.
 */
public interface WorkMemory {
  /**
   * {@return the bytes of memory that the work declares}
   *
   * @param memory declared memory, or a part of it
   * @throws CollectiveException if the work does not declare it (STR-33)
   */
  MemorySegment of(DeviceRange memory);

  /**
   * {@return declared memory as 32-bit floats}
   *
   * @param memory declared memory, or a part of it
   */
  default FloatBuffer floats(DeviceRange memory) {
    return of(memory).asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  /**
   * {@return declared memory as 64-bit floats}
   *
   * @param memory declared memory, or a part of it
   */
  default DoubleBuffer doubles(DeviceRange memory) {
    return of(memory).asByteBuffer().order(ByteOrder.nativeOrder()).asDoubleBuffer();
  }

  /**
   * {@return declared memory as 32-bit integers}
   *
   * @param memory declared memory, or a part of it
   */
  default IntBuffer ints(DeviceRange memory) {
    return of(memory).asByteBuffer().order(ByteOrder.nativeOrder()).asIntBuffer();
  }

  /**
   * {@return declared memory as 64-bit integers}
   *
   * @param memory declared memory, or a part of it
   */
  default LongBuffer longs(DeviceRange memory) {
    return of(memory).asByteBuffer().order(ByteOrder.nativeOrder()).asLongBuffer();
  }
}
