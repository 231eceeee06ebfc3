package org.jccl.benchmarks.bench;

/** Random bits as a pure function of where they are needed: the splitmix64 sequence, addressed. */
final class Hash {
  private static final long STEP = 0x9E3779B97F4A7C15L;
  private static final long RANK_STEP = 0xE7037ED1A0B428DBL;

  private Hash() {}

  /** Bits for one element, the same on all ranks. */
  static long of(long seed, long index) {
    return mix(mix(seed + STEP) + index * STEP);
  }

  /** Bits for one element of one rank. */
  static long of(long seed, long index, int rank) {
    return mix(of(seed, index) + (rank + 1) * RANK_STEP);
  }

  /** The next independent bits after {@code bits}. */
  static long next(long bits) {
    return mix(bits + STEP);
  }

  /** Uniform over {@code 0 .. bound - 1}, for bounds far below 2^63. */
  static long below(long bits, long bound) {
    return Long.remainderUnsigned(bits, bound);
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
