package org.jccl.fidelity.golden;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the elements of an input are like; those of integers are random bits but for special. */
public enum InputKind {
  /** Random signs and mantissas, exponents around zero. */
  WIDE,
  /** Numbers from a half to two, of both signs: their products stay finite. */
  UNIT,
  /** Subnormals and the smallest normal numbers. */
  TINY,
  /** Numbers of the two largest finite exponents. */
  HUGE,
  /** Random bits. */
  RAW,
  /** Zeros, infinities, NaNs, extremes, in all combinations over the ranks. */
  SPECIAL;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** The name in recordings. */
  public String label() {
    return label;
  }

  static @Nullable InputKind of(String label) {
    for (InputKind kind : values()) {
      if (kind.label.equals(label)) {
        return kind;
      }
    }
    return null;
  }
}
