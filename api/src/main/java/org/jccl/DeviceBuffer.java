package org.jccl;

import java.lang.foreign.MemorySegment;
import java.nio.Buffer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A typed range of device memory: {@link #type()}, {@link #count()} elements, {@link #address()}.
 *
 * <p>Either it owns its memory ({@link Device#allocate}), or it is a {@link #slice} or {@link
 * #wrap} that owns nothing. Copies without a stream run on the device's default stream, in order
 * with it, and wait until they are done; copies with a stream only enqueue. Copying into a heap
 * array exists only in the waiting form.
 */
public final class DeviceBuffer implements AutoCloseable, DeviceRange {
  private static final Runnable NOBODY = () -> {};

  private final Device device;
  private final DataType type;
  private final long address;
  private final long count;

  /** Gives the memory back; null if somebody else owns it. */
  private final @Nullable LongConsumer free;

  /** The buffer whose memory this is a part of; null if it is its own, or somebody else's. */
  private final @Nullable DeviceBuffer whole;

  /** Run when it is closed, for whoever tells of it if nobody closes it. */
  private final Runnable watch;

  private volatile boolean closed;

  private DeviceBuffer(
      Device device, DataType type, long address, long count, @Nullable LongConsumer free) {
    this.device = device;
    this.type = type;
    this.address = address;
    this.count = count;
    this.free = free;
    this.whole = null;
    this.watch =
        free == null ? NOBODY : device.memory().watch(this, () -> text(device, type, count));
  }

  /** A part of {@code of}, which owns nothing. */
  private DeviceBuffer(DeviceBuffer of, DataType type, long address, long count) {
    this.device = of.device;
    this.type = type;
    this.address = address;
    this.count = count;
    this.free = null;
    this.whole = of.whole == null ? of : of.whole;
    this.watch = NOBODY;
  }

  static DeviceBuffer allocate(Device device, DataType type, long count) {
    long bytes = type.bytes(count);
    return new DeviceBuffer(
        device,
        type,
        device.memory().allocate(bytes),
        count,
        address -> device.memory().free(address));
  }

  /**
   * Names memory that someone else owns and keeps alive: {@code count} elements at {@code address},
   * accessible to {@code device}. Closing the result does nothing.
   *
   * @param device the device
   * @param type the element type
   * @param address device address of the first element
   * @param count number of elements
   * @return a buffer that owns nothing
   */
  public static DeviceBuffer wrap(Device device, DataType type, long address, long count) {
    type.bytes(count);
    return new DeviceBuffer(device, type, address, count, null);
  }

  /**
   * For implementations: memory that another allocator than the device's own has made, and that
   * {@code free} gives back when the buffer is closed.
   *
   * @param device the device
   * @param type the element type
   * @param address device address of the first element
   * @param count number of elements
   * @param free gives the memory back when the buffer is closed
   * @return a buffer that owns the memory
   */
  public static DeviceBuffer owning(
      Device device, DataType type, long address, long count, LongConsumer free) {
    type.bytes(count);
    return new DeviceBuffer(device, type, address, count, free);
  }

  /** {@return the device whose memory this is} */
  public Device device() {
    return device;
  }

  /** {@return the element type} */
  public DataType type() {
    return type;
  }

  /** {@return device address of the first element} */
  @Override
  public long address() {
    return address;
  }

  /** {@return the number of elements} */
  public long count() {
    return count;
  }

  /** {@return the size in bytes} */
  @Override
  public long bytes() {
    return count * type.bytes();
  }

  /** {@return whether {@link #close()} gave the memory back; always false for slices and wraps} */
  public boolean isClosed() {
    return closed;
  }

  /**
   * {@return whether its memory was given back, as far as jccl knows: this buffer was closed, or
   * the one of which it is a part}
   */
  public boolean isFreed() {
    return closed || (whole != null && whole.closed);
  }

  /**
   * Elements {@code offset} to {@code offset + count - 1}, in the same memory, owning nothing.
   *
   * @param offset the first element
   * @param count number of elements
   * @return a buffer that owns nothing
   * @throws IndexOutOfBoundsException if that range is not inside this buffer
   */
  public DeviceBuffer slice(long offset, long count) {
    if (offset < 0 || count < 0 || offset > this.count - count) {
      throw new IndexOutOfBoundsException(
          "slice of " + count + " elements at " + offset + " is not inside " + this);
    }
    return new DeviceBuffer(this, type, address + offset * type.bytes(), count);
  }

  /**
   * {@return whether this begins where {@code other} ends, as parts of one buffer do that lie side
   * by side}
   *
   * @param other the buffer in front of it, perhaps
   */
  public boolean isRightBehind(DeviceBuffer other) {
    DeviceBuffer own = whole == null ? this : whole;
    DeviceBuffer its = other.whole == null ? other : other.whole;
    return own == its && address == other.address + other.bytes();
  }

  /**
   * {@return the same bytes seen as another type of which a whole number fits}
   *
   * @param other the new element type
   */
  public DeviceBuffer as(DataType other) {
    if (bytes() % other.bytes() != 0) {
      throw new IllegalArgumentException(this + " is no whole number of " + other);
    }
    return new DeviceBuffer(this, other, address, bytes() / other.bytes());
  }

  /**
   * Copies all of {@code source} to the start of this buffer and waits.
   *
   * @param source what is copied into this buffer; as large as the buffer
   */
  public void copyFrom(MemorySegment source) {
    Stream stream = waitingStream();
    copyFrom(source, stream);
    stream.synchronize();
  }

  /**
   * Enqueues a copy of all of {@code source} to the start of this buffer. An off-heap source must
   * live and stay unchanged until the stream has passed; a heap source is free at once.
   *
   * @param source what is copied into this buffer; as large as the buffer
   * @param stream the stream on which the work is enqueued
   */
  public void copyFrom(MemorySegment source, Stream stream) {
    requireRoom("copy from", source.byteSize());
    requireOpen();
    device.memory().copyIn(address, source, stream);
  }

  /**
   * Fills all of {@code target} from the start of this buffer and waits.
   *
   * @param target what this buffer is copied into; as large as the buffer
   */
  public void copyTo(MemorySegment target) {
    requireRoom("copy to", target.byteSize());
    requireOpen();
    device.memory().copyOutNow(target, address, waitingStream());
  }

  /**
   * Enqueues a copy from the start of this buffer that fills {@code target}, which is off-heap and
   * lives until the stream has passed.
   *
   * @param target what this buffer is copied into; as large as the buffer
   * @param stream the stream on which the work is enqueued
   */
  public void copyTo(MemorySegment target, Stream stream) {
    requireRoom("copy to", target.byteSize());
    requireOpen();
    if (!target.isNative()) {
      throw new IllegalArgumentException(
          "an enqueued copy needs off-heap memory: use copyTo(target) without a stream");
    }
    device.memory().copyOut(target, address, stream);
  }

  /**
   * Enqueues a copy of all of {@code source} to the start of this buffer. It comes back at once:
   * the memory is the copy's until the stream has passed.
   *
   * @param source what is copied into this buffer; at most as large as the buffer
   * @param stream the stream on which the work is enqueued
   * @throws IllegalStateException if one of the two is closed
   */
  public void copyFrom(HostBuffer source, Stream stream) {
    copyFrom(source.open(), stream);
  }

  /**
   * Enqueues a copy from the start of this buffer that fills {@code target}. It comes back at once:
   * the memory is the copy's until the stream has passed.
   *
   * @param target what this buffer is copied into; at most as large as the buffer
   * @param stream the stream on which the work is enqueued
   * @throws IllegalStateException if one of the two is closed
   */
  public void copyTo(HostBuffer target, Stream stream) {
    copyTo(target.open(), stream);
  }

  /**
   * Enqueues a copy of all of {@code source} to the start of this buffer, inside the device.
   *
   * @param source what is copied into this buffer; as large as the buffer
   * @param stream the stream on which the work is enqueued
   * @throws IllegalArgumentException if {@code source} is on another device: send it, or copy it by
   *     way of the host
   */
  public void copyFrom(DeviceBuffer source, Stream stream) {
    if (source.device != device) {
      throw new IllegalArgumentException(
          "copy from "
              + source
              + " to "
              + this
              + ": both buffers must be on one device; send it by a communicator, or copy it by way"
              + " of the host");
    }
    requireRoom("copy from", source.bytes());
    requireOpen();
    source.requireOpen();
    device.memory().copy(address, source.address, source.bytes(), stream);
  }

  /**
   * Enqueues a fill of every byte with {@code value}.
   *
   * @param value the value of every byte
   * @param stream the stream on which the work is enqueued
   */
  public void fill(byte value, Stream stream) {
    requireOpen();
    device.memory().fill(address, value, bytes(), stream);
  }

  /**
   * Copies a NIO buffer's remaining elements to the start of this buffer and waits.
   *
   * @param source what is copied into this buffer; as large as the buffer
   */
  public void copyFrom(Buffer source) {
    copyFrom(MemorySegment.ofBuffer(source));
  }

  /**
   * Fills a NIO buffer's remaining elements from the start of this buffer and waits.
   *
   * @param target what this buffer is copied into; as large as the buffer
   */
  public void copyTo(Buffer target) {
    copyTo(MemorySegment.ofBuffer(target));
  }

  /**
   * Copies 8-bit elements to the start of this buffer and waits.
   *
   * @param source what is copied into this buffer; as large as the buffer
   */
  public void copyFrom(byte... source) {
    requireElementBytes(1);
    copyFrom(MemorySegment.ofArray(source));
  }

  /**
   * Copies 16-bit elements (also the bits of half and bfloat16) and waits.
   *
   * @param source what is copied into this buffer; as large as the buffer
   */
  public void copyFrom(short... source) {
    requireElementBytes(2);
    copyFrom(MemorySegment.ofArray(source));
  }

  /**
   * Copies 32-bit integers and waits.
   *
   * @param source what is copied into this buffer; as large as the buffer
   */
  public void copyFrom(int... source) {
    requireElementBytes(4);
    copyFrom(MemorySegment.ofArray(source));
  }

  /**
   * Copies 64-bit integers and waits.
   *
   * @param source what is copied into this buffer; as large as the buffer
   */
  public void copyFrom(long... source) {
    requireElementBytes(8);
    copyFrom(MemorySegment.ofArray(source));
  }

  /**
   * Copies 32-bit floats and waits.
   *
   * @param source what is copied into this buffer; as large as the buffer
   */
  public void copyFrom(float... source) {
    requireElementBytes(4);
    copyFrom(MemorySegment.ofArray(source));
  }

  /**
   * Copies 64-bit floats and waits.
   *
   * @param source what is copied into this buffer; as large as the buffer
   */
  public void copyFrom(double... source) {
    requireElementBytes(8);
    copyFrom(MemorySegment.ofArray(source));
  }

  /**
   * Fills an array of 8-bit elements and waits.
   *
   * @param target what this buffer is copied into; as large as the buffer
   */
  public void copyTo(byte[] target) {
    requireElementBytes(1);
    copyTo(MemorySegment.ofArray(target));
  }

  /**
   * Fills an array of 16-bit elements and waits.
   *
   * @param target what this buffer is copied into; as large as the buffer
   */
  public void copyTo(short[] target) {
    requireElementBytes(2);
    copyTo(MemorySegment.ofArray(target));
  }

  /**
   * Fills an array of 32-bit integers and waits.
   *
   * @param target what this buffer is copied into; as large as the buffer
   */
  public void copyTo(int[] target) {
    requireElementBytes(4);
    copyTo(MemorySegment.ofArray(target));
  }

  /**
   * Fills an array of 64-bit integers and waits.
   *
   * @param target what this buffer is copied into; as large as the buffer
   */
  public void copyTo(long[] target) {
    requireElementBytes(8);
    copyTo(MemorySegment.ofArray(target));
  }

  /**
   * Fills an array of 32-bit floats and waits.
   *
   * @param target what this buffer is copied into; as large as the buffer
   */
  public void copyTo(float[] target) {
    requireElementBytes(4);
    copyTo(MemorySegment.ofArray(target));
  }

  /**
   * Fills an array of 64-bit floats and waits.
   *
   * @param target what this buffer is copied into; as large as the buffer
   */
  public void copyTo(double[] target) {
    requireElementBytes(8);
    copyTo(MemorySegment.ofArray(target));
  }

  /**
   * Gives owned memory back; does nothing for slices and wraps. Idempotent. Nothing in flight may
   * use it any more, and no open window, registration, or graph that will be launched: synchronize
   * the streams first. CUDA would wait for the device, for ever if that waits for a rank that does
   * not come; the simulator reports {@link MisuseKind#BUFFER_FREED} (SIM-29, SIM-55).
   */
  @Override
  public void close() {
    if (free != null && isFirstToClose()) {
      watch.run();
      free.accept(address);
    }
  }

  private synchronized boolean isFirstToClose() {
    boolean first = !closed;
    closed = true;
    return first;
  }

  @Override
  public String toString() {
    return text(device, type, count) + (isClosed() ? " (closed)" : "");
  }

  private static String text(Device device, DataType type, long count) {
    return type + "[" + count + "] on device " + device.index();
  }

  /** The stream of copies that wait: it must not be captured (rule STR-26). */
  private Stream waitingStream() {
    Stream stream = device.defaultStream();
    if (stream.isCapturing()) {
      throw new IllegalStateException(
          "a copy that waits cannot be captured, and "
              + stream
              + " is being captured: name a stream (STR-26)");
    }
    return stream;
  }

  private void requireOpen() {
    if (isClosed()) {
      throw new IllegalStateException("buffer is closed: " + this);
    }
  }

  private void requireRoom(String what, long otherBytes) {
    if (otherBytes > bytes()) {
      throw new IndexOutOfBoundsException(
          what + " " + otherBytes + " bytes exceeds the " + bytes() + " bytes of " + this);
    }
  }

  private void requireElementBytes(int bytes) {
    if (type.bytes() != bytes) {
      throw new IllegalArgumentException(
          "elements of "
              + bytes
              + " bytes do not fit "
              + this
              + ", whose elements have "
              + type.bytes());
    }
  }
}
