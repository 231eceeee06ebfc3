package org.jccl.benchmarks.predict;

/**
 * How a call is made: what a communicator is given, and where its buffers lie.
 *
 * @param ctas how many thread blocks NCCL is given; 0 leaves that to NCCL
 * @param windows whether buffers lie in symmetric windows
 * @param kernels whether jccl's own kernels carry out what they can
 */
public record TunedWay(int ctas, boolean windows, boolean kernels) {
  /** NCCL's defaults. */
  public static final TunedWay DEFAULT = new TunedWay(0, false, false);

  /** Its name in {@code rounds.json}: that of prepared calls, for which no host is waited for. */
  public String inRounds() {
    return (ctas > 0 || windows ? "tuned" : "default")
        + (kernels ? ", kernels" : "")
        + ", prepared";
  }
}
