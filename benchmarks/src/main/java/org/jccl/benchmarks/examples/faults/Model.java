package org.jccl.benchmarks.examples.faults;

import java.util.Set;

/**
 * What is trained: one weight, to which each step adds the sum of the ranks' gradients. A rank's
 * gradient is a number of its own, so that each sum shows whose gradients are in it.
 */
final class Model {
  static final int STEPS = 3;

  private Model() {}

  /** The gradient of a rank in a step. */
  static int gradient(int rank, int step) {
    return (step + 1) << (4 * rank);
  }

  /** What an all-reduce over these ranks has to give. */
  static int sum(Set<Integer> ranks, int step) {
    return ranks.stream().mapToInt(rank -> gradient(rank, step)).sum();
  }

  /** Looks whether a sum is right. */
  static void check(int sum, Set<Integer> ranks, int step) {
    if (sum != sum(ranks, step)) {
      throw new AssertionError(
          "step " + step + " of ranks " + ranks + ": " + sum + " instead of " + sum(ranks, step));
    }
  }
}
