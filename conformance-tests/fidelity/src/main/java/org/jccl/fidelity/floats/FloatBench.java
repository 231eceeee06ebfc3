package org.jccl.fidelity.floats;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.PreMulSum;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.config.ConfigField;
import org.jccl.conformance.harness.RankResource;
import org.jccl.conformance.harness.WorldRank;
import org.jccl.fidelity.differential.Split;
import org.jccl.fidelity.floats.FloatLayout.Place;
import org.jspecify.annotations.Nullable;

/** What one rank of a world needs for cases, kept from one to the next. */
final class FloatBench implements RankResource {
  private static final long MEMORY = 1 << 22;

  private final Device device;
  private final Stream stream;
  private final Set<Integer> asked = new HashSet<>();

  /** By index of the split; read by whoever gives up. */
  private final Map<Integer, Communicator> children = new ConcurrentSkipListMap<>();

  private DeviceBuffer memory;

  private FloatBench(Device device) {
    this.device = device;
    this.stream = device.newStream();
    this.memory = device.allocate(DataType.UINT8, MEMORY);
  }

  static FloatBench of(WorldRank rank) {
    return rank.kept(FloatBench.class, () -> new FloatBench(rank.device()));
  }

  /**
   * Performs a case on this rank.
   *
   * @param before what the rank's memory holds before
   * @param after where it goes afterwards
   */
  void perform(
      WorldRank rank,
      FloatCase each,
      FloatLayout layout,
      MemorySegment before,
      MemorySegment after) {
    device.makeCurrent();
    Communicator communicator = communicator(rank, each);
    if (communicator == null) {
      return;
    }
    DeviceBuffer room = room(layout.bytes());
    room.copyFrom(before, stream);
    List<PreMulSum> scaled = new ArrayList<>();
    List<ReduceOp> reductions = new ArrayList<>();
    for (Place place : layout.places()) {
      reductions.add(reduction(communicator, layout, place, room, scaled));
    }
    if (layout.places().size() == 1) {
      issue(communicator, layout, layout.places().getFirst(), room, reductions.getFirst());
    } else {
      communicator.group(
          group -> {
            for (int i = 0; i < reductions.size(); i++) {
              issue(group, layout, layout.places().get(i), room, reductions.get(i));
            }
          });
    }
    room.copyTo(after, stream);
    stream.synchronize();
    scaled.forEach(PreMulSum::close);
  }

  /** What the simulator, whose rank this is, says NCCL would choose; empty outside the case. */
  String choices(WorldRank rank, FloatCase each) {
    Communicator communicator = communicator(rank, each);
    return communicator == null ? "" : FloatChoice.of(communicator, each.calls());
  }

  private static ReduceOp reduction(
      Communicator communicator,
      FloatLayout layout,
      Place place,
      DeviceBuffer room,
      List<PreMulSum> made) {
    FloatCall call = place.call();
    ReduceOp builtin = call.reduction().builtin();
    if (builtin != null) {
      return builtin;
    }
    DataType type = call.type();
    PreMulSum scaled =
        call.reduction() == Reduction.SCALED_ON_DEVICE
            ? communicator.preMulSum(part(room, type, place.scalarAt(), 1))
            : communicator.preMulSum(type, type.decode(layout.scalarBits(call)));
    made.add(scaled);
    return scaled;
  }

  private void issue(
      Collectives on, FloatLayout layout, Place place, DeviceBuffer room, ReduceOp reduction) {
    FloatCall call = place.call();
    long sent = call.sendElements(layout.size());
    long received = call.recvElements(layout.size());
    DeviceBuffer send = part(room, call.type(), place.sendAt(), sent);
    DeviceBuffer recv = part(room, call.type(), place.recvAt(), received);
    switch (call.operation()) {
      case ALL_REDUCE -> on.allReduce(send, recv, reduction, stream);
      case REDUCE_SCATTER -> on.reduceScatter(send, recv, reduction, stream);
      case REDUCE -> on.reduce(send, recv, reduction, call.root(), stream);
      default -> throw new IllegalArgumentException("not a reduction: " + call);
    }
  }

  private static DeviceBuffer part(DeviceBuffer room, DataType type, long at, long elements) {
    return room.slice(at, elements * type.bytes()).as(type);
  }

  /** Device memory of {@code bytes} bytes, always the same unless it must grow. */
  private DeviceBuffer room(long bytes) {
    if (memory.bytes() < bytes) {
      memory.close();
      memory = device.allocate(DataType.UINT8, 2 * bytes);
    }
    return memory.slice(0, bytes);
  }

  /** Opened when first needed, by all ranks of the world alike; null where the rank has none. */
  private @Nullable Communicator communicator(WorldRank rank, FloatCase each) {
    int index = each.communicator();
    if (index == 0) {
      return rank.communicator();
    }
    if (asked.add(index)) {
      Split split = each.split();
      int own = rank.rank();
      if (split.contains(own)) {
        int colour = split.colours().get(own);
        CommunicatorConfig.Builder config = CommunicatorConfig.builder().warmUp(false);
        if (each.channels() > 0) {
          config.set(ConfigField.MIN_CTAS, each.channels());
          config.set(ConfigField.MAX_CTAS, each.channels());
        }
        int key = split.keys().get(own);
        children.put(index, rank.communicator().split(colour, key, config.build()));
      } else {
        rank.communicator().splitNoColor();
      }
    }
    return children.get(index);
  }

  @Override
  public void abort() {
    children.values().forEach(Communicator::abort);
  }

  @Override
  public void close() {
    children.values().forEach(Communicator::close);
    stream.close();
    memory.close();
  }
}
