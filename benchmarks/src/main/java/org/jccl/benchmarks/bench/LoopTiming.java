package org.jccl.benchmarks.bench;

import java.time.Duration;
import org.jccl.Device;
import org.jccl.Stream;

/**
 * Time as nccl-tests takes it: the host's clock around back-to-back calls and one synchronization
 * at their end, divided by the calls. For comparisons with tools that measure so.
 */
final class LoopTiming implements Timing {
  private static final int SAMPLES = 5;

  private final Duration settling;

  LoopTiming(Duration settling) {
    this.settling = settling;
  }

  @Override
  public String clock() {
    return "loop";
  }

  @Override
  public Duration settling() {
    return settling;
  }

  @Override
  public String note() {
    return "times are the host's, around back-to-back calls up to the stream's end, as nccl-tests"
        + " takes them; slowest rank";
  }

  @Override
  public RankTimes measure(Device device, Stream stream, Runnable issue, int iterations) {
    double[] samples = new double[SAMPLES];
    double[] enqueue = new double[SAMPLES];
    for (int sample = 0; sample < SAMPLES; sample++) {
      long begin = System.nanoTime();
      for (int i = 0; i < iterations; i++) {
        issue.run();
      }
      long issued = System.nanoTime();
      stream.synchronize();
      samples[sample] = (System.nanoTime() - begin) / 1e3 / iterations;
      enqueue[sample] = (issued - begin) / (double) iterations;
    }
    return new RankTimes(
        Statistics.median(samples), samples, iterations, Statistics.median(enqueue));
  }
}
