package org.jccl.fidelity.golden;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.conformance.cases.CallForm;
import org.jccl.conformance.cases.GroupMember;
import org.jccl.conformance.engine.TypedRunner;
import org.jccl.fidelity.golden.RecordedMicros.Source;
import org.jccl.ops.Operation;

/** Measures or asks for times of f32 sums and moves, by powers of two. */
final class Times {
  private static final List<CallForm> ALL =
      List.of(
          CallForm.of(Operation.ALL_REDUCE),
          CallForm.of(Operation.REDUCE_SCATTER),
          CallForm.of(Operation.REDUCE),
          CallForm.of(Operation.ALL_GATHER),
          CallForm.of(Operation.BROADCAST),
          CallForm.SEND_RECV);

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
    for (CallForm form : ALL) {
      if (estimated && form.isExchange()) {
        continue; // messages are not estimated (GRP-31)
      }
      for (int log = LEAST; log <= (estimated ? MOST_ESTIMATED : MOST_MEASURED); log++) {
        long bytes = 1L << log;
        long count = count(form, bytes);
        if (count == 0) {
          continue;
        }
        if (estimated) {
          OptionalDouble micros = estimate(communicator, form, count);
          micros.ifPresent(value -> say(Source.ESTIMATED, form, count, bytes, value));
        } else {
          double value = measured(form, count);
          say(Source.MEASURED, form, count, bytes, Math.round(value * 1000) / 1000.0);
        }
      }
    }
  }

  private void say(Source source, CallForm form, long count, long bytes, double micros) {
    out.accept(new RecordedMicros(0, id, source, form, count, bytes, micros));
  }

  private long count(CallForm form, long bytes) {
    int size = DataType.FLOAT32.bytes();
    return form.operation().countFor(bytes, communicator.worldSize(), size);
  }

  /** Median of a few rounds, by the device's own events. */
  private double measured(CallForm form, long count) {
    Device device = communicator.device();
    int n = communicator.worldSize();
    double[] rounds = new double[ROUNDS];
    try (DeviceBuffer send = device.allocate(DataType.FLOAT32, form.sendElements(count, n));
        DeviceBuffer recv = device.allocate(DataType.FLOAT32, form.receiveElements(count, n));
        Stream stream = device.newStream();
        Event begin = device.newEvent();
        Event end = device.newEvent()) {
      send.fill((byte) 0, stream);
      repeat(WARM_UPS, form, send, recv, stream);
      stream.synchronize();
      for (int round = 0; round < ROUNDS; round++) {
        begin.record(stream);
        repeat(CALLS, form, send, recv, stream);
        end.record(stream);
        stream.synchronize();
        rounds[round] = end.microsSince(begin) / CALLS;
      }
    }
    Arrays.sort(rounds);
    return rounds[ROUNDS / 2];
  }

  private void repeat(
      int times, CallForm form, DeviceBuffer send, DeviceBuffer recv, Stream stream) {
    for (int i = 0; i < times; i++) {
      issue(communicator, communicator, form, send, recv, stream);
    }
  }

  private static void issue(
      Collectives on,
      Communicator communicator,
      CallForm form,
      DeviceBuffer send,
      DeviceBuffer recv,
      Stream stream) {
    GroupMember me =
        new GroupMember(communicator.rank(), communicator.rank(), communicator.worldSize());
    int root = form.isExchange() ? 1 : 0;
    TypedRunner.issueEven(on, form, me, send, recv, ReduceOp.SUM, root, stream);
  }

  /** What NCCL's model says of a sum of {@code count} f32 elements; nothing is performed. */
  static OptionalDouble estimate(Communicator communicator, CallForm form, long count) {
    int n = communicator.worldSize();
    Device device = communicator.device();
    try (DeviceBuffer room = device.allocate(DataType.FLOAT32, 1)) {
      // Nothing is read or written: the buffers need not be there, only apart from each other.
      long sent = form.sendElements(count, n);
      DeviceBuffer send = DeviceBuffer.wrap(device, DataType.FLOAT32, room.address(), sent);
      long behind = room.address() + sent * DataType.FLOAT32.bytes();
      long received = form.receiveElements(count, n);
      DeviceBuffer recv = DeviceBuffer.wrap(device, DataType.FLOAT32, behind, received);
      Stream stream = communicator.defaultStream();
      return device
          .backend()
          .simulate(group -> issue(group.on(communicator), communicator, form, send, recv, stream));
    }
  }
}
