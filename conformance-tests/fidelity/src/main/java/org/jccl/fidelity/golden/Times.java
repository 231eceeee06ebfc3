package org.jccl.fidelity.golden;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.fidelity.golden.RecordedMicros.Source;

/** Measures or asks for times of f32 sums and moves, by powers of two. */
final class Times {
  private static final List<Collective> ALL =
      List.of(
          Collective.ALL_REDUCE,
          Collective.REDUCE_SCATTER,
          Collective.REDUCE,
          Collective.ALL_GATHER,
          Collective.BROADCAST,
          Collective.SEND_RECV);

  private static final int LEAST = 3;
  private static final int MOST_MEASURED = 26;
  private static final int MOST_ESTIMATED = 30;
  private static final int WARM_UPS = 3;
  private static final int ROUNDS = 5;
  private static final int CALLS = 10;

  private final Communicator communicator;
  private final int id;
  private final Consumer<RecordedMicros> out;

  /**
   * @param id number of the communicator in the recording
   * @param out hears of each time
   */
  Times(Communicator communicator, int id, Consumer<RecordedMicros> out) {
    this.communicator = communicator;
    this.id = id;
    this.out = out;
  }

  /** Goes through all sizes. */
  void record(boolean estimated) {
    for (Collective collective : ALL) {
      if (estimated && collective == Collective.SEND_RECV) {
        continue; // messages are not estimated (GRP-31)
      }
      for (int log = LEAST; log <= (estimated ? MOST_ESTIMATED : MOST_MEASURED); log++) {
        long bytes = 1L << log;
        long count = count(collective, bytes);
        if (count == 0) {
          continue;
        }
        if (estimated) {
          OptionalDouble micros = Replay.estimate(communicator, collective, count);
          micros.ifPresent(value -> say(Source.ESTIMATED, collective, count, bytes, value));
        } else {
          double value = measured(collective, count);
          say(Source.MEASURED, collective, count, bytes, Math.round(value * 1000) / 1000.0);
        }
      }
    }
  }

  private void say(Source source, Collective collective, long count, long bytes, double micros) {
    out.accept(new RecordedMicros(0, id, source, collective, count, bytes, micros));
  }

  private long count(Collective collective, long bytes) {
    int size = DataType.FLOAT32.bytes();
    return collective.operation().countFor(bytes, communicator.worldSize(), size);
  }

  /** Median of a few rounds, by the device's own events. */
  private double measured(Collective collective, long count) {
    Device device = communicator.device();
    int n = communicator.worldSize();
    double[] rounds = new double[ROUNDS];
    try (DeviceBuffer send = device.allocate(DataType.FLOAT32, collective.inputs(count, n));
        DeviceBuffer recv = device.allocate(DataType.FLOAT32, collective.outputs(count, n));
        Stream stream = device.newStream();
        Event begin = device.newEvent();
        Event end = device.newEvent()) {
      send.fill((byte) 0, stream);
      repeat(WARM_UPS, collective, send, recv, stream);
      stream.synchronize();
      for (int round = 0; round < ROUNDS; round++) {
        begin.record(stream);
        repeat(CALLS, collective, send, recv, stream);
        end.record(stream);
        stream.synchronize();
        rounds[round] = end.microsSince(begin) / CALLS;
      }
    }
    Arrays.sort(rounds);
    return rounds[ROUNDS / 2];
  }

  private void repeat(
      int times, Collective collective, DeviceBuffer send, DeviceBuffer recv, Stream stream) {
    int rank = communicator.rank();
    int n = communicator.worldSize();
    for (int i = 0; i < times; i++) {
      collective.issue(communicator, send, recv, ReduceOp.SUM, 0, rank, n, stream);
    }
  }
}
