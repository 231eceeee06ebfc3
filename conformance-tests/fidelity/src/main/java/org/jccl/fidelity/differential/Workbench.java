package org.jccl.fidelity.differential;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import org.jccl.Backend;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Stream;
import org.jccl.UniqueId;
import org.jccl.conformance.harness.RankResource;
import org.jccl.conformance.harness.WorldRank;
import org.jspecify.annotations.Nullable;

/**
 * What one rank needs for programs on the typed surface, kept from one to the next, since opening
 * communicators takes longer than running a program.
 */
final class Workbench implements RankResource {
  private static final int MEMORY = 1 << 20;

  private final List<Stream> streams = new ArrayList<>();
  private final List<Event> events = new ArrayList<>();

  /** By index of the split; read by whoever gives up. */
  private final Map<Integer, Communicator> communicators = new ConcurrentSkipListMap<>();

  private final Set<Integer> asked = new HashSet<>();
  private final Device device;
  private DeviceBuffer memory;

  private Workbench(Device device) {
    this.device = device;
    this.memory = device.allocate(DataType.INT8, MEMORY);
    for (int i = 0; i < WholeProgram.STREAMS; i++) {
      streams.add(device.newStream());
      events.add(device.newEvent());
    }
  }

  /** The workbench of a rank. */
  static Workbench of(WorldRank rank) {
    return rank.kept(Workbench.class, () -> new Workbench(rank.device()));
  }

  List<Stream> streams() {
    return streams;
  }

  /** The marker that {@code stream} leaves for others. */
  Event event(int stream) {
    return events.get(stream);
  }

  /** Device memory of at least {@code bytes} bytes; the same each time, unless it must grow. */
  DeviceBuffer memory(int bytes) {
    if (memory.bytes() < bytes) {
      memory.close();
      memory = device.allocate(DataType.INT8, 2L * bytes);
    }
    return memory;
  }

  /**
   * This rank's communicator of split {@code index}, opened now if it never was; null where the
   * rank is not in it. All ranks ask alike.
   */
  @Nullable Communicator communicator(WorldRank rank, int index) {
    if (index == 0) {
      return rank.communicator();
    }
    if (asked.add(index)) {
      Communicator made = open(rank, index, Split.of(rank.worldSize()).get(index));
      if (made != null) {
        communicators.put(index, made);
      }
    }
    return communicators.get(index);
  }

  private @Nullable Communicator open(WorldRank rank, int index, Split split) {
    Backend backend = rank.instance().backend();
    UniqueId id = UniqueId.of(idOf(rank, split, () -> backend.newUniqueId().toBytes()));
    if (!split.contains(rank.rank())) {
      return null;
    }
    List<Integer> group = split.groupOf(rank.rank());
    CommunicatorConfig config = CommunicatorConfig.builder().name("split-" + index).build();
    Communicator made =
        backend.newCommunicator(
            id, group.indexOf(rank.rank()), group.size(), rank.device(), config);
    connectPeers(made);
    return made;
  }

  /** First contacts block the host and are picky about the shape of groups (P2P-12, P2P-13). */
  private void connectPeers(Communicator made) {
    int size = made.worldSize();
    long[] ones = new long[size];
    Arrays.fill(ones, 1);
    Stream stream = streams.getFirst();
    made.allToAllV(memory.slice(0, size), ones, memory.slice(size, size), ones, stream);
    made.barrier(stream);
    stream.synchronize();
  }

  /** The first rank of each group makes an id; each rank gets its group's, a blank one if none. */
  static byte[] idOf(WorldRank rank, Split split, Supplier<byte[]> fresh) {
    int me = rank.rank();
    boolean first = split.contains(me) && split.groupOf(me).getFirst() == me;
    List<byte[]> ids = rank.processGroup().allGather(first ? fresh.get() : new byte[0]);
    return split.contains(me) ? ids.get(split.groupOf(me).getFirst()) : new byte[UniqueId.BYTES];
  }

  @Override
  public void abort() {
    communicators.values().forEach(Communicator::abort);
  }

  @Override
  public void close() {
    communicators.values().forEach(Communicator::close);
    streams.forEach(Stream::close);
    events.forEach(Event::close);
    memory.close();
  }
}
