package org.jccl.sim.algo;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.jccl.DataType;
import org.jccl.config.Algorithm;
import org.jccl.config.Protocol;
import org.jccl.ops.Operation;
import org.jccl.sim.math.Arithmetic;
import org.jccl.sim.math.Contraction;
import org.jccl.sim.math.DataPlane;
import org.jccl.sim.math.FoldOrder;
import org.jccl.sim.math.Kernels;
import org.jccl.sim.math.Places;
import org.jccl.sim.math.ReducePlan;
import org.jccl.sim.math.WideInputs;
import org.jccl.sim.math.WorkCrew;

/** What holds for every split and every order. */
class OrdersProperties {
  private static final WorkCrew ALONE = new WorkCrew(1);
  private static final WorkCrew MANY = new WorkCrew(4);

  @Property(tries = 1000)
  void parts_coverTheCallInChannelOrder(
      @ForAll Operation operation,
      @ForAll Protocol protocol,
      @ForAll DataType type,
      @ForAll @LongRange(min = 1, max = 3_000_000_000L) long count,
      @ForAll @IntRange(min = 2, max = 9) int ranks,
      @ForAll @IntRange(min = 1, max = 32) int channels,
      @ForAll @IntRange(min = 1, max = 32) int most,
      @ForAll boolean newer) {
    ChannelSplit split =
        ChannelSplit.of(
            operation,
            type.bytes(),
            count,
            Topologies.inRankOrder(ranks, channels),
            new Choice(Algorithm.RING, protocol, Math.min(most, channels), 0),
            Buffers.defaults(),
            newer ? 22902 : 22901);
    assertThat(split.parts()).isBetween(1, channels);
    long element = 0;
    for (int part = 0; part < split.parts(); part++) {
      assertThat(split.first(part)).isEqualTo(element);
      assertThat(split.count(part)).isPositive();
      assertThat(split.chunk(part)).isPositive();
      assertThat(split.partOf(element)).isEqualTo(part);
      element += split.count(part);
      assertThat(split.partOf(element - 1)).isEqualTo(part);
    }
    assertThat(element).isEqualTo(count);
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void everyRankContributesOnceToEveryElement(
      @ForAll Case given,
      @ForAll Protocol protocol,
      @ForAll @IntRange(min = 1, max = 5) int hosts,
      @ForAll @IntRange(min = 1, max = 8) int ranksPerHost,
      @ForAll @IntRange(min = 1, max = 6) int channels,
      @ForAll @IntRange(min = 1, max = 6000) int count,
      @ForAll Trees.Pattern pattern) {
    int n = hosts * ranksPerHost;
    Topology topology = Topologies.ofHosts(hosts, ranksPerHost, channels, pattern);
    FoldOrder order = order(given, protocol, topology, DataType.FLOAT64, count, n - 1);
    ReducePlan plan = ReducePlan.of(Arithmetic.SUM, DataType.FLOAT64);
    long total = given.operation == Operation.REDUCE_SCATTER ? (long) count * n : count;
    try (Arena arena = Arena.ofShared()) {
      Places sources = new Places(n);
      for (int rank = 0; rank < n; rank++) {
        MemorySegment input = arena.allocate(total * 8, 8);
        for (long i = 0; i < total; i++) {
          input.setAtIndex(ValueLayout.JAVA_DOUBLE, i, 1L << rank);
        }
        sources.add(input, 0);
      }
      double[] result =
          run(arena, ALONE, "scalar", sources, plan, order, total).toArray(ValueLayout.JAVA_DOUBLE);
      assertThat(result).containsOnly((1L << n) - 1);
    }
  }

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void results_dependOnNothingButTheCall(
      @ForAll Case given,
      @ForAll Protocol protocol,
      @ForAll boolean scaled,
      @ForAll @IntRange(min = 1, max = 5) int hosts,
      @ForAll @IntRange(min = 1, max = 3) int ranksPerHost,
      @ForAll @IntRange(min = 1, max = 24) int channels,
      @ForAll @IntRange(min = 1, max = 60_000) int count,
      @ForAll Trees.Pattern pattern) {
    int n = hosts * ranksPerHost;
    DataType type = DataType.FLOAT32;
    Topology topology = Topologies.ofHosts(hosts, ranksPerHost, channels, pattern);
    FoldOrder order = order(given, protocol, topology, type, count, 0);
    ReducePlan plan = scaled ? ReducePlan.average(type, n) : ReducePlan.of(Arithmetic.SUM, type);
    plan = plan.computedBy(protocol, Contraction.SM_90);
    long total = given.operation == Operation.REDUCE_SCATTER ? (long) count * n : count;
    try (Arena arena = Arena.ofShared()) {
      Places sources = new Places(n);
      for (int rank = 0; rank < n; rank++) {
        MemorySegment input = arena.allocate(total * 4);
        WideInputs.fill(input, type, rank, total);
        sources.add(input, 0);
      }
      MemorySegment first = run(arena, ALONE, "scalar", sources, plan, order, total);
      MemorySegment second = run(arena, MANY, "vector", sources, plan, new Shredded(order), total);
      assertThat(second.mismatch(first)).isEqualTo(-1);
      MemorySegment third = run(arena, MANY, "vector", sources, plan, order, total);
      assertThat(third.mismatch(first)).isEqualTo(-1);
      // In place: the result replaces a rank's own input.
      DataPlane plane = new DataPlane(Kernels.choose("vector").kernels(), MANY);
      MemorySegment own = sources.segment(n - 1);
      plane.reduce(sources, plan, order, total, new Places(1).add(own, 0));
      assertThat(own.mismatch(first)).isEqualTo(-1);
    }
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void pat_takesEveryRankOnce(
      @ForAll @IntRange(min = 2, max = 40) int n, @ForAll @IntRange(max = 4) int log) {
    int aggregation = 1 << log;
    if (aggregation > Math.max(1, n / 2)) {
      return;
    }
    Shape shape = new PatShapes(n).shape(aggregation);
    FoldOrder order = new Whole(n, shape);
    ReducePlan plan = ReducePlan.of(Arithmetic.SUM, DataType.FLOAT64);
    try (Arena arena = Arena.ofShared()) {
      Places sources = new Places(n);
      for (int rank = 0; rank < n; rank++) {
        sources.add(arena.allocateFrom(ValueLayout.JAVA_DOUBLE, 1L << rank), 0);
      }
      MemorySegment result = run(arena, ALONE, "scalar", sources, plan, order, 1);
      assertThat(result.get(ValueLayout.JAVA_DOUBLE, 0)).isEqualTo((1L << n) - 1);
    }
  }

  private static FoldOrder order(
      Case given, Protocol protocol, Topology topology, DataType type, int count, int root) {
    Buffers buffers = new Buffers(4096, 1 << 16, 1 << 16, 512, 640);
    Choice choice = new Choice(given.algorithm, protocol, topology.channels(), 0);
    Orders orders = new Orders(topology, buffers, 22809);
    FoldOrder order = orders.of(given.operation, type, count, root, choice);
    return order;
  }

  private static MemorySegment run(
      Arena arena,
      WorkCrew crew,
      String kernels,
      Places sources,
      ReducePlan plan,
      FoldOrder order,
      long total) {
    MemorySegment out = arena.allocate(total * plan.type().bytes(), 8);
    new DataPlane(Kernels.choose(kernels).kernels(), crew)
        .reduce(sources, plan, order, total, new Places(1).add(out, 0));
    return out;
  }

  /** An operation with an algorithm that it has. */
  enum Case {
    RING_ALL_REDUCE(Operation.ALL_REDUCE, Algorithm.RING),
    RING_REDUCE_SCATTER(Operation.REDUCE_SCATTER, Algorithm.RING),
    RING_REDUCE(Operation.REDUCE, Algorithm.RING),
    TREE_ALL_REDUCE(Operation.ALL_REDUCE, Algorithm.TREE),
    PAT_REDUCE_SCATTER(Operation.REDUCE_SCATTER, Algorithm.PAT);

    final Operation operation;
    final Algorithm algorithm;

    Case(Operation operation, Algorithm algorithm) {
      this.operation = operation;
      this.algorithm = algorithm;
    }
  }

  /** The same order, asked for in runs of at most 61 elements. */
  private record Shredded(FoldOrder order) implements FoldOrder {
    @Override
    public int worldSize() {
      return order.worldSize();
    }

    @Override
    public void find(long element, long end, Piece piece) {
      order.find(element, Math.min(end, element + 61), piece);
    }
  }

  /** One shape for all elements. */
  private record Whole(int worldSize, Shape shape) implements FoldOrder {
    @Override
    public void find(long element, long end, Piece piece) {
      shape.set(piece, end - element, element, 0);
    }
  }
}
