package org.jccl.conformance.rules;

import java.util.ArrayList;
import java.util.List;

/** A tree over hosts, each of which is a chain of GPUs (rules TREE-04, TREE-05). */
final class HostTree {
  private final List<List<Integer>> children = new ArrayList<>();
  private final int root;

  /**
   * A tree.
   *
   * @param tree the binary tree over hosts
   * @param gpus GPUs of a host: ranks of host h are h·gpus and those behind
   * @param toFirst which GPU of the chain talks to the first child
   * @param toSecond which one talks to the second
   */
  private HostTree(Binary tree, int gpus, int toFirst, int toSecond) {
    for (int rank = 0; rank < tree.hosts() * gpus; rank++) {
      List<Integer> own = new ArrayList<>();
      if (rank % gpus + 1 < gpus) {
        own.add(rank + 1);
      }
      children.add(own);
    }
    int top = -1;
    for (int host = 0; host < tree.hosts(); host++) {
      if (tree.parent(host) < 0) {
        top = host;
      }
      add(host * gpus + toFirst, tree.child(host, true), gpus);
      add(host * gpus + toSecond, tree.child(host, false), gpus);
    }
    root = top * gpus;
  }

  private void add(int rank, int host, int gpus) {
    if (host >= 0) {
      children.get(rank).add(host * gpus);
    }
  }

  /** The tree of the first half of the channels. */
  static HostTree first(int hosts, int gpus, int toFirst, int toSecond) {
    return new HostTree(new Binary(hosts, 0, false), gpus, toFirst, toSecond);
  }

  /** The tree of the other half: mirrored, or shifted if the number of hosts is odd. */
  static HostTree second(int hosts, int gpus, int toFirst, int toSecond) {
    boolean mirrored = hosts % 2 == 0;
    return new HostTree(new Binary(hosts, mirrored ? 0 : 1, mirrored), gpus, toFirst, toSecond);
  }

  /** What the root finishes. */
  long sum(FoldedCall call, int element) {
    return call.finished(sum(root, call, element));
  }

  private long sum(int rank, FoldedCall call, int element) {
    List<Integer> own = children.get(rank);
    if (own.isEmpty()) {
      return call.first(rank, element);
    }
    long value = call.next(rank, element, sum(own.getFirst(), call, element), true);
    for (int child : own.subList(1, own.size())) {
      value = call.added(value, sum(child, call, element));
    }
    return value;
  }

  /** The binary tree over hosts: as it is, shifted or mirrored. */
  private record Binary(int hosts, int shift, boolean mirrored) {
    private static final int NONE = -1;

    private int inside(int host) {
      return mirrored ? hosts - 1 - host : Math.floorMod(host - shift, hosts);
    }

    private int outside(int node) {
      if (node == NONE) {
        return NONE;
      }
      return mirrored ? hosts - 1 - node : (node + shift) % hosts;
    }

    int parent(int host) {
      return outside(parentOf(inside(host)));
    }

    private int parentOf(int node) {
      if (node == 0) {
        return NONE;
      }
      int bit = Integer.lowestOneBit(node);
      int up = (node - bit) | 2 * bit;
      return up < hosts ? up : node - bit;
    }

    /** The child whose number is below its parent's is the first. */
    int child(int host, boolean first) {
      int node = inside(host);
      for (int other = 0; other < hosts; other++) {
        if (other != node && parentOf(other) == node && (other < node) == first) {
          return outside(other);
        }
      }
      return NONE;
    }
  }
}
