package org.jccl.sim.cost;

import java.util.Map;
import org.jccl.config.Algorithm;
import org.jccl.config.Protocol;
import org.jccl.ops.Operation;
import org.jccl.sim.algo.Choice;
import org.jccl.sim.algo.SymmetricKernel;
import org.jspecify.annotations.Nullable;

/**
 * NCCL's model with corrections for each operation, algorithm and protocol: what every call costs
 * besides, launching above all, a factor of the latency, one of the time that bytes take, and, as
 * NCCL has them for trees, factors by size.
 *
 * @param name what it is called
 * @param base the model that is corrected
 * @param corrections what was fitted
 * @param otherwise for what was not measured
 */
public record CalibratedModel(
    String name, NcclModel base, Map<Key, Correction> corrections, Correction otherwise)
    implements CostModel {

  /**
   * What a correction is for.
   *
   * @param algorithm null for operations that are made of messages
   * @param protocol likewise
   */
  public record Key(
      Operation operation, @Nullable Algorithm algorithm, @Nullable Protocol protocol) {
    /** Of one call. */
    static Key of(Operation operation, @Nullable Choice choice) {
      return choice == null
          ? new Key(operation, null, null)
          : new Key(operation, choice.algorithm(), choice.protocol());
    }
  }

  /**
   * How the model's time is corrected.
   *
   * @param overheadMicros what every call costs besides
   * @param latency factor of the latency
   * @param transfer factor of the time that bytes take
   * @param factors of the whole, by size: what the other three leave
   */
  public record Correction(
      double overheadMicros, double latency, double transfer, SizeFactors factors) {
    /** The same at every size. */
    public Correction(double overheadMicros, double latency, double transfer) {
      this(overheadMicros, latency, transfer, SizeFactors.none());
    }

    /** Refuses what no measurement can be. */
    public Correction {
      require("overheadMicros", overheadMicros, overheadMicros >= 0);
      require("latency", latency, latency >= 0);
      require("transfer", transfer, transfer > 0);
    }

    private static void require(String field, double value, boolean sane) {
      if (!sane || !Double.isFinite(value)) {
        throw new IllegalArgumentException(
            "correction: %s is %s, expected a positive number".formatted(field, value));
      }
    }

    /** The corrected time, in microseconds. */
    double apply(double latencyMicros, double transferMicros, long bytes) {
      return factors.at(bytes) * smooth(latencyMicros, transferMicros);
    }

    /** The same without the factors by size. */
    double smooth(double latencyMicros, double transferMicros) {
      return overheadMicros + latency * latencyMicros + transfer * transferMicros;
    }
  }

  /** Copies the corrections. */
  public CalibratedModel {
    corrections = Map.copyOf(corrections);
  }

  @Override
  public String profile() {
    return name;
  }

  @Override
  public Tuner tuner(int ranks) {
    return base.tuner(ranks);
  }

  private Correction correction(Key key) {
    return corrections.getOrDefault(key, otherwise);
  }

  @Override
  public double collective(Tuner tuner, Operation operation, Choice choice, long bytes) {
    double latency = tuner.latency(operation, choice.algorithm(), choice.protocol());
    double whole = base.collective(tuner, operation, choice, bytes);
    return correction(Key.of(operation, choice))
        .apply(latency, Math.max(0, whole - latency), bytes);
  }

  @Override
  public double symmetric(SymmetricKernel kernel, long bytes, double estimate) {
    return SymmetricTimes.micros(kernel, bytes, estimate);
  }

  @Override
  public double message(Operation operation, long bytes) {
    return correction(Key.of(operation, null))
        .apply(base.messageLatency(), bytes / base.messageBandwidth(), bytes);
  }
}
