package org.jccl.sim.algo;

import org.jccl.DataType;
import org.jccl.ReduceOp.Builtin;
import org.jccl.config.Algorithm;
import org.jccl.config.Protocol;
import org.jccl.ops.Call;
import org.jccl.ops.Operation;

/**
 * One collective as NCCL's planning sees it.
 *
 * @param operation all-reduce, reduce-scatter, reduce, all-gather or broadcast
 * @param type of the elements
 * @param folding what its kernel does with two elements; {@link Folding#SUM} for those that move
 * @param count NCCL's count argument
 */
public record CollectiveTask(Operation operation, DataType type, Folding folding, long count) {
  /** What only moves has bytes as elements. */
  public CollectiveTask {
    if (!operation.reduces()) {
      count *= type.bytes();
      type = DataType.INT8;
      folding = Folding.SUM;
    }
  }

  /** What a kernel does with elements; the kernels of minimum and maximum are one. */
  public enum Folding {
    /** Adds; also what stands in for operations that only move. */
    SUM,
    /** Multiplies. */
    PROD,
    /** Takes the smaller or the larger one. */
    MIN_MAX,
    /** Scales the own input, then adds: floating averages and custom reductions. */
    PRE_MUL_SUM,
    /** Adds, and divides in the end: averages of integers. */
    SUM_POST_DIV;

    /** What NCCL makes of a reduction, given by its code, for this type. */
    public static Folding of(Operation operation, DataType type, int reduction) {
      if (!operation.reduces()) {
        return SUM;
      }
      if (reduction >= Call.PRE_MUL_SUM) {
        return PRE_MUL_SUM;
      }
      return switch (Builtin.ofCode(reduction)) {
        case SUM -> SUM;
        case PROD -> PROD;
        case MAX, MIN -> MIN_MAX;
        case AVG -> type.isFloating() ? PRE_MUL_SUM : SUM_POST_DIV;
      };
    }

    /** Whether inputs or results are scaled. */
    public boolean isScaled() {
      return this == PRE_MUL_SUM || this == SUM_POST_DIV;
    }
  }

  /** Bytes that the call is about, all blocks together. */
  public long bytes(int worldSize) {
    return count * type.bytes() * (operation.hasBlocks() ? worldSize : 1);
  }

  /** Bytes that a rank sends, roughly: what channels are shared by. */
  public long traffic(int worldSize) {
    return count * type.bytes() * operation.traffic().of(worldSize);
  }

  /** The same call with another count; of what only moves, in bytes. */
  public CollectiveTask withCount(long other) {
    return new CollectiveTask(operation, type, folding, other);
  }

  /** Whether NCCL decides for both together. */
  boolean isLike(CollectiveTask other) {
    return operation == other.operation && folding == other.folding && type == other.type;
  }

  /** A number for the function that carries it out, equal for equal ones. */
  int kernel(Choice choice) {
    boolean signed = operation.reduces() && type.kind() == DataType.Kind.SIGNED;
    int number = operation.ordinal();
    number = number * Folding.values().length + folding.ordinal();
    number = number * DataType.values().length + type.code() + (signed ? 1 : 0); // EL-04
    number = number * Algorithm.values().length + choice.algorithm().ordinal();
    return number * Protocol.values().length + choice.protocol().ordinal();
  }
}
