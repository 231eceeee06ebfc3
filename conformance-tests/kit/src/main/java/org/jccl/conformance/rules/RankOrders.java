package org.jccl.conformance.rules;

import java.util.ArrayList;
import java.util.List;

/** RankOrders of a few ranks, and where an element lies in a ring's all-reduce. */
final class RankOrders {
  private RankOrders() {}

  /** All orders of {@code ranks} ranks, the plain one first. */
  static List<int[]> permutations(int ranks) {
    List<int[]> orders = new ArrayList<>();
    permute(new int[ranks], 0, new boolean[ranks], orders);
    return orders;
  }

  /** All rings of {@code ranks} ranks: orders that begin with rank 0, the plain one first. */
  static List<int[]> rings(int ranks) {
    return permutations(ranks).stream().filter(order -> order[0] == 0).toList();
  }

  private static void permute(int[] order, int at, boolean[] used, List<int[]> orders) {
    if (at == order.length) {
      orders.add(order.clone());
      return;
    }
    for (int rank = 0; rank < order.length; rank++) {
      if (!used[rank]) {
        used[rank] = true;
        order[at] = rank;
        permute(order, at + 1, used, orders);
        used[rank] = false;
      }
    }
  }

  /**
   * Where an element lies.
   *
   * @param index of its chunk
   * @param offset elements of the same chunk before it
   */
  record Place(int index, int offset) {
    /**
     * The place of element {@code element} of a part (rules RING-01, RING-04).
     *
     * @param count elements of the part
     * @param chunk elements of a whole chunk
     */
    static Place of(int element, int count, int chunk, int ranks, int elementBytes) {
      int loop = element / (ranks * chunk) * ranks * chunk;
      int rest = count - loop;
      int pack = Math.max(1, 16 / elementBytes);
      int size = rest >= ranks * chunk ? chunk : up((rest + ranks - 1) / ranks, pack);
      return new Place((element - loop) / size, (element - loop) % size);
    }

    private static int up(int number, int multiple) {
      return (number + multiple - 1) / multiple * multiple;
    }
  }
}
