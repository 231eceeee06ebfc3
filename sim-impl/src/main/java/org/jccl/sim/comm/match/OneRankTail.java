package org.jccl.sim.comm.match;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import org.jccl.sim.algo.CollectiveTask.Folding;
import org.jccl.sim.comm.call.Request;
import org.jccl.sim.machine.KnownDefects;
import org.jspecify.annotations.Nullable;

/**
 * The last elements of a scaled reduction of one rank, which older versions leave as they are (rule
 * PMS-12).
 */
record OneRankTail(MemorySegment place, byte[] kept) {
  /** What is not to be written of the only part of a collective; null if that is nothing. */
  static @Nullable OneRankTail of(KnownDefects defects, LaunchedCall only) {
    Request request = only.request;
    MemorySegment target = only.recv;
    Folding folding = Folding.of(request.operation(), request.type(), only.call.reduction());
    if (folding != Folding.PRE_MUL_SUM || target == null) {
      return null;
    }
    int size = request.type().bytes();
    long written = defects.writtenByOneRank(request.count(), size);
    if (written == request.count()) {
      return null;
    }
    MemorySegment place = target.asSlice(written * size, (request.count() - written) * size);
    return new OneRankTail(place, place.toArray(JAVA_BYTE));
  }

  /** Puts back what was there. */
  void restore() {
    MemorySegment.copy(kept, 0, place, JAVA_BYTE, 0, kept.length);
  }
}
