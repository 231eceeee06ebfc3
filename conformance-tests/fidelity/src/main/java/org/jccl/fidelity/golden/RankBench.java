package org.jccl.fidelity.golden;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.PreMulSum;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.fidelity.golden.RecordedCase.Memory;

/**
 * What one rank needs to perform cases: its inputs on the device, outputs with a guard behind them,
 * and a place on the host for results. Used by one thread.
 */
final class RankBench implements AutoCloseable {
  /** What outputs hold before a call. */
  static final byte UNTOUCHED = (byte) 0xAA;

  private static final int GUARD_BYTES = 64;
  private static final int ALIGNMENT = 256;

  /** The calls of one case and where their buffers are. */
  record Work(Memory memory, List<RecordedCall> calls) {
    static Work of(RecordedCase recorded) {
      return new Work(
          recorded.memory(), recorded.parts().stream().map(RecordedCase.Part::call).toList());
    }
  }

  /** What a call left in a rank's output. */
  interface Results {
    /**
     * Hears of the output of one call.
     *
     * @param result its bytes, valid until the call returns
     */
    void of(int part, MemorySegment result);
  }

  private record InputKey(DataType type, InputKind kind, long seed, int offset) {
    static InputKey of(RecordedCall call) {
      return new InputKey(call.type(), call.kind(), call.seed(), call.offset());
    }
  }

  private final Communicator communicator;
  private final HostInputs inputs;
  private final Map<DataType, Long> scalars;
  private final Stream stream;
  private final Map<InputKey, Long> largest = new HashMap<>();
  private final Map<Memory, Long> mostSent = new EnumMap<>(Memory.class);
  private final Map<Memory, Long> mostReceived = new EnumMap<>(Memory.class);
  private final Map<InputKey, DeviceBuffer> uploaded = new HashMap<>();
  private final Map<Memory, Room> rooms = new EnumMap<>(Memory.class);
  private final Map<DataType, PreMulSum> scaled = new HashMap<>();
  private final Arena arena = Arena.ofShared();
  private MemorySegment host = arena.allocate(1);

  /**
   * @param all that will be performed: memory is made for the largest
   */
  RankBench(
      Communicator communicator, HostInputs inputs, Map<DataType, Long> scalars, List<Work> all) {
    this.communicator = communicator;
    this.inputs = inputs;
    this.scalars = scalars;
    this.stream = device().newStream();
    for (Work work : all) {
      long sent = 1;
      long received = 1;
      for (RecordedCall call : work.calls()) {
        largest.merge(InputKey.of(call), inputElements(call), Math::max);
        sent += sendRoom(call);
        received += recvRoom(call);
      }
      mostSent.merge(work.memory(), sent, Math::max);
      mostReceived.merge(work.memory(), received, Math::max);
    }
  }

  private Device device() {
    return communicator.device();
  }

  private int worldSize() {
    return communicator.worldSize();
  }

  private long inputElements(RecordedCall call) {
    return call.collective().inputs(call.count(), worldSize());
  }

  private static long skipped(RecordedCall call) {
    return (long) call.offset() * call.type().bytes();
  }

  private long sendRoom(RecordedCall call) {
    return aligned(skipped(call) + inputElements(call) * call.type().bytes());
  }

  private long recvRoom(RecordedCall call) {
    return aligned(skipped(call) + call.outputBytes(worldSize()) + GUARD_BYTES);
  }

