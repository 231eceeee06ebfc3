package org.jccl.sim.algo;

import java.util.Arrays;

/**
 * One channel's tree over all ranks: each has a parent, but for the root, and up to three children
 * in the order of NCCL's slots (TREE-01). Immutable.
 */
public final class Tree {
  private final int root;
  private final int[][] children;

  private Tree(int root, int[][] children) {
    this.root = root;
    this.children = children;
  }

  /** The chain that a tree is inside one host: root first, leaf last (TREE-03). */
  public static Tree chain(int... ranks) {
    int[][] children = new int[ranks.length][];
    for (int i = 0; i < ranks.length; i++) {
      children[ranks[i]] = i + 1 < ranks.length ? new int[] {ranks[i + 1]} : new int[0];
    }
    return new Tree(ranks[0], children);
  }

  /**
   * A tree of any shape.
   *
   * @param children of each rank, in slot order
   */
  public static Tree of(int root, int[][] children) {
    int[][] copy = new int[children.length][];
    Arrays.setAll(copy, rank -> children[rank].clone());
    return new Tree(root, copy);
  }

  /** How many ranks it has. */
  public int worldSize() {
    return children.length;
  }

  /** The rank that finishes every element. */
  public int root() {
    return root;
  }

  /** How many children a rank has. */
  public int children(int rank) {
    return children[rank].length;
  }

  /** The child in a rank's {@code slot}. */
  public int child(int rank, int slot) {
    return children[rank][slot];
  }
}
