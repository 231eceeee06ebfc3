package org.jccl.sim.algo;

import java.util.Arrays;
import java.util.List;

/**
 * The double binary tree over several hosts (TREE-04, TREE-05).
 *
 * <p>Two trees, so that a host that passes values on in one is mostly a leaf in the other: the
 * first half of a communicator's channels has the first, the second half the second.
 */
public final class Trees {
  private static final int NONE = -1;

  /** Which GPUs of a host talk to other hosts (TREE-05). */
  public enum Pattern {
    /** The chain's first with the parent and both children. */
    TREE(0, 0),
    /** The first with the parent and the second child, the second with the first child. */
    BALANCED_TREE(1, 0),
    /** The first with the parent, the second with both children. */
    SPLIT_TREE(1, 1);

    private final int first;
    private final int second;

    Pattern(int first, int second) {
      this.first = first;
      this.second = second;
    }

    /** The rank of {@code chain} to which a child host attaches. */
    int rank(int[] chain, boolean firstChild) {
      return chain[Math.min(firstChild ? first : second, chain.length - 1)];
    }
  }

  private Trees() {}

  /**
   * Both trees.
   *
   * @param chains each host's ranks, the one that talks to the parent first; all ranks of the world
   */
  public static List<Tree> across(List<int[]> chains, Pattern pattern) {
    int hosts = chains.size();
    if (hosts == 0) {
      throw new IllegalArgumentException("no hosts, expected the ranks of at least one");
    }
    Node[] first = new Node[hosts];
    Arrays.setAll(first, host -> node(hosts, host));
    Node[] second = new Node[hosts];
    Arrays.setAll(second, host -> other(hosts, host));
    return List.of(tree(chains, pattern, first), tree(chains, pattern, second));
  }

  /** The plain binary tree: between its neighbours by lowest set bit. */
  private static Node node(int hosts, int host) {
    if (host == 0) {
      return new Node(NONE, NONE, hosts > 1 ? Integer.highestOneBit(hosts - 1) : NONE, false);
    }
    int bit = Integer.lowestOneBit(host);
    int parent = (host ^ bit) | bit << 1;
    if (parent >= hosts) {
      parent = host ^ bit;
    }
    int low = bit >> 1;
    int before = low == 0 ? NONE : host - low;
    while (low > 0 && host + low >= hosts) {
      low >>= 1;
    }
    return new Node(parent, before, low == 0 ? NONE : host + low, host < parent);
  }

  /** The second tree: the first mirrored, or shifted by one if the number of hosts is odd. */
  private static Node other(int hosts, int host) {
    if (hosts % 2 == 0) {
      Node node = node(hosts, hosts - 1 - host);
      return new Node(
          mirrored(hosts, node.parent),
          mirrored(hosts, node.first),
          mirrored(hosts, node.second),
          node.isFirstChild);
    }
    Node node = node(hosts, (host + hosts - 1) % hosts);
    return new Node(
        shifted(hosts, node.parent),
        shifted(hosts, node.first),
        shifted(hosts, node.second),
        node.isFirstChild);
  }

  private static int mirrored(int hosts, int host) {
    return host == NONE ? NONE : hosts - 1 - host;
  }

  private static int shifted(int hosts, int host) {
    return host == NONE ? NONE : (host + 1) % hosts;
  }

  /** Slots: the chain's next rank, then remote children, first before second. */
  private static Tree tree(List<int[]> chains, Pattern pattern, Node[] nodes) {
    int[][] children = new int[chains.stream().mapToInt(chain -> chain.length).sum()][];
    int root = NONE;
    for (int host = 0; host < nodes.length; host++) {
      int[] chain = chains.get(host);
      for (int i = 0; i < chain.length; i++) {
        children[chain[i]] = i + 1 < chain.length ? new int[] {chain[i + 1]} : new int[0];
      }
      Node node = nodes[host];
      attach(children, pattern.rank(chain, true), chains, node.first);
      attach(children, pattern.rank(chain, false), chains, node.second);
      if (node.parent == NONE) {
        root = chain[0];
      }
    }
    return Tree.of(root, children);
  }

  private static void attach(int[][] children, int rank, List<int[]> chains, int host) {
    if (host != NONE) {
      int[] slots = Arrays.copyOf(children[rank], children[rank].length + 1);
      slots[slots.length - 1] = chains.get(host)[0];
      children[rank] = slots;
    }
  }

  /**
   * One host's place.
   *
   * @param isFirstChild whether its parent sees it as first child
   */
  private record Node(int parent, int first, int second, boolean isFirstChild) {}
}
