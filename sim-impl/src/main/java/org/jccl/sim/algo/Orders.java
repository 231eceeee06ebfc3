package org.jccl.sim.algo;

import java.util.Arrays;
import java.util.List;
import org.jccl.DataType;
import org.jccl.config.Algorithm;
import org.jccl.ops.Operation;
import org.jccl.sim.math.FoldOrder;
import org.jccl.sim.math.RankOrder;

/**
 * In which order NCCL folds the elements of a communicator's calls.
 *
 * <p>Make one per communicator: it keeps what its rings and trees say about orders. Safe for use by
 * any number of threads.
 */
public final class Orders {
  private final Topology topology;
  private final Buffers buffers;
  private final int version;
  private final RankOrder rankOrder;
  private final Rings rings;
  private final Shape[] trees;
  private final PatShapes pats;

  /**
   * Orders of a communicator.
   *
   * @param version NCCL's version code, for example 22809
   */
  public Orders(Topology topology, Buffers buffers, int version) {
    this.topology = topology;
    this.buffers = buffers;
    this.version = version;
    this.rankOrder = new RankOrder(topology.worldSize());
    this.rings = new Rings(topology.rings());
    this.trees = shapes(topology.trees());
    this.pats = new PatShapes(topology.worldSize());
  }

  private static Shape[] shapes(List<Tree> trees) {
    Shape[] shapes = new Shape[trees.size()];
    for (int channel = 0; channel < shapes.length; channel++) {
      int same = trees.indexOf(trees.get(channel));
      shapes[channel] = same < channel ? shapes[same] : Shape.of(trees.get(channel));
    }
    return shapes;
  }

  /**
   * The order in which a call that is alone in its group folds.
   *
   * @param operation all-reduce, reduce-scatter or reduce
   * @param count NCCL's count argument
   * @param root of a reduce; anything for others
   */
  public FoldOrder of(Operation operation, DataType type, long count, int root, Choice choice) {
    if (topology.worldSize() == 1 || count == 0) {
      return rankOrder;
    }
    ChannelSplit split = split(operation, type, count, choice);
    return of(operation, type, count, root, choice.algorithm(), split);
  }

  /** The split over channels and chunks of a call that is alone in its group. */
  public ChannelSplit split(Operation operation, DataType type, long count, Choice choice) {
    return ChannelSplit.of(operation, type.bytes(), count, topology, choice, buffers, version);
  }

  /**
   * The order in which a call folds that is split as {@code split} says. Where NCCL promises none,
   * because a switch or the network does the sums (DET-05), it is the order of ranks.
   */
  public FoldOrder of(
      Operation operation,
      DataType type,
      long count,
      int root,
      Algorithm algorithm,
      ChannelSplit split) {
    if (topology.worldSize() == 1) {
      return rankOrder;
    }
    return switch (algorithm) {
      case RING -> ring(operation, type.bytes(), count, root, split);
      case TREE -> {
        require(operation, algorithm, Operation.ALL_REDUCE);
        yield new TreeAllReduce(topology.worldSize(), split, trees);
      }
      case PAT -> {
        require(operation, algorithm, Operation.REDUCE_SCATTER);
        yield pats.order(split, count, type.bytes());
      }
      case COLLNET_DIRECT, COLLNET_CHAIN, NVLS, NVLS_TREE -> rankOrder;
    };
  }

  private FoldOrder ring(
      Operation operation, int elementBytes, long count, int root, ChannelSplit split) {
    if (!operation.reduces()) {
      throw new IllegalArgumentException(operation.label() + " folds nothing");
    }
    return operation.receivesAlike()
        ? new RingAllReduce(rings, split, elementBytes)
        : new RingToOne(rings, split, count, operation.hasRoot() ? root : 0);
  }

  private static void require(Operation operation, Algorithm algorithm, Operation only) {
    if (operation != only) {
      throw new IllegalArgumentException(
          "%s folds %s only, not %s"
              .formatted(algorithm.nativeName(), only.label(), operation.label()));
    }
  }

  @Override
  public String toString() {
    return "orders of " + topology.worldSize() + " ranks on " + topology.channels() + " channels";
  }

  /** Each channel's ring, and where each rank is in it. */
  static final class Rings {
    private final int[][] ranks;
    private final int[][] positions;

    Rings(List<int[]> rings) {
      this.ranks = new int[rings.size()][];
      this.positions = new int[rings.size()][];
      for (int channel = 0; channel < ranks.length; channel++) {
        int[] ring = rings.get(channel);
        int same = channel > 0 && Arrays.equals(ring, ranks[0]) ? 0 : channel;
        ranks[channel] = same < channel ? ranks[same] : ring.clone();
        positions[channel] = same < channel ? positions[same] : inverse(ring);
      }
    }

    private static int[] inverse(int[] ring) {
      int[] positions = new int[ring.length];
      for (int position = 0; position < ring.length; position++) {
        positions[ring[position]] = position;
      }
      return positions;
    }

    int worldSize() {
      return ranks[0].length;
    }

    int[] ranks(int channel) {
      return ranks[channel];
    }

    /**
     * The position after {@code rank}'s: where a fold starts that ends at it (RING-06, RING-08).
     */
    int after(int channel, int rank) {
      int next = positions[channel][rank] + 1;
      return next == worldSize() ? 0 : next;
    }
  }
}
