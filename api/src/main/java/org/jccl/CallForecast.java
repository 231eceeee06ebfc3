package org.jccl;

import java.util.Locale;
import java.util.OptionalDouble;

/**
 * Which way a call of a communicator takes, why, and how long it is expected to take; see {@link
 * Communicator#plan}.
 *
 * @param operation the operation: {@code all_reduce}
 * @param bytes its size, as tables of benchmarks count: the bytes of the larger of the two buffers
 * @param memory what the communicator knows of its buffers on this rank
 * @param isOwnKernel whether one of jccl's own kernels carries it out ({@link
 *     org.jccl.config.Tuning#kernels()})
 * @param ctas how many thread blocks NCCL is given; 0 leaves that to NCCL
 * @param why why it takes this way, in words
 * @param micros what such a call was measured to take on this GPU, number of ranks and version of
 *     NCCL, in microseconds, between the two nearest sizes; empty if nobody has measured that
 * @param preparedMicros the same for one of many prepared calls ({@link Communicator#prepare})
 */
public record CallForecast(
    String operation,
    long bytes,
    CallMemory memory,
    boolean isOwnKernel,
    int ctas,
    String why,
    OptionalDouble micros,
    OptionalDouble preparedMicros) {

  /** {@return the way, for people: {@code windows, 32 thread blocks}} */
  public String way() {
    if (isOwnKernel) {
      return "own kernel";
    }
    return memory == CallMemory.PLAIN && ctas == 0
        ? "NCCL's defaults"
        : memory.label()
            + (memory == CallMemory.PLAIN ? " memory" : "")
            + (ctas == 0 ? "" : ", " + ctas + " thread blocks");
  }

  @Override
  public String toString() {
    return operation
        + " of "
        + bytes
        + " bytes: "
        + way()
        + (micros.isEmpty() ? "" : ", " + words(micros))
        + (preparedMicros.isEmpty() ? "" : ", prepared " + words(preparedMicros))
        + " ("
        + why
        + ")";
  }

  private static String words(OptionalDouble time) {
    return String.format(Locale.ROOT, "%.2f us", time.getAsDouble());
  }
}
