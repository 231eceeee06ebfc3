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
    return block != null ? block : fresh(type);
  }

  void giveBack(DataType type, HeapBlock block) {
    idle.setRelease(place(type), block);
  }

  private static int place(DataType type) {
    return PLACES * type.ordinal() + (int) (Thread.currentThread().threadId() & (PLACES - 1));
  }

  private static HeapBlock fresh(DataType type) {
    return switch (type) {
      case INT8, UINT8 -> new ByteBlock(type == DataType.INT8);
      case INT32, UINT32 -> new IntBlock(type == DataType.INT32);
      case INT64, UINT64 -> new LongBlock(type == DataType.INT64);
      case FLOAT16 -> new HalfBlock();
      case BFLOAT16 -> new Bfloat16Block();
      case FLOAT32 -> new FloatBlock();
      case FLOAT64 -> new DoubleBlock();
      case FLOAT8_E4M3, FLOAT8_E5M2 -> new Float8Block(type);
    };
  }
}
