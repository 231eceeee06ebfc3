package org.jccl.sim.algo;

import java.util.List;
import org.jccl.sim.math.FoldOrder;
import org.jccl.sim.math.RankOrder;

/**
 * How a symmetric kernel carries out one call, and so in which order it folds (SYM-02, SYM-03).
 *
 * @param kernel which one
 * @param channels how many blocks of threads are launched, for all calls of the launch
 * @param parts what the blocks work on, ascending and without gaps
 */
public record SymmetricSplit(SymmetricKernel kernel, int channels, List<Part> parts) {
  /**
   * Elements that some blocks work on together.
   *
   * @param first the first element
   * @param count how many
   * @param blocks how many blocks
   */
  public record Part(long first, long count, int blocks) {}

  /** Copies the list. */
  public SymmetricSplit {
    parts = List.copyOf(parts);
  }

  /**
   * The order in which elements are folded. Where the switch adds nobody knows it (DET-05): it is
   * the order of ranks.
   *
   * @param count NCCL's count argument
   * @param sendOffset bytes from the start of its window to the input; modulo 16 is enough
   * @param recvOffset the same of the output
   */
  public FoldOrder order(
      int worldSize, int elementBytes, long count, int sendOffset, int recvOffset) {
    return switch (kernel) {
      case ALL_REDUCE_LOAD -> new WarpOrder(worldSize, parts, elementBytes, sendOffset, recvOffset);
      case REDUCE_SCATTER_LOAD -> new OwnerOrder(worldSize, count);
      default -> new RankOrder(worldSize);
    };
  }
}
