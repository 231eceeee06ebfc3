package org.jccl.fidelity.golden;

/** What a replayed case turned out to be; later ones are worse. */
public enum ReplayVerdict {
  /** The same bits. */
  EQUAL("equal"),
  /** The same but for the encoding of f64 NaNs, which NCCL leaves open (NAN-02). */
  NAN_BITS("nan-bits"),
  /** Other bits where NCCL's own are wrong ({@link NcclDefect}). */
  NCCL_DEFECT("wrong in NCCL"),
  /** Other bits. */
  DIFFERENT("different");

  private final String label;

  ReplayVerdict(String label) {
    this.label = label;
  }

  /** The word for it in reports. */
  public String label() {
    return label;
  }
}
