package org.jccl.conformance.rules;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntSupplier;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Stream;
import org.jccl.UniqueId;
import org.jccl.config.ConfigField;
import org.jccl.conformance.harness.RankScope;
import org.jccl.conformance.harness.WorldRank;
import org.jccl.ops.NcclFunction;
import org.jccl.spi.ConfigStruct;
import org.jccl.spi.NcclAbi;

/** One rank on the raw surface: a communicator by handle, and room for output parameters. */
public class RawRank extends RankScope implements RawCodes {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final WorldRank rank;
  private final NcclAbi abi;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment slot = arena.allocate(64, 16);
  private final Stream stream;
  private final long comm;

  /** Stands for the ranks of a rule before there are any; nothing can be asked of it. */
  @SuppressWarnings("NullAway")
  RawRank() {
    this.rank = WorldRank.NOBODY;
    this.abi = null;
    this.stream = null;
    this.comm = 0;
  }

  /** Joins a communicator over all ranks of the world. */
  public RawRank(WorldRank rank) {
    this.rank = rank;
    this.abi = rank.instance().raw().orElseThrow();
    this.stream = rank.device().newStream();
    rank.device().makeCurrent();
    MemorySegment shared = sharedId();
    expect(
        "ncclCommInitRank",
        SUCCESS,
        () -> abi.commInitRank(slot, rank.worldSize(), shared, rank.rank()));
    this.comm = slot.get(JAVA_LONG, 0);
  }

  /** A fresh id that all ranks have. */
  final MemorySegment sharedId() {
    return sent(rank.rank() == 0 ? id() : MemorySegment.NULL);
  }

  /** The raw surface. */
  public NcclAbi abi() {
    return abi;
  }

  /** The communicator's handle. */
  public long comm() {
    return comm;
  }

  /** The stream's handle. */
  public long stream() {
    return stream.handle();
  }

  Stream typedStream() {
    return stream;
  }

  /** Waits for all that was enqueued. */
  public void synchronize() {
    stream.synchronize();
  }

  /** Whether all that was enqueued on the stream is done. */
  boolean isIdle() {
    return stream.isIdle();
  }

  /** Waits for the other ranks, outside the library. */
  void barrier() {
    rank.processGroup().barrier(Suite.PATIENCE);
  }

  @Override
  public Device device() {
    return rank.device();
  }

  int rank() {
    return rank.rank();
  }

  int worldSize() {
    return rank.worldSize();
  }

  int next() {
    return rank.next();
  }

