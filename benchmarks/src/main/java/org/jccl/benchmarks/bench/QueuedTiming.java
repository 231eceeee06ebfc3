package org.jccl.benchmarks.bench;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Stream;

/**
 * Time by the GPU's own events, without the host's share: the calls are enqueued behind fills of
 * memory that keep the GPU busy until all of them are there. Small operations take a GPU less time
 * than a host needs to enqueue them, and how long that is differs from run to run; a model of the
 * GPU must not learn it.
 */
final class QueuedTiming implements Timing {
  private static final int REAL_ROUNDS = 5;

  /**
   * Calls between the fills and the first event: they let the ranks catch up with each other. A
   * root can be eight slots ahead of its peers.
   */
  private static final int LEAD = 16;

  private static final long FILL_BYTES = 256L << 20;

  /** More fills would be no use: a queue of that many calls is full before they are done. */
  private static final int MOST_FILLS = 400;

  private final Duration settling;
  private final long fillBytes;
  private final boolean isVirtual;
  private final Map<Integer, DeviceBuffer> pads = new ConcurrentHashMap<>();

  private QueuedTiming(Duration settling, long fillBytes, boolean isVirtual) {
    this.isVirtual = isVirtual;
    this.settling = settling;
    this.fillBytes = fillBytes;
  }

  /** On a real device. */
  static QueuedTiming real() {
    return new QueuedTiming(Duration.ofMillis(500), FILL_BYTES, false);
  }

  /** In virtual time, where enqueueing costs nothing: nothing needs hiding, nothing settles. */
  static QueuedTiming virtual() {
    return new QueuedTiming(Duration.ZERO, 1, true);
  }

  @Override
  public String clock() {
    return "queued";
  }

  @Override
  public Duration settling() {
    return settling;
  }

  @Override
  public String note() {
    return (isVirtual ? VIRTUAL : "times are the GPU's")
        + ", of calls that were enqueued before the first one ran, so that"
        + " enqueueing them costs nothing; median of "
        + rounds()
        + " rounds, slowest rank";
  }

  @Override
  public void prepare(Device device) {
    pads.put(device.index(), device.allocate(DataType.UINT8, fillBytes));
  }

  @Override
  public void finish(Device device) {
    DeviceBuffer pad = pads.remove(device.index());
    if (pad != null) {
      pad.close();
    }
  }

  private int rounds() {
    return isVirtual ? 1 : REAL_ROUNDS;
  }

  @Override
  public RankTimes measure(Device device, Stream stream, Runnable issue, int iterations) {
    double[] samples = new double[rounds()];
    int lead = isVirtual ? 1 : LEAD;
    DeviceBuffer pad = pads.get(device.index());
    if (pad == null) {
      throw new IllegalStateException("measured on " + device + " before it was prepared");
    }
    double fillNanos = fillNanos(device, stream, pad);
    double callNanos = callNanos(stream, issue, lead);
    for (int round = 0; round < samples.length; round++) {
      int fills = isVirtual ? 1 : fills(callNanos * (lead + iterations), fillNanos);
      for (int i = 0; i < fills; i++) {
        pad.fill((byte) 0, stream);
      }
      for (int i = 0; i < lead; i++) {
        issue.run();
      }
      samples[round] = timed(device, stream, issue, iterations);
    }
    return new RankTimes(Statistics.median(samples.clone()), samples, iterations, callNanos);
  }

  /** Twice what enqueueing takes, for not every round is as fast as the first. */
  private static int fills(double busyNanos, double fillNanos) {
    return (int) Math.clamp(Math.ceil(2 * busyNanos / fillNanos), 1, MOST_FILLS);
  }

  private static double fillNanos(Device device, Stream stream, DeviceBuffer pad) {
    pad.fill((byte) 0, stream);
    try (Event begin = device.newEvent();
        Event end = device.newEvent()) {
      begin.record(stream);
      pad.fill((byte) 0, stream);
      end.record(stream);
      stream.synchronize();
      return Math.max(1, end.microsSince(begin) * 1e3);
    }
  }

  private static double callNanos(Stream stream, Runnable issue, int calls) {
    long began = System.nanoTime();
    for (int i = 0; i < calls; i++) {
      issue.run();
    }
    long nanos = System.nanoTime() - began;
    stream.synchronize();
    return nanos / (double) calls;
  }

  private static double timed(Device device, Stream stream, Runnable issue, int iterations) {
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
}
