package org.jccl.conformance.rules;

/**
 * The tree of a reduce-scatter with PAT toward one destination (rule PAT-01).
 *
 * @param factor how many steps travel together, a power of two
 */
record BinomialTree(FoldedCall call, int destination, int factor) {
  /** What the rank at distance {@code t} before the destination has in the end. */
  long sum(int t, int element) {
    int n = call.ranks();
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(n - 1);
    int far = bits - Integer.numberOfTrailingZeros(factor);
    int zeros = t == 0 ? bits : Integer.numberOfTrailingZeros(t);
    long value = call.first(Math.floorMod(destination - t, n), element);
    if (t % (1 << far) != 0) {
      return down(zeros - 1, 0, t, element, value);
    }
    value = down(Math.min(far, zeros) - 1, 1, t, element, value);
    for (int k = Math.max(far, 1); k < zeros; k++) {
      value = from(k, t, element, value);
    }
    return zeros > 0 ? from(0, t, element, value) : value;
  }

  private long down(int high, int low, int t, int element, long own) {
    long value = own;
    for (int k = high; k >= low; k--) {
      value = from(k, t, element, value);
    }
    return value;
  }

  private long from(int k, int t, int element, long value) {
    int sender = t + (1 << k);
    return sender < call.ranks() ? call.added(sum(sender, element), value) : value;
  }
}
