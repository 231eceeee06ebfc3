package org.jccl.sim.math;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * Which elements of a chunk LL128 kernels add in one rounding (FMA-02).
 *
 * <p>A chunk is seen as packs of 16 bytes. The first half of a pack is fused; the second is not,
 * but in the packs of a warp's flag threads, which are 7, 15, 23 and 31 of each 60.
 */
final class Ll128Halves {
  private static final int PACK = 16;
  private static final int HALF = 8;
  private static final int SLICE = 60 * PACK;

  private Ll128Halves() {}

  /** Whether the element {@code offset} bytes into its chunk rounds once. */
  static boolean fuses(long offset) {
    return (offset & HALF) == 0 || isFlagged((int) (offset % SLICE) / PACK);
  }

  private static boolean isFlagged(int pack) {
    return pack < 32 && (pack & 7) == 7;
  }

  /**
   * Where elements round twice, takes them from {@code separate} into {@code out}, which has them
   * rounded once.
   *
   * @param offset how many bytes into its chunk the block starts: a multiple of 4, as are {@code
   *     bytes}
   */
  static void blend(
      MemorySegment separate, long from, MemorySegment out, long to, long bytes, long offset) {
    long i = 0;
    while (i < bytes) {
      long place = offset + i;
      if (fuses(place)) {
        i += HALF - (place & (HALF - 1));
      } else if ((place & (HALF - 1)) == 0 && i + HALF <= bytes) {
        out.set(JAVA_LONG_UNALIGNED, to + i, separate.get(JAVA_LONG_UNALIGNED, from + i));
        i += HALF;
      } else {
        out.set(JAVA_INT_UNALIGNED, to + i, separate.get(JAVA_INT_UNALIGNED, from + i));
        i += Integer.BYTES;
      }
    }
  }
}
