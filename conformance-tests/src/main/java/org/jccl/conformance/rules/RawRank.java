package org.jccl.conformance.rules;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntSupplier;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Stream;
import org.jccl.UniqueId;
import org.jccl.conformance.harness.WorldRank;
import org.jccl.spi.NcclAbi;

/** One rank on the raw surface: a communicator by handle, and room for output parameters. */
final class RawRank implements AutoCloseable {
  static final int SUCCESS = 0;
  static final int UNHANDLED_CUDA_ERROR = 1;
  static final int INTERNAL_ERROR = 3;
  static final int INVALID_ARGUMENT = 4;
  static final int INVALID_USAGE = 5;

  private final WorldRank rank;
  private final NcclAbi abi;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment slot = arena.allocate(64, 16);
  private final Stream stream;
  private final long comm;

  /** Joins a communicator over all ranks of the world. */
  RawRank(WorldRank rank) {
    this.rank = rank;
    this.abi = rank.instance().raw().orElseThrow();
    this.stream = rank.device().newStream();
    rank.device().makeCurrent();
    MemorySegment id = arena.allocate(UniqueId.BYTES);
    if (rank.rank() == 0) {
      expect("ncclGetUniqueId", SUCCESS, () -> abi.getUniqueId(id));
    }
    byte[] bytes =
        rank.processGroup().broadcast(id.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE), 0);
    MemorySegment shared = arena.allocate(UniqueId.BYTES).copyFrom(MemorySegment.ofArray(bytes));
    expect(
        "ncclCommInitRank",
        SUCCESS,
        () -> abi.commInitRank(slot, rank.worldSize(), shared, rank.rank()));
    this.comm = slot.get(JAVA_LONG, 0);
  }

  NcclAbi abi() {
    return abi;
  }

  /** The communicator's handle. */
  long comm() {
    return comm;
  }

  /** The stream's handle. */
  long stream() {
    return stream.handle();
  }

  void synchronize() {
    stream.synchronize();
  }

  Device device() {
    return rank.device();
  }

  int rank() {
    return rank.rank();
  }

  int worldSize() {
    return rank.worldSize();
  }

  WorldRank world() {
    return rank;
  }

  /** Room for one output parameter. */
  MemorySegment slot() {
    return slot;
  }

  int slotInt() {
    return slot.get(JAVA_INT, 0);
  }

  MemorySegment allocate(long bytes) {
    return arena.allocate(bytes, 16);
  }

  /** Notes a problem unless {@code call} returns {@code code}. */
  void expect(String what, int code, IntSupplier call) {
    int result = call.getAsInt();
    rank.check(result == code, what + " returned " + result + ", expected " + code);
  }

  /** A call of every operation, with these raw values and the same buffer on both sides. */
  Map<String, IntSupplier> everyOperation(
      long buffer, long count, int type, int op, int rootOrPeer, long to) {
    long s = stream();
    Map<String, IntSupplier> calls = new LinkedHashMap<>();
    calls.put("ncclAllReduce", () -> abi.allReduce(buffer, buffer, count, type, op, to, s));
    calls.put("ncclReduce", () -> abi.reduce(buffer, buffer, count, type, op, rootOrPeer, to, s));
    calls.put("ncclReduceScatter", () -> abi.reduceScatter(buffer, buffer, count, type, op, to, s));
    calls.put("ncclBroadcast", () -> abi.broadcast(buffer, buffer, count, type, rootOrPeer, to, s));
    calls.put("ncclBcast", () -> abi.bcast(buffer, count, type, rootOrPeer, to, s));
    calls.put("ncclAllGather", () -> abi.allGather(buffer, buffer, count, type, to, s));
    calls.put("ncclSend", () -> abi.send(buffer, count, type, rootOrPeer, to, s));
    calls.put("ncclRecv", () -> abi.recv(buffer, count, type, rootOrPeer, to, s));
    if (rank.instance().backend().ncclVersion() >= org.jccl.ops.Operation.GATHER.sinceVersion()) {
      calls.put("ncclAlltoAll", () -> abi.allToAll(buffer, buffer, count, type, to, s));
      calls.put("ncclGather", () -> abi.gather(buffer, buffer, count, type, rootOrPeer, to, s));
      calls.put("ncclScatter", () -> abi.scatter(buffer, buffer, count, type, rootOrPeer, to, s));
    }
    return calls;
  }

  /** Memory for a few elements. */
  DeviceBuffer memory(DataType type, double... numbers) {
    return org.jccl.conformance.harness.Values.of(rank.device(), type, numbers);
  }

  @Override
  public void close() {
    expect("ncclCommDestroy", SUCCESS, () -> abi.commDestroy(comm));
    stream.close();
    arena.close();
  }
}
