package org.jccl.sim.kernel;

/** Something that can run: a piece of device work, or a host thread that can go on. */
public interface SimStep {
  /** Does it; called by the holder of the baton. */
  void run();

  /** What it is, the same in every run that does it: by that a search finds it again. */
  default Object key() {
    return this;
  }
}
