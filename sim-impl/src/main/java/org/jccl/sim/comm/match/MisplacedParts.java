package org.jccl.sim.comm.match;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jccl.ops.Operation;
import org.jccl.sim.algo.SymmetricSplit;
import org.jccl.sim.algo.SymmetricSplit.Part;
import org.jccl.sim.math.DataPlane;
import org.jccl.sim.math.FoldOrder;
import org.jccl.sim.math.Places;
import org.jccl.sim.math.RankOrder;
import org.jccl.sim.math.ReducePlan;
import org.jspecify.annotations.Nullable;

/**
 * Where symmetric kernels of 2.28.3 look for the ranks' parts of a call that several blocks of
 * threads share (rule VER-11). Kernels with flags take the count for a multiple of 8 bytes, the
 * others take a block's count for that of the call.
 */
final class MisplacedParts {
  private static final int PACK = 8;

  private final SymmetricSplit split;

  /** In elements of {@link #size} bytes: what is gathered is bytes to NCCL. */
  private final long count;

  private final int size;
  private final MemorySegment[] targets;
  private final long[] addresses;
  private final MemorySegment[] before;

  /**
   * Keeps what is in the buffers of a collective that is about to run.
   *
   * @param bytes what the count comes to
   * @param elementBytes bytes of an element
   * @param sources each rank's send buffer
   * @param targets each rank's receive buffer
   * @param addresses both buffers' addresses, or-ed
   */
  MisplacedParts(
      SymmetricSplit split,
      long bytes,
      int elementBytes,
      MemorySegment[] sources,
      MemorySegment[] targets,
      long[] addresses) {
    this.split = split;
    this.size = gathers() ? 1 : elementBytes;
    this.count = bytes / size;
    this.targets = targets;
    this.addresses = addresses;
    this.before = new MemorySegment[targets.length];
    for (int rank = 0; rank < before.length; rank++) {
      before[rank] = copy(gathers() ? targets[rank] : sources[rank]);
    }
  }

  /** Whether what is split so may have parts in wrong places. */
  static boolean mayShow(SymmetricSplit split) {
    Operation operation = split.kernel().operation();
    return split.parts().size() > 1
        && (operation == Operation.REDUCE_SCATTER
            || (operation == Operation.ALL_GATHER && split.kernel().hasFlags()));
  }

  private static MemorySegment copy(MemorySegment from) {
    return Arena.ofAuto().allocate(from.byteSize(), Long.BYTES).copyFrom(from);
  }

  private boolean gathers() {
    return split.kernel().operation() == Operation.ALL_GATHER;
  }

  /** Does to the right result what those kernels do. */
  void misplace(DataPlane plane, @Nullable ReducePlan plan) {
    for (Part part : split.parts()) {
      if (plan != null) {
        reduce(plane, part, plan);
      }
    }
    for (int rank = 0; gathers() && rank < targets.length; rank++) {
      if (stride(part(0), rank) != count) {
        gather(rank);
      }
    }
  }

  private Part part(int index) {
    return split.parts().get(index);
  }

  /** How far apart a rank believes two ranks' parts to be, in elements. */
  private long stride(Part part, int rank) {
    if (!split.kernel().hasFlags()) {
      return part.count();
    }
    if ((addresses[rank] + part.first() * size) % PACK != 0 || part.count() * size % PACK != 0) {
      return count;
    }
    long perPack = PACK / size;
    return (gathers() ? count * size / PACK : Math.ceilDiv(count, perPack)) * perPack;
  }

  private void reduce(DataPlane plane, Part part, ReducePlan plan) {
    FoldOrder order = new RankOrder(targets.length);
    for (int to = 0; to < targets.length; to++) {
      Places sources = new Places(targets.length);
      long reached = part.count();
      for (int from = 0; from < targets.length; from++) {
        long start = to * stride(part, from) + part.first();
        reached = Math.min(reached, before[from].byteSize() / size - start);
        sources.add(before[from], start * size);
      }
      Places target = new Places(1).add(targets[to], part.first() * size);
      plane.reduce(sources, plan, order, Math.max(reached, 0), target);
    }
  }

  private void gather(int rank) {
    MemorySegment right = copy(targets[rank]);
    MemorySegment target = targets[rank].copyFrom(before[rank]);
    for (Part part : split.parts()) {
      long stride = stride(part, rank);
      for (int peer = 0; peer < targets.length; peer++) {
        MemorySegment.copy(
            right,
            (peer * count + part.first()) * size,
            target,
            (peer * stride + part.first()) * size,
            part.count() * size);
      }
    }
  }
}
