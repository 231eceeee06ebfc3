package org.jccl.sim.math;

import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;
import org.jccl.DataType;

/**
 * A reduction as work over elements: each block is folded over the sources and written to its
 * destinations.
 *
 * <p>A destination may be a source's very range. That is safe because a block's inputs are all read
 * before any output of that block is written (see {@link BlockFold}), and no other block touches
 * these elements.
 */
final class ReduceWork implements SharedWork {
  private static final Places NOWHERE = new Places(0);
  private static final ReducePlan NO_PLAN = ReducePlan.of(Arithmetic.SUM, DataType.INT8);
  private static final FoldOrder NO_ORDER = new RankOrder(1);

  /** Chunks of fewer bytes are folded several at a time. */
  private static final int SMALL = 4096;

  private final ElementKernels kernels;
  private final BlockFold fold;
  private Places sources = NOWHERE;
  private ReducePlan plan = NO_PLAN;
  private FoldOrder order = NO_ORDER;
  private int[] ranks = {};
  private boolean isOrderFree;
  private Places destinations = NOWHERE;
  private long share;

  ReduceWork(ElementKernels kernels) {
    this.kernels = kernels;
    this.fold = new BlockFold(kernels);
  }

  /** Every destination gets every element. */
  void toAll(Places sources, ReducePlan plan, FoldOrder order, Places destinations) {
    scatter(sources, plan, order, destinations, 0);
  }

  /** Destination {@code d} gets elements {@code d·share} to {@code (d+1)·share}. */
  void scatter(Places sources, ReducePlan plan, FoldOrder order, Places destinations, long share) {
    this.sources = sources;
    this.plan = plan;
    this.order = order;
    this.destinations = destinations;
    this.share = share;
    this.isOrderFree = plan.isOrderFree(sources.size());
    if (isOrderFree && ranks.length < sources.size()) {
      ranks = IntStream.range(0, sources.size()).toArray();
    }
  }

  /** All elements are one piece where orders make no difference. */
  private void find(long element, long end, FoldOrder.Piece piece) {
    if (isOrderFree) {
      piece.set(end - element, element, ranks, 0);
    } else {
      order.find(element, end, piece);
      if (!plan.isScaled() && plan.accumulator() == null) {
        piece.climb(SMALL / plan.type().bytes());
      }
    }
  }

  /** Lets go of the caller's objects. */
  void clear() {
    scatter(NOWHERE, NO_PLAN, NO_ORDER, NOWHERE, 0);
  }

  @Override
  public void run(long from, long to, Scratch scratch) {
    long most = Scratch.BLOCK / plan.type().bytes();
    long element = from;
    while (element < to) {
      long end = Math.min(to, element + most);
      int destination = 0;
      if (share > 0) {
        destination = (int) (element / share);
        end = Math.min(end, (destination + 1) * share);
      }
      find(element, end, scratch.piece);
      long count = scratch.piece.count();
      finishAt(destination, element, count, scratch);
      element += count;
    }
  }

  private void finishAt(int destination, long element, long count, Scratch scratch) {
    int size = plan.type().bytes();
    MemorySegment out = destinations.segment(destination);
    long offset = destinations.offset(destination) + (element - destination * share) * size;
    if (sources.size() == 1) {
      alone(scratch.piece.rank(0), element, out, offset, count);
    } else if (plan.divisor() > 1) {
      fold.fold(sources, plan, element, scratch.accumulator, 0, scratch);
      kernels.divide(plan.type(), plan.divisor(), scratch.accumulator, 0, out, offset, count);
    } else {
      fold.fold(sources, plan, element, out, offset, scratch);
    }
    if (share == 0) {
      spread(out, offset, element * size, count * size);
    }
  }

  /**
   * A world of one: a scaled input is multiplied once, so NaNs become canonical and a float average
   * multiplies by 1; everything else is copied, or stays where it is (AVG-06).
   */
  private void alone(int rank, long element, MemorySegment out, long offset, long count) {
    DataType type = plan.type();
    MemorySegment own = sources.segment(rank);
    long at = sources.offset(rank) + element * type.bytes();
    if (plan.isScaled()) {
      kernels.scale(type, plan.scalar(rank), own, at, out, offset, count);
    } else if (own.address() + at != out.address() + offset) {
      kernels.copy(own, at, out, offset, count * type.bytes());
    }
  }

  /** Copies a finished block, still in cache, from the first destination to the others. */
  private void spread(MemorySegment done, long offset, long skip, long bytes) {
    long address = done.address() + offset;
    for (int d = 1; d < destinations.size(); d++) {
      if (destinations.address(d) + skip != address) {
        kernels.copy(done, offset, destinations.segment(d), destinations.offset(d) + skip, bytes);
      }
    }
  }
}
