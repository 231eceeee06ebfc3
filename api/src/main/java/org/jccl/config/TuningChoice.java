package org.jccl.config;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * What is chosen for a communicator, why, and what it was measured to take.
 *
 * @param ctas how many thread blocks NCCL is given, fewest and most alike; 0 leaves that to NCCL
 * @param windows whether memory of {@code Communicator.allocate} lies in symmetric windows
 * @param why where the choice comes from, in words
 * @param times what was measured; empty if nothing was
 */
public record TuningChoice(int ctas, boolean windows, String why, List<Time> times) {
  /**
   * What one operation of one size was measured to take, in microseconds.
   *
   * @param operation the operation's name: {@code all_reduce}
   * @param bytes its size, as tables of benchmarks count
   * @param plain a call with NCCL's defaults
   * @param tuned a call with this choice
   * @param prepared the same as a prepared call
   * @param kernel a call by jccl's own kernels; NaN if nobody has measured that
   * @param kernelPrepared the same as a prepared call
   */
  public record Time(
      String operation,
      long bytes,
      double plain,
      double tuned,
      double prepared,
      double kernel,
      double kernelPrepared) {
    /**
     * A time without own kernels.
     *
     * @param operation the operation's name
     * @param bytes its size
     * @param plain a call with NCCL's defaults
     * @param tuned a call with this choice
     * @param prepared the same as a prepared call
     */
    public Time(String operation, long bytes, double plain, double tuned, double prepared) {
      this(operation, bytes, plain, tuned, prepared, Double.NaN, Double.NaN);
    }
  }

  /** With an immutable list. */
  public TuningChoice {
    times = List.copyOf(times);
  }

  /**
   * {@return NCCL's defaults}
   *
   * @param why the reason, in words
   */
  public static TuningChoice none(String why) {
    return new TuningChoice(0, false, why, List.of());
  }

  /** {@return whether it changes anything} */
  public boolean isNone() {
    return ctas == 0 && !windows;
  }

  /** {@return the same as far as sums keep the bits of NCCL's defaults} */
  TuningChoice withSameBits() {
    return isNone()
        ? this
        : none("thread blocks and windows change the order of sums; the same bits were asked for");
  }

  /**
   * {@return what such a call is expected to take, in microseconds: between the two nearest sizes
   * that were measured; empty if that is not known}
   *
   * @param operation the operation's name
   * @param bytes its size, as tables of benchmarks count
   * @param prepared whether it is a prepared call
   */
  public OptionalDouble micros(String operation, long bytes, boolean prepared) {
    return between(operation, bytes, prepared ? Time::prepared : Time::tuned);
  }

  /**
   * {@return what such a call is expected to take with NCCL's defaults, in microseconds; empty if
   * that is not known}
   *
   * @param operation the operation's name
   * @param bytes its size, as tables of benchmarks count
   */
  public OptionalDouble defaultMicros(String operation, long bytes) {
    return between(operation, bytes, Time::plain);
  }

  /**
   * {@return what such a call is expected to take by jccl's own kernels, in microseconds; empty if
   * that is not known}
   *
   * @param operation the operation's name
   * @param bytes its size, as tables of benchmarks count
   * @param prepared whether it is a prepared call
   */
  public OptionalDouble kernelMicros(String operation, long bytes, boolean prepared) {
    return between(operation, bytes, prepared ? Time::kernelPrepared : Time::kernel);
  }

  private OptionalDouble between(String operation, long bytes, ToDoubleFunction<Time> column) {
    List<Time> known =
        times.stream().filter(each -> !Double.isNaN(column.applyAsDouble(each))).toList();
    Optional<Time> below = nearest(known, operation, bytes, false);
    Optional<Time> above = nearest(known, operation, bytes, true);
    if (below.isEmpty() || above.isEmpty()) {
      return OptionalDouble.empty();
    }
    double low = column.applyAsDouble(below.get());
    double high = column.applyAsDouble(above.get());
    long span = above.get().bytes - below.get().bytes;
    double share = span == 0 ? 0 : (double) (bytes - below.get().bytes) / span;
    return OptionalDouble.of(low + (high - low) * share);
  }

  private static Optional<Time> nearest(
      List<Time> known, String operation, long bytes, boolean above) {
    return known.stream()
        .filter(each -> each.operation.equals(operation))
        .filter(each -> above ? each.bytes >= bytes : each.bytes <= bytes)
        .min((a, b) -> Long.compare(Math.abs(a.bytes - bytes), Math.abs(b.bytes - bytes)));
  }

  /** {@return the choice for people: {@code 32 thread blocks, windows}} */
  public String words() {
    if (isNone()) {
      return "NCCL's defaults";
    }
    String blocks = ctas == 0 ? "" : ctas + " thread blocks";
    return windows ? (blocks.isEmpty() ? "windows" : blocks + ", windows") : blocks;
  }

  @Override
  public String toString() {
    return words() + " (" + why + ")";
  }
}
