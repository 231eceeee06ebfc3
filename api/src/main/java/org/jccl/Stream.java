package org.jccl;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jccl.config.TimeLimit;

/**
 * An ordered queue of work on one device, with CUDA's meaning (rules STR-01, STR-02).
 *
 * <p>Work is enqueued by calls that return before it has run. A stream may be used by one thread at
 * a time. Owned by who created it.
 *
 * {@snippet file="org/jccl/benchmarks/snippets/Operations.java" region="streams"}
 */
public interface Stream extends AutoCloseable {
  /** {@return the device whose work this orders} */
  Device device();

  /** {@return the native handle: a {@code cudaStream_t}, or the simulator's own number} */
  long handle();

  /** {@return the priority it was made with; 0 if with none} */
  default int priority() {
    return 0;
  }

  /**
   * Waits until everything enqueued so far is done. CUDA: {@code cuStreamSynchronize}.
   *
   * @throws CollectiveException if work on the device failed, or was found to be a misuse
   */
  void synchronize();

  /**
   * The same, for so long at most. The work goes on after a time-out; {@link Communicator#abort}
   * ends it.
   *
   * @param limit how long to wait; among simulated ranks by virtual time
   * @throws CollectiveTimeoutException if the work has not ended in time
   * @throws CollectiveException if work on the device failed, or was found to be a misuse
   */
  default void synchronize(Duration limit) {
    TimedWait.await(completion(), this + ": its work", TimeLimit.of(limit, "synchronize"));
  }

  /**
   * {@return whether everything enqueued so far is done; never waits} CUDA: {@code cuStreamQuery}.
   */
  boolean isIdle();

  /**
   * Enqueues: everything after this call waits for the last record of {@code event}. CUDA: {@code
   * cuStreamWaitEvent}.
   *
   * @param event the marker
   */
  void waitFor(Event event);

  /**
   * Completes when everything enqueued so far is done. Waiting for it by {@code get} or {@code
   * join} lets simulated ranks go on.
   *
   * @return a future without a value
   */
  CompletableFuture<Void> completion();

  /**
   * Enqueues work of the program's own: {@code body} runs when the stream has come to it, and what
   * is enqueued later waits for it (rules STR-32 to STR-36). Captured, it runs at each launch of
   * the graph. CUDA: {@code cuLaunchHostFunc}; the memory that the work declares is brought to the
   * host before it and back after it. A kernel of one's own takes the place of the body, see {@code
   * JCudaInterop.kernel}.
   *
   * <p>A body has to end by itself. The simulator reports one that does not return (SIM-66). On a
   * GPU nothing ends it: its stream stands still behind it, a {@link #synchronize()} without a
   * limit never returns, and closing the stream or the device may not, either; {@link
   * #synchronize(java.time.Duration)} and {@code completion().get(…)} come back at their limits.
   *
   * @param work its name, and the memory that it uses
   * @param body what it does
   * @throws IllegalArgumentException if the memory is another device's
   * @throws IllegalStateException if a buffer is closed
   */
  void run(Work work, WorkBody body);

  /**
   * From here on work is recorded into a graph instead of being run (rule STR-17). Every capture is
   * ended by {@link #endCapture()} on the same thread, which meanwhile allocates nothing (STR-30),
   * and asks neither captured streams nor captured events (STR-25, STR-26).
   *
   * @throws IllegalStateException if a capture is already going on
   */
  void beginCapture();

  /**
   * Ends the capture.
   *
   * @return what was recorded, ready to be launched
   * @throws IllegalStateException if no capture is going on, or this stream did not begin it
   * @throws CollectiveException if a stream that joined the capture has not come back (STR-28), or
   *     an earlier mistake has spoiled it (STR-27); the capture is over
   */
  Graph endCapture();

  /** {@return whether work is being recorded} */
  boolean isCapturing();

  /** {@return whether it was closed: nothing may be enqueued on it any more (rule STR-08)} */
  boolean isClosed();

  /** Waits for the work to finish, within bounds, and frees the stream. Idempotent. */
  @Override
  void close();
}
