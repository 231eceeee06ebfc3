package org.jccl.benchmarks.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jccl.Device;
import org.jccl.Event;
import org.jccl.Stream;

/**
 * Time by the GPU's own events. The mean comes from one uninterrupted run of all iterations, as
 * nccl-tests measures; the single samples from a second run with an event after each iteration,
 * which costs the device a little.
 */
final class DeviceTiming implements Timing {
  private final boolean isVirtual;

  /**
   * A clock.
   *
   * @param isVirtual whether the devices are simulated ones, whose events tell NCCL's model
   */
  DeviceTiming(boolean isVirtual) {
    this.isVirtual = isVirtual;
  }

  @Override
  public boolean isMean() {
    return true;
  }

  @Override
  public String clock() {
    return "device";
  }

  @Override
  public Duration settling() {
    return Duration.ofMillis(500);
  }

  @Override
  public String note() {
    return (isVirtual ? VIRTUAL : "times are the GPU's, by events on its stream")
        + "; a collective's time is its slowest rank's (nccl-tests averages over ranks)";
  }

  @Override
  public RankTimes measure(Device device, Stream stream, Runnable issue, int iterations) {
    double mean = uninterrupted(device, stream, issue, iterations);
    double[] enqueue = new double[iterations];
    double[] samples = oneByOne(device, stream, issue, enqueue);
    return new RankTimes(mean, samples, 1, Statistics.median(enqueue));
  }

  private static double uninterrupted(
      Device device, Stream stream, Runnable issue, int iterations) {
    try (Event begin = device.newEvent();
        Event end = device.newEvent()) {
      begin.record(stream);
      for (int i = 0; i < iterations; i++) {
        issue.run();
      }
      end.record(stream);
      stream.synchronize();
      return end.microsSince(begin) / iterations;
    }
  }

  private static double[] oneByOne(
      Device device, Stream stream, Runnable issue, double[] enqueueNanos) {
    int rounds = enqueueNanos.length;
    List<Event> marks = new ArrayList<>(rounds + 1);
    try {
      for (int i = 0; i <= rounds; i++) {
        marks.add(device.newEvent());
      }
      marks.getFirst().record(stream);
      for (int i = 0; i < rounds; i++) {
        long before = System.nanoTime();
        issue.run();
        enqueueNanos[i] = System.nanoTime() - before;
        marks.get(i + 1).record(stream);
      }
      stream.synchronize();
      double[] micros = new double[rounds];
      for (int i = 0; i < rounds; i++) {
        micros[i] = marks.get(i + 1).microsSince(marks.get(i));
      }
      return micros;
    } finally {
      marks.forEach(Event::close);
    }
  }
}
