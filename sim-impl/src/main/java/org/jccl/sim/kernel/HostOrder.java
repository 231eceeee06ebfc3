package org.jccl.sim.kernel;

import org.jspecify.annotations.Nullable;

/** What rank threads learn of each other where they meet on the host. */
public interface HostOrder {
  /** What {@code task} knows, and what others have {@code told} before it. */
  Object tell(HostTask task, @Nullable Object told);

  /** {@code task} has met those who have {@code told} that. */
  void learn(HostTask task, Object told);
}
