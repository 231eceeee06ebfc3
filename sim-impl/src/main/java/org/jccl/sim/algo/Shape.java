package org.jccl.sim.algo;

import java.util.stream.IntStream;
import org.jccl.sim.math.FoldOrder;
import org.jccl.sim.math.FoldProgram;

/**
 * How all ranks' contributions meet in one tree: along a cycle of ranks, or by a program over it.
 *
 * @param program {@link FoldProgram#LINEAR} for a chain
 */
record Shape(int[] cycle, FoldProgram program) {
  /** What a tree computes (TREE-01, TREE-03). */
  static Shape of(Tree tree) {
    int n = tree.worldSize();
    int[] fromRoot = new int[n];
    int length = 0;
    int rank = tree.root();
    fromRoot[length++] = rank;
    while (tree.children(rank) == 1) {
      rank = tree.child(rank, 0);
      fromRoot[length++] = rank;
    }
    if (length == n) {
      return new Shape(
          IntStream.range(0, n).map(i -> fromRoot[n - 1 - i]).toArray(), FoldProgram.LINEAR);
    }
    return new Shape(IntStream.range(0, n).toArray(), new Walk(tree).program());
  }

  void set(FoldOrder.Piece piece, long count, long offset, int start) {
    piece.set(count, offset, cycle, start, program);
  }

  /**
   * Visits a tree from its leaves: a rank folds its own contribution into its first child's value
   * (FMA-03), then adds the other children's. Keeps its own stack, because a host's chain may be
   * long.
   */
  private static final class Walk {
    private final Tree tree;
    private final int[] path;
    private final int[] slots;
    private final FoldProgram.Builder program;

    Walk(Tree tree) {
      this.tree = tree;
      this.path = new int[tree.worldSize()];
      this.slots = new int[tree.worldSize()];
      this.program = new FoldProgram.Builder(tree.worldSize());
    }

    FoldProgram program() {
      int level = 0;
      path[0] = tree.root();
      while (level >= 0) {
        int rank = path[level];
        int slot = slots[level];
        arrived(rank, slot);
        if (slot < tree.children(rank)) {
          slots[level] = slot + 1;
          level++;
          path[level] = tree.child(rank, slot);
          slots[level] = 0;
        } else {
          level--;
        }
      }
      return program.build();
    }

    /** All children before {@code slot} have sent their values. */
    private void arrived(int rank, int slot) {
      if (tree.children(rank) == 0) {
        program.push(rank);
      } else if (slot == 1) {
        program.fold(rank);
      } else if (slot > 1) {
        program.merge();
      }
    }
  }
}
