package org.jccl;

/**
 * One GPU, real or simulated. Owned by its backend ({@link #backend}); may be used from any thread.
 *
 * <p>Every stream that jccl makes is non-blocking: CUDA's legacy default stream is never used.
 * {@link #defaultStream()} is the stream on which the blocking copies of {@link DeviceBuffer} run.
 */
public interface Device extends AutoCloseable {
  /** {@return the index among the backend's devices, from 0} */
  int index();

  /** {@return the product name, for people} */
  String name();

  /** {@return the backend that made this device, and closes it} */
  Backend backend();

  /**
   * Names the physical device uniquely on its host, so that a duplicate can be noticed.
   *
   * @return a name that no other device of the host has
   */
  String identity();

  /**
   * {@return fresh memory for {@code count} elements; the content is unspecified (the simulator
   * poisons it)} CUDA: {@code cuMemAlloc}.
   *
   * @param type the element type
   * @param count number of elements
   * @throws IllegalArgumentException if {@code count} is negative or the byte size overflows
   * @throws OutOfMemoryError if the device has not enough memory
   */
  default DeviceBuffer allocate(DataType type, long count) {
    return DeviceBuffer.allocate(this, type, count);
  }

  /**
   * {@return fresh host memory for {@code count} elements that this device copies from and to by
   * itself; to be closed by the caller (rule MEM-08)} Its content is unspecified. CUDA: {@code
   * cudaHostAlloc}. A backend that has no such memory gives usual host memory.
   *
   * @param type the element type
   * @param count number of elements
   * @throws IllegalArgumentException if {@code count} is negative or the byte size overflows
   * @throws CollectiveException if the host has not enough memory that can be pinned
   */
  default HostBuffer allocateHost(DataType type, long count) {
    return HostBuffer.allocate(memory().hostArena(), type, count);
  }

  /**
   * {@return memory from the library's own allocator, which {@link Communicator#registerWindow}
   * needs (rules MEM-01, WIN-02)} It may be larger than asked for. NCCL: {@code ncclMemAlloc}.
   *
   * @param type the element type
   * @param count number of elements
   */
  DeviceBuffer allocateRegistrable(DataType type, long count);

  /**
   * {@return a new ordered queue of work, to be closed by the caller} CUDA: {@code cuStreamCreate}.
   */
  Stream newStream();

  /**
   * {@return the same, of a priority: work of lower numbers is preferred where a GPU has to choose;
   * 0 is usual} A number beyond the device's range counts as the nearest in it. It orders nothing;
   * the simulator shows it. CUDA: {@code cuStreamCreateWithPriority}.
   *
   * @param priority the lower, the sooner; mostly negative
   */
  default Stream newStream(int priority) {
    return newStream(); // a device with one priority: the nearest is that one
  }

  /** {@return the device's own stream, on which blocking copies run} Never closed by users. */
  Stream defaultStream();

  /** {@return a new marker, to be closed by the caller} CUDA: {@code cuEventCreate}. */
  Event newEvent();

  /**
   * Waits until everything enqueued on the device so far is done. CUDA: {@code cuCtxSynchronize}.
   */
  void synchronize();

  /**
   * Makes this the calling thread's current device, for those who call NCCL's raw surface. CUDA:
   * {@code cuCtxSetCurrent}.
   */
  void makeCurrent();

  /** {@return its memory by address; {@link DeviceBuffer} is the front door} */
  DeviceMemory memory();

  /** Closes streams, events and buffers that are left and reports them as leaks. Idempotent. */
  @Override
  void close();
}
