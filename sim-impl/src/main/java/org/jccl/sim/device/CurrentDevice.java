package org.jccl.sim.device;

import java.lang.ref.WeakReference;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * CUDA's notion of a thread's current device, for the raw surface. A thread keeps no simulation
 * alive by it.
 */
public final class CurrentDevice {
  private static final ThreadLocal<@Nullable WeakReference<SimDevice>> OF_THREAD =
      new ThreadLocal<>();

  private CurrentDevice() {}

  /** Makes {@code device} current on this thread. */
  static void set(SimDevice device) {
    OF_THREAD.set(device.weakly());
  }

  /** Makes a call with {@code device} current, and what was current before so again (INIT-20). */
  public static int during(SimDevice device, IntSupplier body) {
    WeakReference<SimDevice> before = OF_THREAD.get();
    OF_THREAD.set(device.weakly());
    try {
      return body.getAsInt();
    } finally {
      if (before == null) {
        OF_THREAD.remove();
      } else {
        OF_THREAD.set(before);
      }
    }
  }

  /** The device that is current on this thread, or null. */
  public static @Nullable SimDevice get() {
    WeakReference<SimDevice> current = OF_THREAD.get();
    return current == null ? null : current.get();
  }
}
