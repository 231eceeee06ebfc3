package org.jccl.benchmarks.bench;

import java.time.Duration;
import org.jccl.Backend;
import org.jccl.Device;
import org.jccl.Stream;

/** Whose time the time columns show, and how it is taken. */
public sealed interface Timing permits DeviceTiming, HostTiming {
  /** The clock that means something on {@code backend}. */
  static Timing of(Backend backend) {
    // The simulator's events tell modelled time, which predicts a GPU and measures nothing.
    return backend.name().equals("nccl") ? new DeviceTiming() : new HostTiming();
  }

  /** {@code device} or {@code host}. */
  String clock();

  /** How long an operation runs unmeasured until its times are worth something. */
  Duration settling();

  /** One sentence for the head of every table. */
  String note();

  /**
   * Issues {@code iterations} operations on {@code stream} and times them; all ranks do so at once.
   *
   * @param issue enqueues one operation
   */
  RankTimes measure(Device device, Stream stream, Runnable issue, int iterations);
}
