package org.jccl.conformance.engine;

import java.util.Locale;

/** What came of a comparison; later ones are worse. */
public enum ComparisonResult {
  /** The same bits everywhere. */
  AGREE,
  /** The same but for the encoding of f64 NaNs, which NCCL leaves open (NAN-02). */
  NAN_BITS,
  /** Not run: the variables leave no algorithm for one of the calls (ENV-06). */
  NOT_RUN,
  /** Something else was observed. */
  DIFFER,
  /** One of the two failed or hung. */
  FAILED;

  /** Whether it is one that must not be. */
  public boolean isBad() {
    return this == DIFFER || this == FAILED;
  }

  /** The word for it in tables. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
