package org.jccl.sim.device;

import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** CUDA's notion of a thread's current device, for the raw surface. */
public final class CurrentDevice {
  private static final ThreadLocal<SimDevice> OF_THREAD = new ThreadLocal<>();

  private CurrentDevice() {}

  /** Makes {@code device} current on this thread. */
  static void set(SimDevice device) {
    OF_THREAD.set(device);
  }

  /** Makes a call with {@code device} current, and what was current before so again (INIT-20). */
  public static int during(SimDevice device, IntSupplier body) {
    SimDevice before = get();
    OF_THREAD.set(device);
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
    return OF_THREAD.get();
  }
}
