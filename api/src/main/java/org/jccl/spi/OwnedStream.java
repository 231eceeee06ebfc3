package org.jccl.spi;

import org.jccl.Stream;

/** A stream that can be told that the communicator whose default stream it is was aborted. */
public interface OwnedStream extends Stream {
  /**
   * From now on {@link #synchronize()} and {@link #completion()} fail with {@code why}: what was in
   * flight has no result (rules LIF-14, LIF-15). The device's own stream goes on.
   *
   * @param why the abort
   */
  void refuse(RuntimeException why);
}
