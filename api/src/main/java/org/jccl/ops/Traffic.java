package org.jccl.ops;

/**
 * What a rank sends of a collective, in multiples of NCCL's count argument: the measure by which
 * NCCL shares its channels between the calls of a group.
 */
public enum Traffic {
  /** The count. */
  ONCE,
  /** Twice the count: there and back. */
  TWICE,
  /** The count for each rank. */
  FOR_EACH_RANK;

  /**
   * {@return the factor for a world of {@code n} ranks}
   *
   * @param n number of ranks
   */
  public int of(int n) {
    return switch (this) {
      case ONCE -> 1;
      case TWICE -> 2;
      case FOR_EACH_RANK -> n;
    };
  }
}
