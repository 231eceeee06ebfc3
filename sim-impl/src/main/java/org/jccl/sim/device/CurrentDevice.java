package org.jccl.sim.device;

import org.jspecify.annotations.Nullable;

/** CUDA's notion of a thread's current device, for the raw surface. */
public final class CurrentDevice {
  private static final ThreadLocal<SimDevice> OF_THREAD = new ThreadLocal<>();

  private CurrentDevice() {}

  /** Makes {@code device} current on this thread. */
  static void set(SimDevice device) {
    OF_THREAD.set(device);
  }

  /** The device that is current on this thread, or null. */
  public static @Nullable SimDevice get() {
    return OF_THREAD.get();
  }
}
