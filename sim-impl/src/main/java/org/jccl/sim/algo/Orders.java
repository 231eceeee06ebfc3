package org.jccl.sim.algo;

import java.util.Arrays;
import java.util.List;
import org.jccl.DataType;
import org.jccl.ops.Algorithm;
import org.jccl.ops.Operation;
import org.jccl.sim.math.FoldOrder;
import org.jccl.sim.math.RankOrder;
import org.jspecify.annotations.Nullable;

/**
 * In which order NCCL folds the elements of a communicator's calls.
 *
 * <p>Make one per communicator: it keeps what its rings and trees say about orders, and the last
 * order it was asked for. An order holds for a call that is alone in its group. Safe for use by any
 * number of threads.
 */
public final class Orders {
  private final Topology topology;
  private final Buffers buffers;
  private final int version;
  private final RankOrder rankOrder;
  private final Rings rings;
  private final Shape[] trees;
  private final PatShapes pats;
  private volatile @Nullable Answer last;

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
   * The order in which a call folds. Where NCCL promises none, because a switch or the network does
   * the sums (DET-05), it is the order of ranks.
   *
   * @param operation all-reduce, reduce-scatter or reduce
   * @param count NCCL's count argument
   * @param root of a reduce; anything for others
   */
  public FoldOrder of(Operation operation, DataType type, long count, int root, Choice choice) {
    if (topology.worldSize() == 1 || count == 0) {
      return rankOrder;
    }
    Asked asked =
        new Asked(operation, type.bytes(), count, operation.hasRoot() ? root : -1, choice);
    Answer known = last;
    if (known != null && known.asked.equals(asked)) {
      return known.order;
    }
    FoldOrder order = find(asked);
    last = new Answer(asked, order);
    return order;
  }

  /** The split of a call over channels and chunks. */
  public Split split(Operation operation, DataType type, long count, Choice choice) {
    return Split.of(operation, type.bytes(), count, topology, choice, buffers, version);
  }

  private FoldOrder find(Asked asked) {
    return switch (asked.choice.algorithm()) {
      case RING -> ring(asked);
      case TREE -> {
        require(asked, Operation.ALL_REDUCE);
        yield new TreeAllReduce(topology.worldSize(), split(asked), trees);
      }
      case PAT -> {
        require(asked, Operation.REDUCE_SCATTER);
        yield pats.order(split(asked), asked.count, asked.elementBytes);
      }
      case COLLNET_DIRECT, COLLNET_CHAIN, NVLS, NVLS_TREE -> rankOrder;
    };
  }

  private FoldOrder ring(Asked asked) {
    return switch (asked.operation) {
      case ALL_REDUCE -> new RingAllReduce(rings, split(asked), asked.elementBytes);
      case REDUCE_SCATTER -> new RingToOne(rings, split(asked), asked.count, 0);
      case REDUCE -> new RingToOne(rings, split(asked), asked.count, asked.root);
      default -> throw new IllegalArgumentException(asked.operation.label() + " folds nothing");
    };
  }

  private Split split(Asked asked) {
    return Split.of(
        asked.operation,
        asked.elementBytes,
        asked.count,
        topology,
        asked.choice,
        buffers,
        version);
  }

  private static void require(Asked asked, Operation only) {
    if (asked.operation != only) {
      Algorithm algorithm = asked.choice.algorithm();
      throw new IllegalArgumentException(
          algorithm.nativeName() + " folds " + only.label() + " only, not "
              + asked.operation.label());
    }
  }

  @Override
  public String toString() {
    return "orders of " + topology.worldSize() + " ranks on " + topology.channels() + " channels";
  }

  private record Asked(
      Operation operation, int elementBytes, long count, int root, Choice choice) {}

  private record Answer(Asked asked, FoldOrder order) {}

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

    /** The position after {@code rank}'s: where a fold starts that ends at it (RING-06, RING-08). */
    int after(int channel, int rank) {
      int next = positions[channel][rank] + 1;
      return next == worldSize() ? 0 : next;
    }
  }
}
