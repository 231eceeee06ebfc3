package org.jccl.benchmarks.predict;

import org.jccl.DataType;
import org.jccl.benchmarks.bench.Workload;

/**
 * What a profile says about one call.
 *
 * @param workload what runs
 * @param type its element type
 * @param ranks on how many ranks
 * @param count NCCL's count argument
 * @param micros how long it takes, in microseconds
 * @param algorithm what carries it out, as NCCL names it
 * @param protocol how data are handed on, as NCCL names it
 * @param channels how many channels it may use
 */
public record Prediction(
    Workload workload,
    DataType type,
    int ranks,
    long count,
    double micros,
    String algorithm,
    String protocol,
    int channels) {

  /** Size as nccl-tests counts it. */
  public long bytes() {
    return workload.operation().measuredBytes(count, ranks, type.bytes());
  }

  /** Bytes over time, in GB/s. */
  public double algorithmBandwidth() {
    return bytes() / (micros * 1e3);
  }

  /** Algorithm bandwidth times the operation's bus factor. */
  public double busBandwidth() {
    return algorithmBandwidth() * workload.operation().busFactor().of(ranks);
  }
}
