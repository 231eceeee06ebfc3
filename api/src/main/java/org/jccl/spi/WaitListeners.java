package org.jccl.spi;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Who wants to know that a thread has waited for a stream; see {@link OwnedStream}. */
public final class WaitListeners {
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  /** Nobody yet. */
  public WaitListeners() {}

  /**
   * Adds one.
   *
   * @param listener run by the thread that has waited
   */
  public void add(Runnable listener) {
    listeners.add(listener);
  }

  /**
   * Removes one.
   *
   * @param listener what was added
   */
  public void remove(Runnable listener) {
    listeners.remove(listener);
  }

  /** The calling thread has waited, and all work before is done. */
  public void tell() {
    for (Runnable each : listeners) {
      each.run();
    }
  }
}
