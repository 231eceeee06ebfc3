package org.jccl;

/**
 * A marker in a stream, with CUDA's meaning. Owned by who created it. While its last record is a
 * captured one, the host cannot ask for it: that is an {@link IllegalStateException} (rule STR-25).
 */
public interface Event extends AutoCloseable {
  /** {@return the device this event belongs to} */
  Device device();

  /**
   * Enqueues the marker: it is reached when everything enqueued on {@code stream} so far is done.
   * CUDA: {@code cuEventRecord}.
   *
   * @param stream the stream that is marked
   */
  void record(Stream stream);

  /**
   * Waits until the last recorded marker is reached; returns at once if none was recorded. CUDA:
   * {@code cuEventSynchronize}.
   */
  void synchronize();

  /** {@return whether the last recorded marker is reached, or none was recorded; never waits} */
  boolean isReached();

  /**
   * {@return device time between two reached markers, in microseconds: measured on a GPU, modelled
   * on the simulator} CUDA: {@code cuEventElapsedTime}.
   *
   * @param earlier a marker that was recorded before this one
   * @throws IllegalStateException if one of them was not recorded or is not reached
   */
  double microsSince(Event earlier);

  /** Frees the event. Idempotent. */
  @Override
  void close();
}
