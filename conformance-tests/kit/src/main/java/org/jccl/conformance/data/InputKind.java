package org.jccl.conformance.data;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the elements of an input are like. But for those that are exact and special, those of
 * integers are random bits.
 */
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
  SPECIAL,
  /** Such that no partial result is ever rounded: {@link ExactData}. */
  EXACT;

  /** Those that recordings and comparisons of bits use, whose sums depend on the order. */
  public static final List<InputKind> ARBITRARY = List.of(WIDE, UNIT, TINY, HUGE, RAW, SPECIAL);

  private final String label = name().toLowerCase(Locale.ROOT);

  /** The name in recordings. */
  public String label() {
    return label;
  }

  /** The arbitrary kind with that name in recordings, or null. */
  public static @Nullable InputKind of(String label) {
    for (InputKind kind : ARBITRARY) {
      if (kind.label.equals(label)) {
        return kind;
      }
    }
    return null;
  }
}
