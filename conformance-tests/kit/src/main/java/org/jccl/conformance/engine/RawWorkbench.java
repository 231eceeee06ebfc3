package org.jccl.conformance.engine;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Stream;
import org.jccl.UniqueId;
import org.jccl.conformance.cases.GroupMember;
import org.jccl.conformance.cases.MemoryKind;
import org.jccl.conformance.cases.WorldSplit;
import org.jccl.conformance.harness.RankResource;
import org.jccl.conformance.harness.WorldRank;
import org.jccl.spi.NcclAbi;

/** The communicators of one rank on the raw surface, by handle, kept from program to program. */
final class RawWorkbench implements RankResource {
  private final NcclAbi abi;
  private final Device device;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment slot = arena.allocate(64, 16);
  private final MemorySegment id = arena.allocate(UniqueId.BYTES);
  private final Map<Workbench.Key, Long> handles = new ConcurrentHashMap<>();

  private RawWorkbench(NcclAbi abi, Device device) {
    this.abi = abi;
    this.device = device;
  }

  /** The raw workbench of a rank. */
  static RawWorkbench of(WorldRank rank) {
    return rank.kept(
        RawWorkbench.class,
        () -> new RawWorkbench(rank.instance().raw().orElseThrow(), rank.device()));
  }

  NcclAbi abi() {
    return abi;
  }

  /** Room for output parameters. */
  MemorySegment slot() {
    return slot;
  }

  /** The handle of a split's communicator, 0 where the rank is not in it; all ranks ask alike. */
  long communicator(WorldRank rank, int index, WorldSplit split, Workbench bench) {
    Workbench.Key key = new Workbench.Key(index, split);
    Long known = handles.get(key);
    if (known == null) {
      known = open(rank, split, bench);
      handles.put(key, known);
    }
    return known;
  }

  private long open(WorldRank rank, WorldSplit split, Workbench bench) {
    byte[] bytes = Workbench.idOf(rank, split, this::freshId);
    if (!split.contains(rank.rank())) {
      return 0;
    }
    MemorySegment.copy(bytes, 0, id, JAVA_BYTE, 0, bytes.length);
    GroupMember me = GroupMember.of(split, rank.rank());
    int code = abi.commInitRank(slot, me.size(), id, me.rank());
    rank.check(code == 0, "ncclCommInitRank returned " + code + ", expected 0");
    long made = slot.get(JAVA_LONG, 0);
    connectPeers(rank, made, me.size(), bench);
    return made;
  }

  private byte[] freshId() {
    int code = abi.getUniqueId(id);
    if (code != 0) {
      throw new IllegalStateException("ncclGetUniqueId returned " + code);
    }
    return id.toArray(JAVA_BYTE);
  }

  /** As {@link Workbench}: first contacts are made here, where all groups have one shape. */
  private void connectPeers(WorldRank rank, long comm, int size, Workbench bench) {
    Stream stream = bench.streams().getFirst();
    DeviceBuffer memory = bench.memory(MemoryKind.PLAIN, 2L * size);
    int code = abi.groupStart();
    for (int peer = 0; peer < size; peer++) {
      code |= abi.send(memory.address() + peer, 1, 0, peer, comm, stream.handle());
      code |= abi.recv(memory.address() + size + peer, 1, 0, peer, comm, stream.handle());
    }
    code |= abi.groupEnd();
    rank.check(code == 0, "the first messages returned " + code + ", expected 0");
    stream.synchronize();
  }

  @Override
  public void abort() {
    handles.values().stream().filter(handle -> handle != 0).forEach(abi::commAbort);
    handles.clear();
  }

  @Override
  public void close() {
    device.makeCurrent();
    handles.values().stream().filter(handle -> handle != 0).forEach(abi::commDestroy);
    arena.close();
  }
}
