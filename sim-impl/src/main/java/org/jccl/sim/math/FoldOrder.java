package org.jccl.sim.math;

/**
 * In which order the ranks' contributions to an element meet, and up to where that order holds.
 *
 * <p>A fold applies the operation from left to right: {@code value = x(rank(0))}, then {@code value
 * = x(rank(k)) ∘ value}. Elements are those of the whole operation: for a reduce-scatter all blocks
 * in rank order. An order is a pure function of the element's index, so results never depend on how
 * the work is cut. A ring yields one piece per chunk, a rotation of one array (RING-01, RING-06);
 * the chain that a tree is inside one host is a single piece, leaf first (TREE-03).
 *
 * <p>Implementations are immutable and may be asked by many threads at once.
 */
public interface FoldOrder {
  /** How many ranks contribute to every element. */
  int worldSize();

  /**
   * Describes the longest run of elements that starts at {@code element}, ends no later than {@code
   * end} and has one order.
   */
  void find(long element, long end, Piece piece);

  /** A run of elements with one order; reused, so that looking one up allocates nothing. */
  final class Piece {
    private int[] cycle = {};
    private int start;
    private long count;

    /**
     * Sets this piece to {@code count} elements whose ranks are {@code cycle[start], cycle[start +
     * 1], …}, going on at index 0 after the last.
     *
     * @param cycle every rank once; kept, not copied
     */
    public void set(long count, int[] cycle, int start) {
      this.count = count;
      this.cycle = cycle;
      this.start = start;
    }

    /** How many elements have this order; at least 1. */
    public long count() {
      return count;
    }

    /** The rank whose contribution comes in {@code step}, 0 being the first. */
    public int rank(int step) {
      int index = start + step;
      return cycle[index < cycle.length ? index : index - cycle.length];
    }
  }
}
