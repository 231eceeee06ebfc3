package org.jccl.sim.cost;

import org.jccl.DataType;
import org.jccl.ops.Operation;
import org.jccl.sim.algo.Choice;
import org.jccl.sim.algo.SymmetricKernel;
import org.jspecify.annotations.Nullable;

/**
 * How long things take in virtual time. Safe for use by many threads.
 *
 * <p>Two kinds: {@link NcclModel}, NCCL's own, and {@link CalibratedModel}, of the same form and
 * fitted to measurements.
 */
public interface CostModel {
  /** Nanoseconds that any device operation takes at least. */
  long LAUNCH_NANOS = 6_000;

  /** Bandwidth of a device's memory, in bytes per nanosecond. */
  double MEMORY_BYTES_PER_NANO = 4_000;

  /** Nanoseconds of a microsecond. */
  double NANOS = 1e3;

  /** Name of the machine that is imitated, for people. */
  String profile();

  /** The tuner of {@code ranks} on devices 0, 1, 2 and so on. */
  Tuner tuner(int ranks);

  /**
   * Microseconds of one collective.
   *
   * @param tuner of the communicator
   * @param choice how it is carried out
   * @param bytes the larger of the two buffers ({@link Operation#measuredBytes})
   */
  double collective(Tuner tuner, Operation operation, Choice choice, long bytes);

  /**
   * Microseconds of one collective that a symmetric kernel carries out.
   *
   * @param bytes the larger of the two buffers
   * @param estimate NCCL's own
   */
  default double symmetric(SymmetricKernel kernel, long bytes, double estimate) {
    return estimate;
  }

  /**
   * Microseconds of one message, or of the messages of one rank in an operation that is made of
   * them.
   */
  double message(Operation operation, long bytes);

  /** Nanoseconds of a copy or a fill inside one device, or between it and the host. */
  default long copy(long bytes) {
    return LAUNCH_NANOS / 2 + (long) (bytes / MEMORY_BYTES_PER_NANO);
  }

  /** Nanoseconds of one operation among ranks on devices 0, 1, 2 and so on. */
  default long operation(Operation operation, long count, int ranks, int elementBytes) {
    long bytes = operation.measuredBytes(count, ranks, elementBytes);
    if (ranks == 1) {
      return 2 * copy(bytes);
    }
    Tuner tuner = tuner(ranks);
    Choice choice = tuner.choose(operation, ofSize(elementBytes), false, count);
    return (long) (NANOS * micros(tuner, operation, choice, bytes));
  }

  /**
   * Microseconds of one operation.
   *
   * @param choice how it is carried out; null if it is made of messages
   */
  default double micros(Tuner tuner, Operation operation, @Nullable Choice choice, long bytes) {
    return choice == null
        ? message(operation, (long) (bytes * operation.busFactor().of(tuner.worldSize())))
        : collective(tuner, operation, choice, bytes);
  }

  private static DataType ofSize(int bytes) {
    return switch (bytes) {
      case 1 -> DataType.INT8;
      case 2 -> DataType.FLOAT16;
      case 4 -> DataType.FLOAT32;
      default -> DataType.FLOAT64;
    };
  }
}
