package org.jccl.conformance.cases;

/**
 * Where the buffers of a call lie; a choice of each rank that changes no result.
 *
 * @param inPlaceRanks bit r: rank r of the world uses the in-place form, where the operation has
 *     one (COL-06)
 * @param unusedAbsent whether a buffer that a rank does not use is null instead of present (COL-03)
 * @param sendOffset elements between an aligned address and the first one that is sent
 * @param recvOffset the same of what is received; of no meaning in place
 * @param scalarOnDevice whether the scalar of a scaled sum lies in device memory (PMS-03)
 */
public record Layout(
    int inPlaceRanks,
    boolean unusedAbsent,
    int sendOffset,
    int recvOffset,
    boolean scalarOnDevice) {
  /** Out of place, everything present, aligned. */
  public static final Layout PLAIN = new Layout(0, false, 0);

  /** In place on every rank. */
  public static final Layout IN_PLACE = new Layout(-1, true, 0);

  /** Both buffers at one offset, scalars on the host. */
  public Layout(int inPlaceRanks, boolean unusedAbsent, int offset) {
    this(inPlaceRanks, unusedAbsent, offset, offset, false);
  }

  /** Whether {@code rank} of the world uses the in-place form. */
  public boolean isInPlace(int rank) {
    return (inPlaceRanks >>> rank & 1) != 0;
  }

  /** The same in place on other ranks. */
  public Layout inPlaceOn(int ranks) {
    return new Layout(ranks, unusedAbsent, sendOffset, recvOffset, scalarOnDevice);
  }

  /** The same with unused buffers absent or present. */
  public Layout unusedAbsent(boolean absent) {
    return new Layout(inPlaceRanks, absent, sendOffset, recvOffset, scalarOnDevice);
  }

  /** The same with the scalar somewhere else. */
  public Layout scalarOnDevice(boolean onDevice) {
    return new Layout(inPlaceRanks, unusedAbsent, sendOffset, recvOffset, onDevice);
  }

  String words(boolean hasInPlaceForm) {
    StringBuilder text = new StringBuilder();
    if (hasInPlaceForm && inPlaceRanks != 0) {
      text.append(", in place");
      text.append(inPlaceRanks == -1 ? "" : " on " + Integer.toBinaryString(inPlaceRanks & 0xFF));
    }
    text.append(unusedAbsent ? ", unused null" : "");
    text.append(scalarOnDevice ? ", scalar on device" : "");
    if (sendOffset != 0 || recvOffset != 0) {
      text.append(", offset ").append(sendOffset);
      text.append(sendOffset == recvOffset ? "" : " to " + recvOffset);
    }
    return text.toString();
  }
}
