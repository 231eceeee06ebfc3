package org.jccl.spi;

import org.jccl.Stream;

/** A stream that can be told that a communicator which has work on it was aborted. */
public interface OwnedStream extends Stream {
  /**
   * From now on {@link #synchronize()} and {@link #completion()} fail with {@code why}: what was in
   * flight has no result (rules LIF-14, LIF-15). The device's own stream goes on.
   *
   * @param why the abort
   */
  void refuse(RuntimeException why);

  /**
   * The wait that goes on, or the next one, fails with {@code why}, once: a communicator that has
   * work here was aborted by its watchdog.
   *
   * @param why the abort
   */
  default void interrupt(RuntimeException why) {}

  /**
   * From now on {@code listener} is run by each thread that has waited here with success.
   *
   * @param listener what is run
   */
  default void addWaitListener(Runnable listener) {}

  /**
   * The opposite of {@link #addWaitListener}.
   *
   * @param listener what is not run any more
   */
  default void removeWaitListener(Runnable listener) {}
}
