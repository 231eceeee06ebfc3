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
  private static final int LAST = 59;
  private static final int SLICE = (LAST + 1) * PACK;

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
    long done = 0;
    while (done < bytes && (offset + done) % PACK != 0) {
      done += word(separate, from + done, out, to + done, offset + done);
    }
    int packs = (int) ((bytes - done) / PACK);
    int first = (int) ((offset + done) % SLICE) / PACK;
    packs(separate, from + done + HALF, out, to + done + HALF, packs, first);
    done += (long) packs * PACK;
    while (done < bytes) {
      done += word(separate, from + done, out, to + done, offset + done);
    }
  }

  /** The second halves of whole packs, the first of which is pack {@code first} of a slice. */
  private static void packs(
      MemorySegment separate, long from, MemorySegment out, long to, int count, int first) {
    int pack = first;
    for (int i = 0; i < count; i++) {
      if (!isFlagged(pack)) {
        long at = (long) i * PACK;
        out.set(JAVA_LONG_UNALIGNED, to + at, separate.get(JAVA_LONG_UNALIGNED, from + at));
      }
      pack = pack == LAST ? 0 : pack + 1;
    }
  }

  /** Four bytes that may not be part of a whole pack. */
  private static int word(
      MemorySegment separate, long from, MemorySegment out, long to, long place) {
    if (!fuses(place)) {
      out.set(JAVA_INT_UNALIGNED, to, separate.get(JAVA_INT_UNALIGNED, from));
    }
    return Integer.BYTES;
  }
}
