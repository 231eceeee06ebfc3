package org.jccl.sim.math;

/**
 * In which order the ranks' contributions to an element meet, and up to where that order holds.
 *
 * <p>A fold applies the operation from left to right: {@code value = x(rank(0))}, then {@code value
 * = x(rank(k)) ∘ value}. A ring yields one piece per chunk, a rotation of one array (RING-01,
 * RING-06); the chain that a tree is inside one host is a fold from its leaf (TREE-03). Where
 * several partial results meet, as in a tree over several hosts, a piece says how by a {@link
 * FoldProgram}.
 *
 * <p>Elements are those of the whole operation: for a reduce-scatter all blocks in rank order. An
 * order is a pure function of the element's index, so results never depend on how the work is cut.
 * Implementations are immutable and may be asked by many threads at once.
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
    private long offset;
    private FoldProgram program = FoldProgram.LINEAR;
    private long chunk;
    private long following;
    private boolean isStairs;

    /**
     * Sets this piece to {@code count} elements whose ranks are {@code cycle[start], cycle[start +
     * 1], …}, going on at index 0 after the last.
     *
     * @param offset how many elements of the same chunk come before it (RING-05)
     * @param cycle every rank once; kept, not copied
     */
    public void set(long count, long offset, int[] cycle, int start) {
      set(count, offset, cycle, start, FoldProgram.LINEAR);
    }

    /** The same with contributions that meet as {@code program} says. */
    public void set(long count, long offset, int[] cycle, int start, FoldProgram program) {
      this.count = count;
      this.offset = offset;
      this.cycle = cycle;
      this.start = start;
      this.program = program;
      this.following = 0;
      this.isStairs = false;
    }

    /**
     * Adds that {@code following} more elements may be folded with this piece, in chunks of {@code
     * chunk} elements whose folds start one place later each.
     */
    public void setFollowing(long chunk, long following) {
      this.chunk = chunk;
      this.following = following;
    }

    /** Takes the following chunks in if they are smaller than {@code least} elements. */
    void climb(long least) {
      if (following > 0 && chunk < least) {
        count += following;
        isStairs = true;
      }
    }

    /** Whether chunks follow each other, each starting one place later. */
    boolean isStairs() {
      return isStairs;
    }

    /** Elements of a chunk; only of stairs. */
    long chunk() {
      return chunk;
    }

    /** How many elements have this order; at least 1. */
    public long count() {
      return count;
    }

    /** How many elements of the same chunk come before. */
    public long offset() {
      return offset;
    }

    /** The rank at {@code place} of the cycle: in a fold the one that comes in that step. */
    public int rank(int place) {
      int index = start + place;
      return cycle[index < cycle.length ? index : index - cycle.length];
    }

    /** Whether contributions meet one after the other along the cycle. */
    public boolean isLinear() {
      return program == FoldProgram.LINEAR;
    }

    FoldProgram program() {
      return program;
    }
  }
}
