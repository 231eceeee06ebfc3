package org.jccl.sim.math;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Moves and reduces the data of one collective, directly between the ranks' buffers.
 *
 * <p>Work goes block by block in cache; large work is shared among the threads of a {@link
 * WorkCrew}. The result is a pure function of the inputs, the plan and the order (DET-01): it never
 * depends on how many threads there are. A destination may be a source's very range (in place); any
 * other overlap of a destination with a source or another destination is undefined.
 *
 * <p>Any number of threads, virtual or platform, may call at once; a call returns when its data has
 * moved. Nothing is allocated per call except one small object for shared work.
 */
public final class DataPlane {
  /** Bytes that are read once and then written to every destination. */
  static final long COPY_BLOCK = 64 << 10;

  /** Less traffic than this is not worth waking another thread. */
  private static final long WORTH_SHARING = 512 << 10;

  /** Bytes of traffic that one thread claims at a time. */
  private static final long CHUNK_TRAFFIC = 256 << 10;

  /**
   * A thread takes at least so many bytes of each buffer at a time: with many ranks less would be
   * all jumps from page to page.
   */
  private static final long LEAST_RUN = 2 << 10;

  private static final int LOCKERS = 16;

  private static final DataPlane COMMON = new DataPlane();

  private final ElementKernels kernels;
  private final WorkCrew crew;
  private final AtomicReferenceArray<Desk> idle = new AtomicReferenceArray<>(LOCKERS);

  /** A data plane on this JVM's best kernels and the common crew. */
  public DataPlane() {
    this(Kernels.best(), WorkCrew.common());
  }

  /** The one that all simulations of this JVM share. */
  public static DataPlane common() {
    return COMMON;
  }

  /** A data plane on {@code kernels} with the help of {@code crew}. */
  public DataPlane(ElementKernels kernels, WorkCrew crew) {
    this.kernels = kernels;
    this.crew = crew;
  }

  /**
   * Folds {@code count} elements of all sources and writes the result to every destination: an
   * all-reduce or, with one destination, a reduce.
   *
   * @param sources the rank's inputs, in rank order
   */
  public void reduce(
      Places sources, ReducePlan plan, FoldOrder order, long count, Places destinations) {
    requireWorld(sources, plan, order);
    if (count == 0 || destinations.size() == 0) {
      return;
    }
    Desk desk = take();
    try {
      desk.reduction.toAll(sources, plan, order, destinations);
      long bytes = plan.type().bytes();
      run(desk.reduction, count, bytes, (sources.size() + destinations.size()) * bytes, desk);
    } finally {
      giveBack(desk);
    }
  }

  /**
   * Folds {@code destinations.size()} blocks of {@code share} elements of all sources and writes
   * block {@code d} to destination {@code d}: a reduce-scatter. The order's elements run through
   * all blocks.
   */
  public void reduceScatter(
      Places sources, ReducePlan plan, FoldOrder order, long share, Places destinations) {
    requireWorld(sources, plan, order);
    if (share == 0) {
      return;
    }
    Desk desk = take();
    try {
      desk.reduction.scatter(sources, plan, order, destinations, share);
      long bytes = plan.type().bytes();
      run(desk.reduction, share * destinations.size(), bytes, (sources.size() + 1L) * bytes, desk);
    } finally {
      giveBack(desk);
    }
  }

  /** Copies {@code bytes} bytes; nothing happens when both places are the same. */
  public void copy(
      MemorySegment from, long fromOffset, MemorySegment to, long toOffset, long bytes) {
    Desk desk = take();
    try {
      desk.from.add(from, fromOffset);
      desk.to.add(to, toOffset);
      gather(desk.from, bytes, desk.to, desk);
    } finally {
      giveBack(desk);
    }
  }

  /** Copies {@code bytes} bytes to every destination: a broadcast. */
  public void broadcast(MemorySegment from, long fromOffset, long bytes, Places destinations) {
    Desk desk = take();
    try {
      desk.from.add(from, fromOffset);
      gather(desk.from, bytes, destinations, desk);
    } finally {
      giveBack(desk);
    }
  }

  /**
   * Writes {@code bytes} bytes of every source, one after the other, to every destination: an
   * all-gather or, with one destination, a gather.
   */
  public void gather(Places sources, long bytes, Places destinations) {
    Desk desk = take();
    try {
      gather(sources, bytes, destinations, desk);
    } finally {
      giveBack(desk);
    }
  }

  private void gather(Places sources, long bytes, Places destinations, Desk desk) {
    if (bytes > 0 && destinations.size() > 0) {
      desk.copying.gather(sources, bytes, destinations);
      run(desk.copying, bytes * sources.size(), 1, 1L + destinations.size(), desk);
    }
  }

  /**
   * Writes block {@code d} of {@code bytes} bytes of every source, one after the other, to
   * destination {@code d}: an all-to-all or, with one source, a scatter. Not in place.
   */
  public void transpose(Places sources, long bytes, Places destinations) {
    if (bytes == 0) {
      return;
    }
    Desk desk = take();
    try {
      desk.copying.transpose(sources, bytes, destinations);
      run(desk.copying, bytes * sources.size() * destinations.size(), 1, 2, desk);
    } finally {
      giveBack(desk);
    }
  }

  private void run(SharedWork work, long units, long unitBytes, long trafficPerUnit, Desk desk) {
    if (units < WORTH_SHARING / trafficPerUnit) {
      work.run(0, units, desk.scratch);
    } else {
      // Chunks start at multiples of 64 units, so that no two threads write to one cache line.
      long least = Math.max(64, LEAST_RUN / unitBytes);
      crew.run(work, units, Math.max(least, CHUNK_TRAFFIC / trafficPerUnit & -64), desk.scratch);
    }
  }

  private static void requireWorld(Places sources, ReducePlan plan, FoldOrder order) {
    if (sources.size() != order.worldSize()) {
      throw new IllegalArgumentException(
          sources.size() + " sources for a fold over " + order.worldSize() + " ranks");
    }
    plan.requireWorldSize(sources.size());
  }

  private Desk take() {
    Desk desk = idle.getAndSet(locker(), null);
    return desk != null ? desk : new Desk(kernels);
  }

  private void giveBack(Desk desk) {
    desk.clear();
    idle.setRelease(locker(), desk);
  }

  private static int locker() {
    return (int) (Thread.currentThread().threadId() & (LOCKERS - 1));
  }

  /** What one call works with; lent to one caller at a time and used again. */
  private static final class Desk {
    final Scratch scratch = new Scratch();
    final ReduceWork reduction;
    final Copying copying;
    final Places from = new Places(1);
    final Places to = new Places(1);

    Desk(ElementKernels kernels) {
      this.reduction = new ReduceWork(kernels);
      this.copying = new Copying(kernels);
    }

    void clear() {
      reduction.clear();
      copying.clear();
      from.clear();
      to.clear();
    }
  }
}
