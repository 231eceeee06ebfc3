package org.jccl.benchmarks.bench;

import java.time.Duration;
import java.util.List;
import org.jccl.Backend;
import org.jccl.Device;
import org.jccl.Stream;

/** Whose time the time columns show, and how it is taken. */
public sealed interface Timing permits DeviceTiming, HostTiming, LoopTiming, QueuedTiming {
  /** What simulated devices tell is no measurement. */
  String VIRTUAL = "times are virtual: NCCL's model of the imitated GPU, measured nowhere";

  /** The clocks that a user can name. */
  List<String> CLOCKS = List.of("auto", "device", "host", "loop", "queued");

  /** The clock that means something on {@code backend}. */
  static Timing of(Backend backend) {
    // The simulator's events tell modelled time, which predicts a GPU and measures nothing.
    return backend.name().equals("nccl") ? new DeviceTiming(false) : new HostTiming();
  }

  /**
   * The clock that a user names: {@code auto}, {@code device}, {@code host}, {@code loop} or {@code
   * queued}.
   *
   * @throws IllegalArgumentException if there is no such clock
   */
  static Timing of(Backend backend, String clock) {
    return switch (clock) {
      case "auto" -> of(backend);
      case "device" -> new DeviceTiming(!backend.name().equals("nccl"));
      case "host" -> new HostTiming();
      case "loop" -> new LoopTiming(of(backend).settling());
      case "queued" -> backend.name().equals("nccl") ? QueuedTiming.real() : QueuedTiming.virtual();
      default ->
          throw new IllegalArgumentException(
              "no clock is called '" + clock + "': use auto, device, host, loop or queued");
    };
  }

  /** {@code device}, {@code host}, {@code loop} or {@code queued}. */
  String clock();

  /** How long an operation runs unmeasured until its times are worth something. */
  Duration settling();

  /**
   * Whether the time of an operation is a mean over an uninterrupted run, apart from the samples;
   * otherwise it is their median.
   */
  default boolean isMean() {
    return false;
  }

  /** One sentence for the head of every table. */
  String note();

  /**
   * Gets what measuring on a device needs. Called before anything runs on any device: CUDA may wait
   * for all of them when it allocates.
   */
  default void prepare(Device device) {}

  /** Gives back what {@link #prepare} got. */
  default void finish(Device device) {}

  /**
   * Issues {@code iterations} operations on {@code stream} and times them; all ranks do so at once.
   *
   * @param issue enqueues one operation
   */
  RankTimes measure(Device device, Stream stream, Runnable issue, int iterations);
}
