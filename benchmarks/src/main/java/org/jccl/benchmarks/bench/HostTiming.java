package org.jccl.benchmarks.bench;

import java.time.Duration;
import org.jccl.Device;
import org.jccl.Stream;

/**
 * Time by the host's clock: what this CPU takes to carry the operations out. Between two looks at
 * the clock lie several operations and one synchronization, whose cost they share. The median
 * counts, not the mean: a compilation or collection of the JVM belongs to no operation.
 */
final class HostTiming implements Timing {
  private static final int SAMPLES = 10;

  @Override
  public String clock() {
    return "host";
  }

  @Override
  public Duration settling() {
    // The JVM compiles vector code late: until then it is a hundred times slower.
    return Duration.ofMillis(1000);
  }

  @Override
  public String note() {
    return "times are this CPU's, not a GPU's: wall time of the simulation, median of the samples,"
        + " slowest rank";
  }

  @Override
  public RankTimes measure(Device device, Stream stream, Runnable issue, int iterations) {
    int batch = Math.max(1, iterations / SAMPLES);
    double[] samples = new double[iterations / batch];
    double[] enqueue = new double[samples.length * batch];
    for (int sample = 0; sample < samples.length; sample++) {
      long begin = System.nanoTime();
      long before = begin;
      for (int i = 0; i < batch; i++) {
        issue.run();
        long after = System.nanoTime();
        enqueue[sample * batch + i] = after - before;
        before = after;
      }
      stream.synchronize();
      samples[sample] = (System.nanoTime() - begin) / 1e3 / batch;
    }
    double typical = Statistics.median(samples.clone());
    return new RankTimes(typical, samples, batch, Statistics.median(enqueue));
  }
}
