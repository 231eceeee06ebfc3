package org.jccl.sim.kernel;

/** Something that can run: a host thread to resume, or a device operation. One runs at a time. */
public abstract class Step {
  /** Runs the whole step; called by the holder of the baton. */
  protected abstract void run();
}
