package org.jccl.conformance.rules;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import org.jccl.Backend;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Stream;
import org.jccl.UniqueId;
import org.jccl.config.ConfigField;
import org.jccl.spi.ConfigStruct;
import org.jccl.spi.NcclAbi;

/**
 * A communicator of one rank on the first device, made and ended by hand on the raw surface; what
 * is wrong is thrown at {@link #close}, so that the communicator ends first.
 */
final class RawSingle implements RawCodes, AutoCloseable {
  private static final int MOST_POLLS = 200_000;
  private static final long POLL_NANOS = 50_000;

  private final NcclAbi abi;
  private final int version;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment slot = arena.allocate(64, 16);
  private final Stream stream;
  private final DeviceBuffer memory;
  private final List<String> problems = new ArrayList<>();
  private long comm;

  /** Stands for the thread of a rule, as {@link RawRank#RawRank()}. */
  @SuppressWarnings("NullAway")
  RawSingle() {
    this.abi = null;
    this.version = 0;
    this.stream = null;
    this.memory = null;
  }

  /** Nothing is created yet; the calling thread's device becomes the first one. */
  RawSingle(NcclAbi abi, Backend backend) {
    this.abi = abi;
    this.version = backend.ncclVersion();
    Device device = backend.devices().getFirst();
    device.makeCurrent();
    this.stream = device.newStream();
    this.memory = device.allocate(DataType.INT8, 256);
    memory.copyFrom(new byte[256]);
  }

  NcclAbi abi() {
    return abi;
  }

  /** The communicator's handle. */
  long comm() {
    return comm;
  }

  /** Takes a communicator over, to be ended at {@link #close}. */
  void adopt(long handle) {
    comm = handle;
  }

  /** Room for one output parameter. */
  MemorySegment slot() {
    return slot;
  }

  MemorySegment allocate(long bytes) {
    return arena.allocate(bytes, 16);
  }

  /** A configuration as NCCL's initializer makes it, but for {@code blocking}. */
  MemorySegment config(int blocking) {
    MemorySegment config = ConfigStruct.write(CommunicatorConfig.defaults(), version, arena);
    config.set(JAVA_INT, ConfigField.BLOCKING.offset(), blocking);
    return config;
  }

  /** Creates the communicator and waits until it is ready. */
  void open(MemorySegment config) {
    MemorySegment id = allocate(UniqueId.BYTES);
    expect("ncclGetUniqueId", 0, () -> abi.getUniqueId(id));
    open(id, config);
  }

  /** The same from an id. */
  void open(MemorySegment id, MemorySegment config) {
    int code = abi.commInitRankConfig(slot, 1, id, 0, config);
    comm = slot.get(JAVA_LONG, 0);
    check(code == 0 || code == IN_PROGRESS, "ncclCommInitRankConfig returned " + code);
    check(settled() == 0, "the communicator did not become ready");
  }

  /** The asynchronous state once it is no longer "in progress". */
  int settled() {
    int state = IN_PROGRESS;
    for (int i = 0; state == IN_PROGRESS && i < MOST_POLLS; i++) {
      if (abi.commGetAsyncError(comm, slot) != 0) {
        return -1;
      }
      state = slot.get(JAVA_INT, 0);
      if (state == IN_PROGRESS) {
        LockSupport.parkNanos(POLL_NANOS);
      }
    }
    return state;
  }

  /** A broadcast of one element from {@code root}. */
  int broadcast(int root) {
    long at = memory.address();
    return abi.broadcast(at, at, 1, 0, root, comm, stream.handle());
  }

  /** The code of a group that creates two ranks on the same device. */
  int openTwiceOnOneDevice() {
    MemorySegment id = allocate(UniqueId.BYTES);
    expect("ncclGetUniqueId", 0, () -> abi.getUniqueId(id));
    MemorySegment handles = allocate(16);
    abi.groupStart();
    abi.commInitRank(handles, 2, id, 0);
    abi.commInitRank(handles.asSlice(8), 2, id, 1);
    int code = abi.groupEnd();
    for (int i = 0; i < 2; i++) {
      long handle = handles.get(JAVA_LONG, 8L * i);
      if (handle != 0) {
        abi.commAbort(handle);
      }
    }
    return code;
  }

  /** Notes a problem unless {@code call} returns {@code code}. */
  void expect(String what, int code, IntSupplier call) {
    int result = call.getAsInt();
    check(result == code, what + " returned " + result + ", expected " + code);
  }

  /** Notes a problem unless {@code good}. */
  void check(boolean good, String problem) {
    if (!good) {
      problems.add(problem);
    }
  }

  @Override
  public void close() {
    stream.synchronize();
    if (comm != 0) {
      expect("ncclCommAbort", 0, () -> abi.commAbort(comm));
    }
    memory.close();
    stream.close();
    arena.close();
    if (!problems.isEmpty()) {
      throw new AssertionError(String.join("; ", problems));
    }
  }
}