  int before() {
    return rank.before();
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

  long slotLong() {
    return slot.get(JAVA_LONG, 0);
  }

  final MemorySegment allocate(long bytes) {
    return arena.allocate(bytes, 16);
  }

  /** Notes a problem unless {@code call} returns {@code code}. */
  final void expect(String what, int code, IntSupplier call) {
    int result = call.getAsInt();
    rank.check(result == code, what + " returned " + result + ", expected " + code);
  }

  /** Notes a problem unless {@code call} succeeds. */
  void succeeds(String what, IntSupplier call) {
    expect(what, SUCCESS, call);
  }

  /** Notes a problem unless {@code call} says that an argument is invalid. */
  void refuses(String what, IntSupplier call) {
    expect(what, INVALID_ARGUMENT, call);
  }

  /** Notes a problem unless {@code call} says that it is not allowed here. */
  void misuses(String what, IntSupplier call) {
    expect(what, INVALID_USAGE, call);
  }

  /** Notes {@code words} unless {@code holds}. */
  void check(boolean holds, String words) {
    rank.check(holds, words);
  }

  /** Notes a problem unless {@code buffer} holds {@code expected}. */
  void expect(String what, DeviceBuffer buffer, double... expected) {
    rank.expect(what, buffer, expected);
  }

  /** Notes a problem. */
  void problem(String words) {
    rank.problem(words);
  }

  // ---------------------------------------------------------------- further communicators

  /** A fresh unique id, known to this rank alone. */
  final MemorySegment id() {
    MemorySegment id = allocate(UniqueId.BYTES);
    expect("ncclGetUniqueId", SUCCESS, () -> abi.getUniqueId(id));
    return id;
  }

  /** Rank 0's {@code id}, on all ranks. */
  final MemorySegment sent(MemorySegment id) {
    byte[] own = rank.rank() == 0 ? id.toArray(JAVA_BYTE) : new byte[0];
    byte[] bytes = rank.processGroup().broadcast(own, 0);
    return allocate(UniqueId.BYTES).copyFrom(MemorySegment.ofArray(bytes));
  }

  /** A configuration as the initializer of the subject's version makes it. */
  MemorySegment config() {
    int version = rank.instance().backend().ncclVersion();
    MemorySegment config = ConfigStruct.write(CommunicatorConfig.defaults(), version, arena);
    return config;
  }

  /** The same with one field set. */
  MemorySegment config(ConfigField field, int value) {
    MemorySegment config = config();
    config.set(JAVA_INT, field.offset(), value);
    return config;
  }

  /** The configuration of a nonblocking communicator. */
  MemorySegment nonblocking() {
    return config(ConfigField.BLOCKING, 0);
  }

  /** A communicator over all ranks, ready; the caller ends it. */
  long open(MemorySegment config) {
    MemorySegment id = sharedId();
    return opened(abi.commInitRankConfig(handle(), worldSize(), id, rank(), config));
  }

  /** A communicator of this rank alone, ready; the caller ends it. */
  long openAlone(MemorySegment config) {
    MemorySegment id = id();
    return opened(abi.commInitRankConfig(handle(), 1, id, 0, config));
  }

  private long opened(int code) {
    long made = madeHandle();
    boolean good = code == SUCCESS || code == IN_PROGRESS;
    rank.check(good, "ncclCommInitRankConfig returned " + code);
    if (made != 0) {
      expectReady("a new communicator", made);
    }
    return made;
  }

  /** A nonblocking communicator of two ranks, of whom the other never comes: abort it. */
  long openUnfinished() {
    MemorySegment id = id();
    int code = abi.commInitRankConfig(handle(), 2, id, 0, nonblocking());
    rank.check(code == IN_PROGRESS, "a nonblocking creation with a missing rank returned " + code);
    return madeHandle();
  }

  /** The slot for a handle, zeroed as bindings must (rule INIT-05). */
  MemorySegment handle() {
    slot.set(JAVA_LONG, 0, 0);
    return slot;
  }

  /** What was written to {@link #handle}. */
  long madeHandle() {
    return slotLong();
  }

  /** What the async error query stores. */
  int state(long of) {
    expect("ncclCommGetAsyncError", SUCCESS, () -> abi.commGetAsyncError(of, slot));
    return slotInt();
  }

  /** The state once nothing is in progress, polled with patience. */
  int settled(long of) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    MemorySegment out = allocate(4);
    do {
      int code = abi.commGetAsyncError(of, out);
      rank.check(code == SUCCESS, "ncclCommGetAsyncError returned " + code);
      Thread.yield();
    } while (out.get(JAVA_INT, 0) == IN_PROGRESS && System.nanoTime() - deadline < 0);
    return out.get(JAVA_INT, 0);
  }

  /** Notes a problem unless the communicator settles in the state Success. */
  void expectReady(String what, long of) {
    int state = settled(of);
    rank.check(state == SUCCESS, what + " settled in state " + state);
  }

  /** Notes a problem unless {@code code} is one of a nonblocking call that goes on well. */
  void expectStarted(String what, int code) {
    rank.check(code == SUCCESS || code == IN_PROGRESS, what + " returned " + code);
  }

  int count(long of) {
    expect("ncclCommCount", SUCCESS, () -> abi.commCount(of, slot));
    return slotInt();
  }

  int userRank(long of) {
    expect("ncclCommUserRank", SUCCESS, () -> abi.commUserRank(of, slot));
    return slotInt();
  }

  int cuDevice(long of) {
    expect("ncclCommCuDevice", SUCCESS, () -> abi.commCuDevice(of, slot));
    return slotInt();
  }

  void destroy(long of) {
    expect("ncclCommDestroy", SUCCESS, () -> abi.commDestroy(of));
  }

  void abort(long of) {
    expect("ncclCommAbort", SUCCESS, () -> abi.commAbort(of));
  }

