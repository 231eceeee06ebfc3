package org.jccl.benchmarks.report;

import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One line of the table.
 *
 * @param operation label, for example {@code all_reduce}
 * @param bytes size as nccl-tests counts it: the larger of the two buffers
 * @param count NCCL's count argument, in elements
 * @param type nccl-tests' name of the data type
 * @param reduction label of the reduction; null if the operation does not reduce
 * @param root the root; null if the operation has none
 * @param outOfPlace with separate buffers
 * @param inPlace in the operation's in-place form; null if it has none
 */
public record Row(
    String operation,
    long bytes,
    long count,
    String type,
    @Nullable String reduction,
    @Nullable Integer root,
    Measurement outOfPlace,
    @Nullable Measurement inPlace) {

  /** The measurements there are, out of place first. */
  public Stream<Measurement> measurements() {
    return Stream.concat(Stream.of(outOfPlace), Stream.ofNullable(inPlace));
  }

  /** Whether a measurement of this row had wrong results. */
  public boolean isWrong() {
    return measurements().anyMatch(Measurement::isWrong);
  }
}
