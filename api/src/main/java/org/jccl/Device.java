package org.jccl;

/**
 * One GPU, real or simulated. Owned by its backend ({@link Backend#of}); may be used from any
 * thread.
 *
 * <p>Every stream that jccl makes is non-blocking: CUDA's legacy default stream is never used.
 * {@link #defaultStream()} is the stream on which the blocking copies of {@link DeviceBuffer} run.
 */
public interface Device extends AutoCloseable {
  /** Index among the backend's devices, from 0. */
  int index();

  /** Product name, for people. */
  String name();

  /** Names the physical device uniquely on its host, so that a duplicate can be noticed. */
  String identity();

  /**
   * Fresh memory for {@code count} elements; the content is unspecified (the simulator poisons it).
   *
   * @throws IllegalArgumentException if {@code count} is negative or the byte size overflows
   * @throws OutOfMemoryError if the device has not enough memory
   */
  default DeviceBuffer allocate(DataType type, long count) {
    return DeviceBuffer.allocate(this, type, count);
  }

  /**
   * Memory from the library's own allocator, which {@link Communicator#registerWindow} needs (rules
   * MEM-01, WIN-02). It may be larger than asked for.
   */
  DeviceBuffer allocateRegistrable(DataType type, long count);

  /** A new ordered queue of work, to be closed by the caller. */
  Stream newStream();

  /** The device's own stream, on which blocking copies run. Never closed by users. */
  Stream defaultStream();

  /** A new marker, to be closed by the caller. */
  Event newEvent();

  /** Waits until everything enqueued on the device so far is done. */
  void synchronize();

  /** Makes this the calling thread's current device, for those who call NCCL's raw surface. */
  void makeCurrent();

  /** Its memory by address; {@link DeviceBuffer} is the front door. */
  DeviceMemory memory();

  /** Closes streams, events and buffers that are left and reports them as leaks. Idempotent. */
  @Override
  void close();
}
