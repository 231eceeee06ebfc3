package org.jccl.sim.math;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jccl.DataType;
import org.jccl.config.Protocol;

/** Reductions against an element-by-element fold, for any order, placement and crew (DET-01). */
class DataPlaneProperties {
  private static final WorkCrew ALONE = new WorkCrew(1);

  private static final List<DataPlane> PLANES =
      List.of(
          new DataPlane(new ScalarKernels(), ALONE),
          new DataPlane(Kernels.choose("vector").kernels(), new WorkCrew(2)),
          new DataPlane(Kernels.choose("vector").kernels(), new WorkCrew(4)));

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void allReduce_equalsTheFoldOfEachElement(
      @ForAll DataType type,
      @ForAll Arithmetic op,
      @ForAll @IntRange(min = 1, max = 6) int ranks,
      @ForAll @IntRange(min = 0, max = 20_000) int count,
      @ForAll @IntRange(min = 1, max = 5000) int chunk,
      @ForAll boolean inPlace,
      @ForAll long seed) {
    check(ReducePlan.of(op, type), new ChunkedRing(ranks, chunk), count, inPlace, seed);
  }

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void average_equalsTheFoldOfEachElement(
      @ForAll DataType type,
      @ForAll Contraction profile,
      @ForAll Protocol protocol,
      @ForAll @IntRange(min = 2, max = 6) int ranks,
      @ForAll @IntRange(min = 0, max = 20_000) int count,
      @ForAll boolean inPlace,
      @ForAll long seed) {
    ReducePlan plan = ReducePlan.average(type, ranks).computedBy(protocol, profile);
    check(plan, new ChunkedRing(ranks, 777), count, inPlace, seed);
  }

  @Property(tries = 8, edgeCases = EdgeCasesMode.NONE)
  void largeWork_isTheSameForAnyCrew(@ForAll DataType type, @ForAll boolean inPlace) {
    check(ReducePlan.of(Arithmetic.SUM, type), new ChunkedRing(3, 9_999), 300_000, inPlace, 5);
  }

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void reduceScatter_equalsTheBlockOfAnAllReduce(
      @ForAll DataType type,
      @ForAll @IntRange(min = 1, max = 5) int ranks,
      @ForAll @IntRange(min = 0, max = 9_000) int share,
      @ForAll boolean inPlace,
      @ForAll long seed) {
    ReducePlan plan = ReducePlan.of(Arithmetic.SUM, type);
    FoldOrder order = new ChunkedRing(ranks, Math.max(share, 1));
    long block = (long) share * type.bytes();
    for (DataPlane plane : PLANES) {
      try (Arena arena = Arena.ofShared()) {
        Places sources = inputs(arena, type, ranks, (long) share * ranks, seed);
        MemorySegment expected = fold(arena, plan, order, sources, (long) share * ranks);
        Places destinations = new Places(ranks);
        for (int rank = 0; rank < ranks; rank++) {
          if (inPlace) {
            destinations.add(sources.segment(rank), rank * block);
          } else {
            destinations.add(arena.allocate(block + 1), 1);
          }
        }
        plane.reduceScatter(sources, plan, order, share, destinations);
        for (int rank = 0; rank < ranks; rank++) {
          assertThat(
                  MemorySegment.mismatch(
                      destinations.segment(rank),
                      destinations.offset(rank),
                      destinations.offset(rank) + block,
                      expected,
                      rank * block,
                      (rank + 1) * block))
              .isEqualTo(-1);
        }
      }
    }
  }

  private static void check(
      ReducePlan plan, FoldOrder order, int count, boolean inPlace, long seed) {
    long bytes = (long) count * plan.type().bytes();
    for (DataPlane plane : PLANES) {
      try (Arena arena = Arena.ofShared()) {
        int ranks = order.worldSize();
        Places sources = inputs(arena, plan.type(), ranks, count, seed);
        MemorySegment expected = fold(arena, plan, order, sources, count);
        Places destinations = sources;
        if (!inPlace) {
          destinations = new Places(ranks);
          for (int rank = 0; rank < ranks; rank++) {
            destinations.add(arena.allocate(bytes + rank), rank);
          }
        }
        plane.reduce(sources, plan, order, count, destinations);
        for (int rank = 0; rank < ranks; rank++) {
          MemorySegment actual =
              destinations.segment(rank).asSlice(destinations.offset(rank), bytes);
          assertThat(actual.mismatch(expected)).isEqualTo(-1);
        }
      }
    }
  }

  private static Places inputs(Arena arena, DataType type, int ranks, long count, long seed) {
    Places sources = new Places(ranks);
    for (int rank = 0; rank < ranks; rank++) {
      MemorySegment segment = arena.allocate(count * type.bytes());
      Inputs.Kind kind = Inputs.Kind.values()[(int) (seed & 7) % Inputs.Kind.values().length];
      Inputs.fill(segment, 0, type, count, kind, seed + rank);
      sources.add(segment, 0);
    }
    return sources;
  }

  /** The same fold without blocks, threads or kernels. */
  private static MemorySegment fold(
      Arena arena, ReducePlan plan, FoldOrder order, Places sources, long count) {
    DataType type = plan.type();
    MemorySegment out = arena.allocate(count * type.bytes());
    FoldOrder.Piece piece = new FoldOrder.Piece();
    for (long i = 0; i < count; i++) {
      order.find(i, i + 1, piece);
      long at = i * type.bytes();
      long value = 0;
      for (int step = 0; step < order.worldSize(); step++) {
        int rank = piece.rank(step);
        long own = Bits.get(sources.segment(rank), at, type.bytes());
        value =
            step == 0 ? first(plan, rank, own) : next(plan, rank, own, value, isFused(plan, piece));
      }
      if (plan.divisor() > 1) {
        value = ElementMath.divide(type, value, plan.divisor());
      }
      Bits.put(out, at, type.bytes(), value);
    }
    return out;
  }

  private static long first(ReducePlan plan, int rank, long own) {
    return plan.isScaled() ? ElementMath.multiply(plan.type(), plan.scalar(rank), own) : own;
  }

  private static boolean isFused(ReducePlan plan, FoldOrder.Piece piece) {
    return switch (plan.rounding()) {
      case FUSED -> true;
      case SEPARATE -> false;
      case MIXED -> Ll128HalvesTest.isFused(piece.offset() * plan.type().bytes());
    };
  }

  private static long next(ReducePlan plan, int rank, long own, long value, boolean fused) {
    DataType type = plan.type();
    if (plan.isScaled() && fused) {
      return ElementMath.multiplyAdd(type, plan.scalar(rank), own, value);
    }
    long mine = first(plan, rank, own);
    return plan.ownNanSurvives()
        ? ElementMath.combine(plan.op(), type, value, mine)
        : ElementMath.combine(plan.op(), type, mine, value);
  }

  /** A ring as an order: chunk i is folded R[i+1], …, R[i] (RING-01). */
  private record ChunkedRing(int[] ring, long chunk) implements FoldOrder {
    ChunkedRing(int ranks, long chunk) {
      this(IntStream.range(0, ranks).toArray(), chunk);
    }

    @Override
    public int worldSize() {
      return ring.length;
    }

    @Override
    public void find(long element, long end, Piece piece) {
      long index = element / chunk;
      long count = Math.min(end, (index + 1) * chunk) - element;
      piece.set(count, element % chunk, ring, (int) ((index + 1) % ring.length));
    }
  }
}