  private static long aligned(long bytes) {
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /**
   * Performs the calls of one case, together as a group if they are several, and hands each output
   * to {@code results}.
   *
   * @throws IllegalStateException if a call wrote behind its output
   */
  void perform(Work work, Results results) {
    List<Placed> placed = placed(work);
    if (placed.size() == 1) {
      issue(communicator, placed.getFirst());
    } else {
      communicator.group(group -> placed.forEach(each -> issue(group, each)));
    }
    stream.synchronize();
    for (int i = 0; i < placed.size(); i++) {
      results.of(i, downloaded(placed.get(i)));
    }
  }

  /** A call and its buffers. */
  private record Placed(
      RecordedCall call, DeviceBuffer send, DeviceBuffer recv, DeviceBuffer guarded, ReduceOp op) {}

  private List<Placed> placed(Work work) {
    Room room = rooms.computeIfAbsent(work.memory(), this::room);
    List<Placed> placed = new ArrayList<>();
    long sendAt = 0;
    long recvAt = 0;
    for (RecordedCall call : work.calls()) {
      DeviceBuffer send = input(call);
      if (work.memory() != Memory.PLAIN) {
        DeviceBuffer own = room.send().slice(sendAt + skipped(call), send.bytes()).as(call.type());
        own.copyFrom(send, stream);
        send = own;
      }
      long bytes = call.outputBytes(worldSize());
      DeviceBuffer guarded = room.recv().slice(recvAt + skipped(call), bytes + GUARD_BYTES);
      DeviceBuffer recv = guarded.slice(0, bytes).as(call.type());
      placed.add(new Placed(call, send, recv, guarded, op(call)));
      sendAt += sendRoom(call);
      recvAt += recvRoom(call);
    }
    room.recv().slice(0, recvAt).fill(UNTOUCHED, stream);
    return placed;
  }

  private Room room(Memory memory) {
    return new Room(
        communicator,
        memory,
        mostSent.getOrDefault(memory, 1L),
        mostReceived.getOrDefault(memory, 1L));
  }

  private void issue(Collectives on, Placed placed) {
    RecordedCall call = placed.call();
    call.collective()
        .issue(
            on,
            placed.send(),
            placed.recv(),
            placed.op(),
            call.root(),
            communicator.rank(),
            worldSize(),
            stream);
  }

  private ReduceOp op(RecordedCall call) {
    if (call.op() != RecordedOp.PREMUL) {
      ReduceOp builtin = call.op().builtin();
      return builtin == null ? ReduceOp.SUM : builtin;
    }
    DataType type = call.type();
    long bits = Objects.requireNonNull(scalars.get(type));
    return scaled.computeIfAbsent(type, same -> communicator.preMulSum(type, type.decode(bits)));
  }

  /** The input of a call, uploaded once in the largest size that any case needs. */
  private DeviceBuffer input(RecordedCall call) {
    return uploaded
        .computeIfAbsent(InputKey.of(call), key -> upload(call, largest.getOrDefault(key, 0L)))
        .slice(call.offset(), inputElements(call));
  }

  private DeviceBuffer upload(RecordedCall call, long count) {
    DeviceBuffer made = device().allocate(call.type(), Math.max(1, call.offset() + count));
    if (count > 0) {
      MemorySegment all = inputs.of(call, communicator.rank(), worldSize(), count);
      made.slice(call.offset(), count).copyFrom(all.asSlice(0, count * call.type().bytes()));
    }
    return made;
  }

  private MemorySegment downloaded(Placed placed) {
    long bytes = placed.recv().bytes();
    if (host.byteSize() < bytes + GUARD_BYTES) {
      host = arena.allocate(2 * (bytes + GUARD_BYTES), ALIGNMENT);
    }
    MemorySegment target = host.asSlice(0, bytes + GUARD_BYTES);
    placed.guarded().copyTo(target);
    if (!isUntouched(target.asSlice(bytes))) {
      throw new IllegalStateException(
          "rank " + communicator.rank() + ": " + placed.call() + " wrote behind its output");
    }
    return target.asSlice(0, bytes);
  }

  /** Whether memory is as it was before the call. */
  static boolean isUntouched(MemorySegment memory) {
    for (long i = 0; i < memory.byteSize(); i++) {
      if (memory.get(JAVA_BYTE, i) != UNTOUCHED) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    rooms.values().forEach(Room::close);
    scaled.values().forEach(PreMulSum::close);
    uploaded.values().forEach(DeviceBuffer::close);
    stream.close();
    arena.close();
  }
}
