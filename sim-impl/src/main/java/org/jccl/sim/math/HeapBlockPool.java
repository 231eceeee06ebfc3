package org.jccl.sim.math;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jccl.DataType;

/** Lends heap blocks: one thread at a time has one; none waits, a missing one is made. */
final class HeapBlockPool {
  private static final int PLACES = 8;

  private final AtomicReferenceArray<HeapBlock> idle =
      new AtomicReferenceArray<>(PLACES * DataType.values().length);

  HeapBlock take(DataType type) {
    HeapBlock block = idle.getAndSet(place(type), null);
    return block != null ? block : HeapBlock.of(type);
  }

  void giveBack(DataType type, HeapBlock block) {
    idle.setRelease(place(type), block);
  }

  private static int place(DataType type) {
    return PLACES * type.ordinal() + (int) (Thread.currentThread().threadId() & (PLACES - 1));
  }
}
