package org.jccl.conformance.harness;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.conformance.data.Elements;

/** Device memory written and read as bits or numbers, for rules about single values. */
public final class Values {
  private Values() {}

  /** Fresh memory that holds {@code bits}, one element each. */
  public static DeviceBuffer ofBits(Device device, DataType type, long... bits) {
    byte[] image = new byte[bits.length * type.bytes()];
    MemorySegment memory = MemorySegment.ofArray(image);
    for (int i = 0; i < bits.length; i++) {
      Elements.set(memory, type, i, bits[i]);
    }
    DeviceBuffer buffer = device.allocate(type, bits.length);
    buffer.copyFrom(memory);
    return buffer;
  }

  /** Fresh memory that holds {@code numbers}, rounded to {@code type}. */
  public static DeviceBuffer of(Device device, DataType type, double... numbers) {
    return ofBits(device, type, Arrays.stream(numbers).mapToLong(type::encode).toArray());
  }

  /** Fresh memory for {@code count} elements, all bytes zero. */
  public static DeviceBuffer zeros(Device device, DataType type, int count) {
    return ofBits(device, type, new long[count]);
  }

  /** The elements of {@code buffer} as bits. */
  public static long[] bits(DeviceBuffer buffer) {
    byte[] image = new byte[Math.toIntExact(buffer.bytes())];
    MemorySegment memory = MemorySegment.ofArray(image);
    buffer.copyTo(memory);
    long[] bits = new long[Math.toIntExact(buffer.count())];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Elements.get(memory, buffer.type(), i);
    }
    return bits;
  }

  /** The elements of {@code buffer} as numbers. */
  public static double[] numbers(DeviceBuffer buffer) {
    return Arrays.stream(bits(buffer)).mapToDouble(buffer.type()::decode).toArray();
  }
}
