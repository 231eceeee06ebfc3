package org.jccl.conformance.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jccl.Backend;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Stream;
import org.jccl.UniqueId;
import org.jccl.config.ConfigField;
import org.jccl.conformance.cases.GroupMember;
import org.jccl.conformance.cases.MemoryKind;
import org.jccl.conformance.cases.Program;
import org.jccl.conformance.cases.WorldSplit;
import org.jccl.conformance.harness.RankResource;
import org.jccl.conformance.harness.WorldRank;
import org.jspecify.annotations.Nullable;

/**
 * What one rank needs for programs on the typed surface, kept from one to the next, since opening
 * communicators takes longer than running a program.
 */
public final class Workbench implements RankResource {
  /** A communicator: two of one program may divide the world alike. */
  record Key(int index, WorldSplit split) {}

  private final List<Stream> streams = new ArrayList<>();
  private final List<Event> events = new ArrayList<>();

  /** By how the world is divided; read by whoever gives up. */
  private final Map<Key, Communicator> communicators = new ConcurrentHashMap<>();

  private final Set<Key> asked = new HashSet<>();
  private final Set<Communicator> withBarrier = new HashSet<>();
  private final Map<MemoryKind, DeviceRoom> rooms = new EnumMap<>(MemoryKind.class);
  private final WorldRank rank;

  private Workbench(WorldRank rank) {
    this.rank = rank;
    Device device = rank.device();
    for (int i = 0; i < Program.STREAMS; i++) {
      streams.add(device.newStream());
      events.add(device.newEvent());
    }
  }

  /** The workbench of a rank. */
  public static Workbench of(WorldRank rank) {
    return rank.kept(Workbench.class, () -> new Workbench(rank));
  }

  /** Streams of its own. */
  public List<Stream> streams() {
    return streams;
  }

  /** The marker that {@code stream} leaves for others. */
  Event event(int stream) {
    return events.get(stream);
  }

  /** Device memory of {@code bytes} bytes; the same each time, unless it must grow. */
  public DeviceBuffer memory(MemoryKind kind, long bytes) {
    return rooms.computeIfAbsent(kind, same -> new DeviceRoom(rank.communicator(), kind)).of(bytes);
  }

  /**
   * This rank's communicator of a split, opened now if it never was; null where the rank is not in
   * it. All ranks ask alike.
   *
   * @param index of the split; 0 is the world
   */
  public @Nullable Communicator communicator(int index, WorldSplit split) {
    if (index == 0) {
      return rank.communicator();
    }
    Key key = new Key(index, split);
    if (asked.add(key)) {
      Communicator made = open(split);
      if (made != null) {
        communicators.put(key, made);
      }
    }
    return communicators.get(key);
  }

  private @Nullable Communicator open(WorldSplit split) {
    Backend backend = rank.instance().backend();
    UniqueId id = UniqueId.of(idOf(rank, split, () -> backend.newUniqueId().toBytes()));
    if (!split.contains(rank.rank())) {
      return null;
    }
    GroupMember me = GroupMember.of(split, rank.rank());
    CommunicatorConfig.Builder config = CommunicatorConfig.builder().name("split");
    if (split.channels() > 0) {
      config.set(ConfigField.MIN_CTAS, split.channels());
      config.set(ConfigField.MAX_CTAS, split.channels());
    }
    Communicator made =
        backend.newCommunicator(id, me.rank(), me.size(), rank.device(), config.build());
    connectPeers(made);
    return made;
  }

  /** First messages block the host and are picky about the shape of groups (P2P-12, P2P-13). */
  private void connectPeers(Communicator made) {
    int size = made.worldSize();
    long[] ones = new long[size];
    Arrays.fill(ones, 1);
    Stream stream = streams.getFirst();
    DeviceBuffer memory = memory(MemoryKind.PLAIN, 2L * size);
    made.allToAllV(memory.slice(0, size), ones, memory.slice(size, size), ones, stream);
    stream.synchronize();
  }

  /** The first barrier of a communicator takes memory, which must not happen during a capture. */
  void meetAtBarrier(Communicator communicator) {
    if (withBarrier.add(communicator)) {
      communicator.barrier(streams.getFirst());
      streams.getFirst().synchronize();
    }
  }

  /** The first rank of each group makes an id; each rank gets its group's, a blank one if none. */
  static byte[] idOf(WorldRank rank, WorldSplit split, Supplier<byte[]> fresh) {
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
    rooms.values().forEach(DeviceRoom::close);
  }
}