  /** Starts the sum of the one {@code int} in {@code buffer}. */
  int sum(DeviceBuffer buffer, long of) {
    long at = buffer.address();
    return abi.allReduce(at, at, 1, INT32, SUM, of, stream());
  }

  /** Notes a problem unless the sum of {@code own} over the communicator is {@code expected}. */
  void expectSum(String what, long of, int own, int expected) {
    try (DeviceBuffer buffer = memory(DataType.INT32, own)) {
      expectStarted(what, sum(buffer, of));
      expectReady(what, of);
      synchronize();
      rank.expect(what, buffer, expected);
    }
  }

  /** A wrong call: type 12. */
  int wrongCall(long of) {
    return abi.allReduce(0, 0, 1, 12, SUM, of, stream());
  }

  // ---------------------------------------------------------------- calls that must succeed

  /** Makes calls as one group, whose end must succeed. */
  void group(Runnable calls) {
    group(SUCCESS, calls);
  }

  /** Makes calls as one group, whose end must return {@code code}. */
  void group(int code, Runnable calls) {
    groupStart();
    calls.run();
    groupEnd(code);
  }

  void groupStart() {
    succeeds("ncclGroupStart", abi::groupStart);
  }

  void groupEnd() {
    groupEnd(SUCCESS);
  }

  void groupEnd(int code) {
    expect("ncclGroupEnd", code, abi::groupEnd);
  }

  /** Sums a buffer up in place. */
  void allReduce(DeviceBuffer buffer) {
    expect("ncclAllReduce", SUCCESS, () -> sum(buffer.address(), buffer, stream()));
  }

  /** The result of summing a buffer up into {@code recv}, or the buffer itself. */
  int sum(long recv, DeviceBuffer send, long on) {
    return abi.allReduce(send.address(), recv, send.count(), send.type().code(), SUM, comm, on);
  }

  void send(DeviceBuffer buffer, int peer) {
    expect("ncclSend to rank " + peer, SUCCESS, () -> sendOn(buffer, peer, stream()));
  }

  void recv(DeviceBuffer buffer, int peer) {
    expect("ncclRecv from rank " + peer, SUCCESS, () -> recvOn(buffer, peer, stream()));
  }

  int sendOn(DeviceBuffer b, int peer, long on) {
    return abi.send(b.address(), b.count(), b.type().code(), peer, comm, on);
  }

  int recvOn(DeviceBuffer b, int peer, long on) {
    return abi.recv(b.address(), b.count(), b.type().code(), peer, comm, on);
  }

  /** Sends one element to the next rank and gets one from the one before. */
  void exchange(DeviceBuffer out, DeviceBuffer in) {
    group(
        () -> {
          send(out, next());
          recv(in, before());
        });
  }

  /**
   * A sum and an exchange in both directions: what comes later with the same sizes need not wait
   * for its peers on the host (STR-11, P2P-12, P2P-13).
   */
  void connect() {
    try (DeviceBuffer one = memory(DataType.INT32, 1);
        DeviceBuffer in = memory(DataType.INT32, 0)) {
      allReduce(one);
      exchange(one, in);
      synchronize();
    }
  }

  /** Runs {@code body} on a thread that lives no longer; this one waits for it. */
  void onAnotherThread(Runnable body) throws Exception {
    rank.instance()
        .backend()
        .rankHost()
        .blocking(
            () -> {
              Thread thread = Thread.ofPlatform().start(body);
              thread.join();
              return true;
            });
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
    if (rank.instance().backend().ncclVersion() >= NcclFunction.GATHER.since()) {
      calls.put("ncclAlltoAll", () -> abi.allToAll(buffer, buffer, count, type, to, s));
      calls.put("ncclGather", () -> abi.gather(buffer, buffer, count, type, rootOrPeer, to, s));
      calls.put("ncclScatter", () -> abi.scatter(buffer, buffer, count, type, rootOrPeer, to, s));
    }
    return calls;
  }

  @Override
  public void close() throws Exception {
    super.close();
    expect("ncclCommDestroy", SUCCESS, () -> abi.commDestroy(comm));
    stream.close();
    arena.close();
  }
}
