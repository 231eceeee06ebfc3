package org.jccl.conformance.data;

/** Repeatable randomness and the closed forms by which a total is divided among ranks. */
final class Mix {
  private Mix() {}

  /** 64 well mixed bits of two numbers. */
  static long of(long seed, long index) {
    return finish(seed * 0x9E3779B97F4A7C15L + finish(index + 0x632BE59BD9B4E019L));
  }

  /** 64 well mixed bits of three numbers. */
  static long of(long seed, long index, int rank) {
    return finish(of(seed, index) + (rank + 1) * 0xD1B54A32D192ED03L);
  }

  private static long finish(long bits) {
    long mixed = (bits ^ (bits >>> 32)) * 0xD6E8FEB86659FD93L;
    mixed = (mixed ^ (mixed >>> 32)) * 0xD6E8FEB86659FD93L;
    return mixed ^ (mixed >>> 32);
  }

  /** A number from 0 to {@code bound - 1}, from some of the bits. */
  static long below(long bits, long bound) {
    return Math.unsignedMultiplyHigh(finish(bits), bound);
  }

  /** The part that {@code rank} plays for one element: a rotation of the ranks, or its mirror. */
  static int role(long bits, int rank, int ranks) {
    int turned = (int) ((rank + below(bits ^ 0x5bd1e995, ranks)) % ranks);
    return (bits & 1) == 0 ? turned : ranks - 1 - turned;
  }

  /**
   * The share of the {@code j}-th of {@code parts} when {@code total} is divided unevenly, later
   * parts more. Shares are not negative and add up to {@code total} exactly: each is the difference
   * of two neighbours in total · (j / parts)².
   */
  static long share(int j, int parts, long total) {
    return upTo(j + 1, parts, total) - upTo(j, parts, total);
  }

  private static long upTo(int j, int parts, long total) {
    long whole = (long) parts * parts;
    long square = (long) j * j;
    return total / whole * square + total % whole * square / whole;
  }
}
