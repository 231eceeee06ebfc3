package org.jccl.conformance.misuse;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.ProcessGroup;
import org.jccl.Stream;
import org.jccl.UniqueId;
import org.jccl.config.ConfigField;
import org.jccl.conformance.harness.Subject;
import org.jccl.conformance.harness.Values;
import org.jccl.ops.Operation;
import org.jccl.spi.ConfigStruct;
import org.jccl.spi.NcclAbi;

/**
 * One rank's thread of a misuse program: communicators by handle, memory with known contents, and
 * notes of all it sees. Nothing is cleaned up: the process is thrown away.
 */
final class MisuseRank {
  static final int FLOAT = DataType.FLOAT32.code();
  static final int INT = DataType.INT32.code();
  static final int SUM = 0;
  static final int MAX = 2;

  /** Elements of whose contents the programs know. */
  static final int COUNT = 1024;

  private static final int IN_PROGRESS = 7;
  private static final Duration SETTLE = Duration.ofMillis(2_500);
  private static final Duration PEER = Duration.ofSeconds(6);
  private static final long POLL_NANOS = 200_000;

  /** The control plane is gone because a peer ended early: nothing that this rank saw. */
  static final class PeerGone extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PeerGone(Throwable cause) {
      super("a peer has ended", cause);
    }
  }

  private final int rank;
  private final int size;
  private final Subject.Instance instance;
  private final boolean reports;
  private final ProcessGroup group;
  private final Sightings seen;
  private final List<Stream> streams = new ArrayList<>();
  private final List<Long> communicators = new ArrayList<>();
  private final List<AutoCloseable> owned = new ArrayList<>();
  private final List<Runnable> closings = new ArrayList<>();
  private final List<Long> ncclMemory = new ArrayList<>();
  private boolean idle = true;
  private volatile boolean refused;

  /**
   * @param reports whether the subject ends every wait by itself
   */
  MisuseRank(
      int rank,
      int size,
      Subject.Instance instance,
      boolean reports,
      ProcessGroup group,
      Sightings seen) {
    this.rank = rank;
    this.size = size;
    this.instance = instance;
    this.reports = reports;
    this.group = group;
    this.seen = seen;
  }

  int rank() {
    return rank;
  }

  /** The other one of two. */
  int peer() {
    return 1 - rank;
  }

  int size() {
    return size;
  }

  NcclAbi abi() {
    return instance.raw().orElseThrow();
  }

  int version() {
    return instance.backend().ncclVersion();
  }

  /** This rank's device, made current. */
  Device device() {
    return device(rank);
  }

  /** Any device, made current. */
  Device device(int index) {
    Device device = instance.backend().devices().get(index);
    device.makeCurrent();
    return device;
  }

  // ---------------------------------------------------------------- notes

  /** Makes a call and notes it. */
  int call(String what, IntSupplier call) {
    seen.enters(rank, what);
    try {
      int code = call.getAsInt();
      seen.returned(rank, what, code);
      refused |= code != 0;
      return code;
    } catch (RuntimeException failure) {
      seen.left(rank);
      throw failure;
    }
  }

  /** Notes something else. */
  void saw(String what) {
    seen.saw(rank, what);
  }

  /** Notes whether something that the legal neighbour would give is so. */
  void check(boolean holds, String what) {
    if (holds) {
      seen.rightData(rank, what);
    } else {
      seen.wrongData(rank, what + " does not hold");
    }
  }

  // ---------------------------------------------------------------- control plane

  /** Waits for all rank threads. */
  void barrier() {
    seen.enters(rank, "a barrier of the program");
    try {
      group.barrier(PEER);
    } catch (RuntimeException gone) {
      throw new PeerGone(gone);
    } finally {
      seen.left(rank);
    }
  }

  /** Rank 0's bytes, on all ranks. */
  byte[] fromRankZero(byte[] bytes) {
    try {
      return group.broadcast(bytes, 0);
    } catch (RuntimeException gone) {
      throw new PeerGone(gone);
    }
  }

  /** Runs a body on a thread of its own and waits for it. */
  void elsewhere(String name, Runnable body) throws Exception {
    join(Thread.ofPlatform().daemon().name(name).start(noted(body)));
  }

  /** The body, with what it throws noted. */
  Runnable noted(Runnable body) {
    return () -> {
      try {
        body.run();
      } catch (Throwable failure) {
        MisuseRun.note(seen, rank, failure);
      }
    };
  }

  /** Waits for a thread without keeping simulated ranks from running. */
  void join(Thread thread) throws Exception {
    instance
        .rankHost()
        .blocking(
            () -> {
              thread.join(SETTLE.toMillis() * 4);
              return true;
            });
    if (thread.isAlive()) {
      seen.hangs("rank " + rank + ": thread " + thread.getName() + " does not come back");
    }
  }

  // ---------------------------------------------------------------- communicators

  /** Native memory that lives as long as it is needed. */
  MemorySegment memory(long bytes) {
    return Arena.ofAuto().allocate(bytes, 16);
  }

  /** A fresh id. */
  MemorySegment newId() {
    MemorySegment id = memory(UniqueId.BYTES);
    call("ncclGetUniqueId", () -> abi().getUniqueId(id));
    return id;
  }

  /** An id that rank 0 made, on all ranks. */
  MemorySegment sharedId() {
    byte[] bytes = rank == 0 ? newId().toArray(JAVA_BYTE) : new byte[0];
    return memory(UniqueId.BYTES).copyFrom(MemorySegment.ofArray(fromRankZero(bytes)));
  }

  /** A communicator over all ranks. */
  long open() {
    return open(sharedId(), size, rank);
  }

  /** A communicator over all ranks with one field of its configuration set. */
  long openWith(ConfigField field, int value) {
    MemorySegment id = sharedId();
    device();
    MemorySegment out = memory(8);
    MemorySegment config = config(field, value);
    call("ncclCommInitRankConfig", () -> abi().commInitRankConfig(out, size, id, rank, config));
    long comm = made(out.get(JAVA_LONG, 0));
    warmUp(comm);
    barrier();
    return comm;
  }

  /** A nonblocking communicator over all ranks, ready. */
  long openPolled() {
    MemorySegment id = sharedId();
    device();
    MemorySegment out = memory(8);
    MemorySegment config = config(ConfigField.BLOCKING, 0);
    int code =
        call(
            "ncclCommInitRankConfig (nonblocking)",
            () -> {
              int begun = abi().commInitRankConfig(out, size, id, rank, config);
              return begun == IN_PROGRESS ? awaitReady(out.get(JAVA_LONG, 0)) : begun;
            });
    return code == 0 ? made(out.get(JAVA_LONG, 0)) : 0;
  }

  /** Joins as that rank with this thread's own device. */
  long open(MemorySegment id, int ranks, int own) {
    return open(id, ranks, own, device());
  }

  /** Joins as that rank with any device. */
  long open(MemorySegment id, int ranks, int own, Device device) {
    device.makeCurrent();
    MemorySegment out = memory(8);
    call("ncclCommInitRank", () -> abi().commInitRank(out, ranks, id, own));
    return made(out.get(JAVA_LONG, 0));
  }

  /** A communicator that {@link #finish} destroys. */
  long made(long comm) {
    if (comm != 0) {
      communicators.add(comm);
    }
    return comm;
  }

  /** Ends a legal program as a legal program ends: nothing is left open. */
  void finish() throws Exception {
    if (settle()) {
      closings.reversed().forEach(Runnable::run);
      List.copyOf(communicators).forEach(this::destroy);
      for (AutoCloseable each : owned.reversed()) {
        each.close();
      }
      ncclMemory.forEach(address -> call("ncclMemFree", () -> abi().memFree(address)));
    }
  }

  /** What a communicator must not take along is closed before it, by that call. */
  void beforeTheEnd(String what, IntSupplier call) {
    closings.add(() -> call(what, call));
  }

  /** {@link #finish} closes it. */
  <T extends AutoCloseable> T own(T made) {
    owned.add(made);
    return made;
  }

  /** A configuration with one field set, as NCCL's initializer makes the rest. */
  MemorySegment config(ConfigField field, int value) {
    MemorySegment config =
        ConfigStruct.write(CommunicatorConfig.defaults(), version(), Arena.ofAuto());
    config.set(JAVA_INT, field.offset(), value);
    return config;
  }

  /** A sum in place on a nonblocking communicator; in progress is as good as success. */
  void sumPolled(DeviceBuffer data, long comm, Stream s) {
    long at = data.address();
    call(
        "ncclAllReduce (nonblocking)",
        () -> {
          int code = abi().allReduce(at, at, COUNT, FLOAT, SUM, comm, s.handle());
          return code == IN_PROGRESS ? awaitReady(comm) : code;
        });
  }

  /** Polls a nonblocking communicator until it is no longer in progress, within bounds. */
  int awaitReady(long comm) {
    MemorySegment state = memory(4);
    long deadline = System.nanoTime() + PEER.toNanos();
    do {
      int code = abi().commGetAsyncError(comm, state);
      if (code != 0 || state.get(JAVA_INT, 0) != IN_PROGRESS) {
        return code != 0 ? code : state.get(JAVA_INT, 0);
      }
      LockSupport.parkNanos(POLL_NANOS);
    } while (System.nanoTime() - deadline < 0);
    seen.hangs("rank " + rank + ": communicator stays in progress");
    return IN_PROGRESS;
  }

  /** A communicator over all ranks whose collectives are connected. */
  long openWarm() {
    long comm = open();
    warmUp(comm);
    barrier();
    return comm;
  }

  /** An all-reduce of one element, so that collectives are connected. */
  void warmUp(long comm) {
    DeviceBuffer one = floats(1, 1);
    Stream stream = stream();
    sum(one, one, 1, comm, stream);
    settle();
  }

  /** A symmetric exchange with the peer, so that both directions are connected (P2P-12). */
  void warmUpExchange(long comm) {
    DeviceBuffer out = floats(1, 1);
    DeviceBuffer in = floats(1, 0);
    Stream stream = stream();
    group(
        () -> {
          send(out, 1, peer(), comm, stream);
          recv(in, 1, peer(), comm, stream);
        });
    settle();
  }

  /** Runs a body between group start and end. */
  int group(Runnable body) {
    call("ncclGroupStart", () -> abi().groupStart());
    body.run();
    return call("ncclGroupEnd", () -> abi().groupEnd());
  }

  /** No longer destroyed by {@link #finish}: the program does that, or must not. */
  void forget(long comm) {
    communicators.remove(comm);
  }

  int destroy(long comm) {
    forget(comm);
    return call("ncclCommDestroy", () -> abi().commDestroy(comm));
  }

  // ---------------------------------------------------------------- operations

  /** Makes an operation and notes it. */
  int op(
      Operation what,
      DeviceBuffer in,
      DeviceBuffer out,
      long count,
      int type,
      int by,
      int root,
      long comm,
      Stream s) {
    String name = what.function().symbol() + "(" + count + ", type " + type + ")";
    long from = in.address();
    long to = out.address();
    return call(name, () -> abi().issue(what, from, to, count, type, by, root, comm, s.handle()));
  }

  /** A sum of floats. */
  int sum(DeviceBuffer in, DeviceBuffer out, long count, long comm, Stream s) {
    return op(Operation.ALL_REDUCE, in, out, count, FLOAT, SUM, 0, comm, s);
  }

  /** A sum of {@link #COUNT} floats in place. */
  int sum(DeviceBuffer data, long comm, Stream s) {
    return sum(data, data, COUNT, comm, s);
  }

  int send(DeviceBuffer buffer, long count, int to, long comm, Stream s) {
    return op(Operation.SEND, buffer, buffer, count, FLOAT, SUM, to, comm, s);
  }

  int recv(DeviceBuffer buffer, long count, int from, long comm, Stream s) {
    return op(Operation.RECV, buffer, buffer, count, FLOAT, SUM, from, comm, s);
  }

  // ---------------------------------------------------------------- frames

  /** One operation on a communicator of its own that ends with {@code right}. */
  void once(Operation what, int count, int type, int by, int root, double right) {
    long comm = openWarm();
    DeviceBuffer in = floats(2 * COUNT, rank + 1);
    DeviceBuffer out = floats(2 * COUNT, 0);
    op(what, in, out, count, type, by, root, comm, stream());
    expectAll(out, count, right);
  }

  /** A sum of two ranks on a communicator of its own; of {@link #COUNT} elements or of many. */
  void sumOf(DeviceBuffer in, long count) {
    long comm = openWarm();
    DeviceBuffer out = count == COUNT ? floats(COUNT, 0) : big(0);
    sum(in, out, count, comm, stream());
    expectAll(out, COUNT, 3);
  }

  /** Calls that stand in a group, or by themselves. */
  void maybeGrouped(boolean grouped, Runnable calls) {
    if (grouped) {
      group(calls);
    } else {
      calls.run();
    }
  }

  /** {@link #COUNT} elements that hold {@code rank + 1}: two ranks sum to 3. */
  DeviceBuffer mine() {
    return floats(COUNT, rank + 1);
  }

  // ---------------------------------------------------------------- memory and streams

  /** Elements that all hold {@code value}, on this rank's device. */
  DeviceBuffer floats(int count, double value) {
    return filled(device(), DataType.FLOAT32, count, value);
  }

  /** Elements of an operation that takes a while on a GPU and fits no connection's buffers. */
  int many() {
    return reports ? 1 << 16 : 1 << 26;
  }

  /** Elements that nobody has written. */
  DeviceBuffer unwritten(int count) {
    return own(device().allocate(DataType.FLOAT32, count));
  }

  /** So many elements: the first {@link #COUNT} are all {@code value}, the others zero. */
  DeviceBuffer big(double value) {
    DeviceBuffer buffer = unwritten(many());
    buffer.fill((byte) 0, device().defaultStream());
    double[] numbers = new double[COUNT];
    Arrays.fill(numbers, value);
    buffer.copyFrom(image(numbers));
    return buffer;
  }

  private static MemorySegment image(double... numbers) {
    MemorySegment image = MemorySegment.ofArray(new float[numbers.length]);
    for (int i = 0; i < numbers.length; i++) {
      image.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) numbers[i]);
    }
    return image;
  }

  /** Host memory that copies can be enqueued from. */
  MemorySegment hostFloats(int count, double value) {
    MemorySegment host = memory(4L * count);
    for (int i = 0; i < count; i++) {
      host.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) value);
    }
    return host;
  }

  /** Memory from {@code ncclMemAlloc}, which {@link #memFree} really gives back. */
  DeviceBuffer ncclFloats(int count, double value) {
    Device device = device();
    MemorySegment out = memory(8);
    call("ncclMemAlloc", () -> abi().memAlloc(out, 4L * count));
    DeviceBuffer buffer = DeviceBuffer.wrap(device, DataType.FLOAT32, out.get(JAVA_LONG, 0), count);
    double[] numbers = new double[count];
    Arrays.fill(numbers, value);
    buffer.copyFrom(image(numbers));
    ncclMemory.add(buffer.address());
    return buffer;
  }

  int memFree(DeviceBuffer buffer) {
    ncclMemory.remove(buffer.address());
    return call("ncclMemFree", () -> abi().memFree(buffer.address()));
  }

  DeviceBuffer filled(Device device, DataType type, int count, double value) {
    double[] numbers = new double[count];
    Arrays.fill(numbers, value);
    return own(Values.of(device, type, numbers));
  }

  /** Elements that count up from {@code first}. */
  DeviceBuffer rising(int count, double first) {
    double[] numbers = new double[count];
    Arrays.setAll(numbers, i -> first + i);
    return own(Values.of(device(), DataType.FLOAT32, numbers));
  }

  /** A stream of this rank's device, waited for by {@link #settle}. */
  Stream stream() {
    return stream(device());
  }

  Stream stream(Device device) {
    Stream stream = own(device.newStream());
    streams.add(stream);
    return stream;
  }

  /** No longer waited for: it is closed, or waiting for it is the program's matter. */
  void forget(Stream stream) {
    streams.remove(stream);
  }

  /** Waits for one stream, within bounds. */
  void awaitIdle(Stream stream) {
    if (reports) {
      stream.synchronize();
    } else if (!polled(stream)) {
      idle = false;
      seen.hangs("rank " + rank + ": the stream does not end");
    }
  }

  /** Waits for all streams, within bounds; says whether they got idle. */
  boolean settle() {
    seen.enters(rank, "the wait for its streams");
    for (Stream stream : streams) {
      awaitIdle(stream);
    }
    streams.clear();
    seen.left(rank);
    return idle;
  }

  private static boolean polled(Stream stream) {
    long deadline = System.nanoTime() + SETTLE.toNanos();
    while (!stream.isIdle()) {
      if (System.nanoTime() - deadline >= 0) {
        return false;
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    return true;
  }

  /**
   * Waits for the streams, then notes whether {@code buffer} holds what is right. After a refusal
   * nothing was promised about data.
   */
  void expect(DeviceBuffer buffer, double... right) {
    if (!settle() || refused) {
      return;
    }
    double[] found = Values.numbers(buffer.slice(0, right.length));
    if (Arrays.equals(found, right)) {
      seen.rightData(rank, "data");
    } else {
      seen.wrongData(rank, "data " + difference(found, right));
    }
  }

  /** The same for elements that must all be {@code value}. */
  void expectAll(DeviceBuffer buffer, int count, double value) {
    double[] right = new double[count];
    Arrays.fill(right, value);
    expect(buffer, right);
  }

  /** Where two arrays differ, for people. */
  private static String difference(double[] found, double[] right) {
    int[] wrong = IntStream.range(0, right.length).filter(i -> found[i] != right[i]).toArray();
    return "is wrong in %d of %d elements, first [%d] = %s instead of %s"
        .formatted(wrong.length, right.length, wrong[0], found[wrong[0]], right[wrong[0]]);
  }
}
