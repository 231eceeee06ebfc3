package org.jccl.sim.comm;

import org.jccl.sim.kernel.Wait;

/** Work in the background that an abort ends early (rules LIF-14, LIF-16). */
public interface Abortable {
  /** Raises the abort flag: it ends soon, whatever other ranks do. */
  void abort();

  /** What it waits for now. */
  Wait waitsFor();
}
