package org.jccl.conformance.cases;

/**
 * Where the buffers of a call lie; a choice of each rank that changes no result.
 *
 * @param inPlaceRanks bit r: rank r uses the in-place form, where the operation has one (COL-06)
 * @param unusedAbsent whether a buffer that a rank does not use is null instead of present (COL-03)
 * @param offset elements between an aligned address and the first element, 0 to 3
 */
public record Layout(int inPlaceRanks, boolean unusedAbsent, int offset) {
  /** Out of place, everything present, aligned. */
  public static final Layout PLAIN = new Layout(0, false, 0);

  /** In place on every rank. */
  public static final Layout IN_PLACE = new Layout(-1, true, 0);

  boolean isInPlace(int rank) {
    return (inPlaceRanks >>> rank & 1) != 0;
  }
}
