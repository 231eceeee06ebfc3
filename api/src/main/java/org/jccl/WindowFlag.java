package org.jccl;

/** Promises about the use of a window (rule WIN-04). */
public enum WindowFlag {
  /** Every collective gets buffers at equal offsets within the windows of all ranks. */
  COLLECTIVE_SYMMETRIC(1, 22703),
  /** Signals from the device side arrive in strict order; since 2.29.7. */
  STRICT_ORDERING(2, 22907);

  private final int bit;
  private final int since;

  WindowFlag(int bit, int since) {
    this.bit = bit;
    this.since = since;
  }

  /** {@return NCCL's bit} */
  public int bit() {
    return bit;
  }

  /** {@return the version code of the first release that knows it} */
  public int since() {
    return since;
  }
}
