package org.jccl.sim.comm.match;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jccl.ops.Operation;
import org.jccl.sim.algo.SymmetricKernel;
import org.jccl.sim.algo.SymmetricSplit;
import org.jccl.sim.algo.SymmetricSplit.Part;
import org.jccl.sim.comm.call.PlannedCall.BySymmetricKernel;
import org.jccl.sim.machine.KnownDefects;
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

  private final @Nullable LaunchedCall[] calls;
  private final SymmetricSplit split;

  /** In elements of {@link #size} bytes: what is gathered is bytes to NCCL. */
  private final long count;

  private final int size;
  private final MemorySegment[] before;

  private MisplacedParts(@Nullable LaunchedCall[] calls, SymmetricSplit split) {
    LaunchedCall first = call(calls, 0);
    this.calls = calls;
    this.split = split;
    this.size = gathers() ? 1 : first.request.type().bytes();
    this.count = first.request.count() * first.request.type().bytes() / size;
    this.before = new MemorySegment[calls.length];
    for (int rank = 0; rank < calls.length; rank++) {
      before[rank] = copy(gathers() ? recv(rank) : LaunchedCall.needed(call(calls, rank).send));
    }
  }

  /** Those of a collective that is about to run; null if every part is in its place. */
  static @Nullable MisplacedParts of(KnownDefects defects, @Nullable LaunchedCall[] calls) {
    if (!defects.misplacesParts()
        || !(call(calls, 0).carried instanceof BySymmetricKernel carried)
        || carried.split().parts().size() < 2) {
      return null;
    }
    SymmetricKernel kernel = carried.split().kernel();
    boolean misplaces =
        kernel.operation() == Operation.REDUCE_SCATTER
            || (kernel.operation() == Operation.ALL_GATHER && kernel.hasFlags());
    return misplaces ? new MisplacedParts(calls, carried.split()) : null;
  }

  private static LaunchedCall call(@Nullable LaunchedCall[] calls, int rank) {
    return LaunchedCall.present(calls[rank]);
  }

  private MemorySegment recv(int rank) {
    return LaunchedCall.needed(call(calls, rank).recv);
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
    for (int rank = 0; gathers() && rank < calls.length; rank++) {
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
    LaunchedCall own = call(calls, rank);
    long places = (own.request.send() | own.request.recv()) + part.first() * size;
    if (places % PACK != 0 || part.count() * size % PACK != 0) {
      return count;
    }
    long perPack = PACK / size;
    return (gathers() ? count * size / PACK : Math.ceilDiv(count, perPack)) * perPack;
  }

  private void reduce(DataPlane plane, Part part, ReducePlan plan) {
    FoldOrder order = new RankOrder(calls.length);
    for (int to = 0; to < calls.length; to++) {
      Places sources = new Places(calls.length);
      long reached = part.count();
      for (int from = 0; from < calls.length; from++) {
        long start = to * stride(part, from) + part.first();
        reached = Math.min(reached, before[from].byteSize() / size - start);
        sources.add(before[from], start * size);
      }
      Places target = new Places(1).add(recv(to), part.first() * size);
      plane.reduce(sources, plan, order, Math.max(reached, 0), target);
    }
  }

  private void gather(int rank) {
    MemorySegment right = copy(recv(rank));
    MemorySegment target = recv(rank).copyFrom(before[rank]);
    for (Part part : split.parts()) {
      long stride = stride(part, rank);
      for (int peer = 0; peer < calls.length; peer++) {
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
