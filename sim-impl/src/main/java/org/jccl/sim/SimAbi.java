package org.jccl.sim;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jccl.CollectiveException;
import org.jccl.DataType;
import org.jccl.ReportedMisuse;
import org.jccl.ResultCode;
import org.jccl.UniqueId;
import org.jccl.ops.ConfigField;
import org.jccl.ops.Operation;
import org.jccl.sim.comm.Creations;
import org.jccl.sim.comm.Endpoint;
import org.jccl.sim.comm.RawGroup;
import org.jccl.sim.device.CurrentDevice;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.device.SimStream;
import org.jccl.sim.device.World;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jccl.spi.NcclAbi;
import org.jspecify.annotations.Nullable;

/**
 * The simulator behind NCCL's C functions: the same result codes from the same wrong arguments,
 * checked in the same order (chapter 8 of the rule book). A misuse that NCCL would not notice is
 * thrown as {@link ReportedMisuse}.
 */
final class SimAbi implements NcclAbi {
  private static final int OK = 0;
  private static final int INVALID_ARGUMENT = ResultCode.INVALID_ARGUMENT.code();
  private static final int INVALID_USAGE = ResultCode.INVALID_USAGE.code();
  private static final int HOST_IMMEDIATE = 1;

  private final World world;
  private final Kernel kernel;
  private final Creations creations;
  private final List<SimDevice> devices;
  private final Map<Long, Endpoint> endpoints = new ConcurrentHashMap<>();
  private final AtomicLong nextHandle = new AtomicLong(0x5100);
  private volatile String lastError = "";
  private final ThreadLocal<RawGroup> groups = ThreadLocal.withInitial(RawGroup::new);

  SimAbi(World world, Creations creations, List<SimDevice> devices) {
    this.world = world;
    this.kernel = world.kernel();
    this.creations = creations;
    this.devices = devices;
  }

  private static boolean isNull(MemorySegment pointer) {
    return pointer.address() == 0 && pointer.isNative();
  }

  private SimDevice currentDevice() {
    SimDevice current = CurrentDevice.get();
    return current != null && devices.contains(current) ? current : devices.getFirst();
  }

  // ---------------------------------------------------------------- library

  @Override
  public int getVersion(MemorySegment version) {
    if (isNull(version)) {
      return INVALID_ARGUMENT;
    }
    version.set(JAVA_INT_UNALIGNED, 0, world.version());
    return OK;
  }

  @Override
  public int getUniqueId(MemorySegment uniqueId) {
    if (isNull(uniqueId)) {
      return INVALID_ARGUMENT;
    }
    HostTask task = kernel.enter();
    try {
      byte[] bytes = creations.newUniqueId().toBytes();
      MemorySegment.copy(bytes, 0, uniqueId, ValueLayout.JAVA_BYTE, 0, bytes.length);
      return OK;
    } finally {
      kernel.exit(task);
    }
  }

  @Override
  public String getErrorString(int result) {
    return switch (ResultCode.of(result)) {
      case SUCCESS -> "no error";
      case UNHANDLED_CUDA_ERROR -> "unhandled cuda error";
      case SYSTEM_ERROR -> "unhandled system error";
      case INTERNAL_ERROR -> "internal error";
      case INVALID_ARGUMENT -> "invalid argument";
      case INVALID_USAGE -> "invalid usage";
      case REMOTE_ERROR -> "remote process exited or there was a network error";
      case IN_PROGRESS -> "operation in progress";
      case TIMEOUT -> world.version() >= 23003 ? "operation timed out" : "unknown result code";
      case UNKNOWN -> "unknown result code";
    };
  }

  /** Of the process, whatever the communicator (ERR-07). */
  @Override
  public String getLastError(long comm) {
    return lastError;
  }

  /** A refusal with the words that go with it. */
  private int refused(int code, String words) {
    lastError = words;
    return code;
  }

  // ---------------------------------------------------------------- creation

  @Override
  public int commInitRank(MemorySegment comm, int nranks, MemorySegment uniqueId, int rank) {
    return init(comm, nranks, uniqueId, rank, MemorySegment.NULL);
  }

  @Override
  public int commInitRankConfig(
      MemorySegment comm, int nranks, MemorySegment uniqueId, int rank, MemorySegment config) {
    return init(comm, nranks, uniqueId, rank, config);
  }

  private int init(
      MemorySegment comm, int nranks, MemorySegment uniqueId, int rank, MemorySegment config) {
    RawGroup group = groups.get();
    String wrong = wrongArgument(comm, nranks, rank, config);
    if (wrong != null) {
      return group.fail(refused(INVALID_ARGUMENT, "init: " + wrong)); // poisons (GRP-13)
    }
    String name = isNull(config) ? null : nameIn(config);
    UniqueId id = UniqueId.of(uniqueId.asSlice(0, UniqueId.BYTES).toArray(ValueLayout.JAVA_BYTE));
    SimDevice device = currentDevice();
    if (group.isOpen()) {
      group.addInit(
          id, rank, nranks, device, name, made -> comm.set(JAVA_LONG_UNALIGNED, 0, register(made)));
      return OK;
    }
    HostTask task = kernel.enter();
    try {
      Endpoint endpoint = creations.await(task, creations.enrol(id, rank, nranks, device, name));
      comm.set(JAVA_LONG_UNALIGNED, 0, register(endpoint));
      return OK;
    } catch (CollectiveException failure) {
      return codeOf(failure);
    } finally {
      kernel.exit(task);
    }
  }

  /** What NCCL refuses a creation for, in its order (ARG-15, ARG-16); or null. */
  private @Nullable String wrongArgument(
      MemorySegment comm, int nranks, int rank, MemorySegment config) {
    if (nranks < 1) {
      return "nranks " + nranks;
    }
    if (isNull(comm)) {
      return "null output";
    }
    comm.set(JAVA_LONG_UNALIGNED, 0, 0L);
    if (rank < 0 || rank >= nranks) {
      return "rank " + rank + " of " + nranks;
    }
    return isNull(config) ? null : wrongField(config);
  }

  private int codeOf(CollectiveException failure) {
    if (failure instanceof ReportedMisuse misuse) {
      throw misuse;
    }
    return refused(failure.code().code(), String.valueOf(failure.getMessage()));
  }

  private long register(Endpoint endpoint) {
    long handle = nextHandle.addAndGet(16);
    endpoints.put(handle, endpoint);
    return handle;
  }

  /** What is wrong by rules CFG-01 to CFG-16, of which the first failing one decides; or null. */
  private @Nullable String wrongField(MemorySegment config) {
    if (config.get(JAVA_INT_UNALIGNED, ConfigField.MAGIC_OFFSET) != ConfigField.MAGIC) {
      return "configuration without magic";
    }
    int version = config.get(JAVA_INT_UNALIGNED, ConfigField.VERSION_OFFSET);
    int known = Math.min(version, world.version());
    for (ConfigField field : ConfigField.values()) {
      if (field.since() <= known) {
        int value = config.get(JAVA_INT_UNALIGNED, field.offset());
        if (!field.allows(value)) {
          return field.nativeName() + " " + value;
        }
      }
    }
    if (ConfigField.MAX_CTAS.since() > known) {
      return null;
    }
    int min = config.get(JAVA_INT_UNALIGNED, ConfigField.MIN_CTAS.offset());
    int max = config.get(JAVA_INT_UNALIGNED, ConfigField.MAX_CTAS.offset());
    // CFG-05: also with an undefined max
    return min == ConfigField.UNDEFINED || min <= max ? null : "minCTAs " + min + " > " + max;
  }

  /** CFG-18: a name for messages, here as in NCCL's log. */
  private static @Nullable String nameIn(MemorySegment config) {
    int version = config.get(JAVA_INT_UNALIGNED, ConfigField.VERSION_OFFSET);
    boolean named = ConfigField.structBytes(version) >= ConfigField.COMM_NAME_OFFSET + Long.BYTES;
    return named
        ? HostMemory.text(config.get(JAVA_LONG_UNALIGNED, ConfigField.COMM_NAME_OFFSET))
        : null;
  }

  @Override
  public int commInitAll(MemorySegment comms, int ndev, MemorySegment deviceList) {
    if (isNull(comms) || ndev < 1) {
      return INVALID_ARGUMENT; // INIT-13 normalised: 0 is refused too
    }
    List<SimDevice> chosen = new ArrayList<>();
    for (int i = 0; i < ndev; i++) {
      int index = isNull(deviceList) ? i : deviceList.get(JAVA_INT_UNALIGNED, 4L * i);
      if (index < 0 || index >= devices.size()) {
        return INVALID_ARGUMENT;
      }
      if (chosen.contains(devices.get(index))) {
        return INVALID_USAGE;
      }
      chosen.add(devices.get(index));
    }
    HostTask task = kernel.enter();
    try {
      int i = 0;
      for (Endpoint endpoint : creations.joinAll(chosen, null)) {
        comms.set(JAVA_LONG_UNALIGNED, 8L * i++, register(endpoint));
      }
      return OK;
    } finally {
      kernel.exit(task);
    }
  }

  // ---------------------------------------------------------------- lifecycle

  @Override
  public int commFinalize(long comm) {
    Endpoint endpoint = endpoints.get(comm);
    if (comm == 0) {
      return OK;
    }
    if (endpoint == null || !endpoint.finalizeOnce()) {
      return INVALID_ARGUMENT;
    }
    HostTask task = kernel.enter();
    try {
      endpoint.awaitIssued(task);
      return OK;
    } finally {
      kernel.exit(task);
    }
  }

  @Override
  public int commDestroy(long comm) {
    if (comm == 0) {
      return OK;
    }
    Endpoint endpoint = endpoints.remove(comm);
    if (endpoint == null) {
      return INVALID_ARGUMENT;
    }
    HostTask task = kernel.enter();
    try {
      endpoint.close(task);
      return OK;
    } finally {
      kernel.exit(task);
    }
  }

  @Override
  public int commAbort(long comm) {
    if (comm == 0) {
      return OK;
    }
    Endpoint endpoint = endpoints.remove(comm);
    if (endpoint == null) {
      return INVALID_ARGUMENT;
    }
    HostTask task = kernel.enter();
    try {
      endpoint.abort("ncclCommAbort was called");
      return OK;
    } finally {
      kernel.exit(task);
    }
  }

  @Override
  public int commGetAsyncError(long comm, MemorySegment result) {
    return query(comm, result, endpoint -> endpoint.refusal() == null ? 0 : 6);
  }

  @Override
  public int commCount(long comm, MemorySegment count) {
    return query(comm, count, Endpoint::worldSize);
  }

  @Override
  public int commCuDevice(long comm, MemorySegment device) {
    return query(comm, device, endpoint -> endpoint.device().index());
  }

  @Override
  public int commUserRank(long comm, MemorySegment rank) {
    return query(comm, rank, Endpoint::rank);
  }

  private int query(
      long comm, MemorySegment out, java.util.function.ToIntFunction<Endpoint> value) {
    Endpoint endpoint = endpoints.get(comm);
    if (endpoint == null || isNull(out)) {
      return INVALID_ARGUMENT;
    }
    out.set(JAVA_INT_UNALIGNED, 0, value.applyAsInt(endpoint));
    return OK;
  }

  // ---------------------------------------------------------------- reductions

  @Override
  public int redOpCreatePreMulSum(
      MemorySegment op, long scalar, int type, int residence, long comm) {
    Endpoint endpoint = endpoints.get(comm);
    if (endpoint == null) {
      return INVALID_ARGUMENT;
    }
    if (isNull(op) || scalar == 0) {
      return INVALID_ARGUMENT; // PMS-10 normalised: NCCL crashes
    }
    if (!DataType.isCode(type)) {
      if (residence == HOST_IMMEDIATE) {
        return ResultCode.INTERNAL_ERROR.code();
      }
      op.set(JAVA_INT_UNALIGNED, 0, endpoint.createScaleOfNoType());
      return OK;
    }
    DataType of = DataType.ofCode(type);
    int code;
    if (residence == HOST_IMMEDIATE) {
      code = endpoint.createScale(of, HostMemory.read(scalar, of.bytes()));
    } else {
      code =
          endpoint.createScale(
              of, endpoint.device().memory().range(scalar, of.bytes(), "scalar of a PreMulSum"));
    }
    op.set(JAVA_INT_UNALIGNED, 0, code);
    return OK;
  }

  @Override
  public int redOpDestroy(int op, long comm) {
    Endpoint endpoint = endpoints.get(comm);
    boolean known = op >= 5 && endpoint != null && endpoint.destroyScale(op);
    return known ? OK : INVALID_ARGUMENT; // PMS-08
  }

  // ---------------------------------------------------------------- operations

  private int issue(
      Operation operation,
      long send,
      long recv,
      long count,
      int type,
      int op,
      int rootOrPeer,
      long comm,
      long stream) {
    RawGroup group = groups.get();
    Endpoint endpoint = endpoints.get(comm);
    if (endpoint == null) {
      return group.fail(refused(INVALID_ARGUMENT, operation.label() + ": no communicator " + comm));
    }
    HostTask task = kernel.enter();
    try {
      RuntimeException refusal = endpoint.refusal();
      if (refusal != null) {
        throw refusal;
      }
      int code = endpoint.validate(operation, count, type, op, rootOrPeer);
      SimStream own = stream(endpoint, stream);
      if (code != 0 || own == null) {
        return group.fail(
            refused(
                code != 0 ? code : ResultCode.UNHANDLED_CUDA_ERROR.code(),
                operation.label()
                    + " on "
                    + endpoint
                    + ": count "
                    + count
                    + ", type "
                    + type
                    + ", op "
                    + op
                    + ", root or peer "
                    + rootOrPeer
                    + ", stream "
                    + stream));
      }
      return group.issue(endpoint, operation, send, recv, count, type, op, rootOrPeer, own);
    } catch (RuntimeException reported) {
      group.fail(ResultCode.INTERNAL_ERROR.code()); // what is queued must not be launched (GRP-11)
      throw reported;
    } finally {
      kernel.exit(task);
    }
  }

  private static @Nullable SimStream stream(Endpoint endpoint, long handle) {
    SimDevice device = endpoint.device();
    return handle == 0 ? device.defaultStream() : device.streamOf(handle);
  }

  @Override
  public int allReduce(long send, long recv, long count, int type, int op, long comm, long stream) {
    return issue(Operation.ALL_REDUCE, send, recv, count, type, op, 0, comm, stream);
  }

  @Override
  public int broadcast(
      long send, long recv, long count, int type, int root, long comm, long stream) {
    return issue(Operation.BROADCAST, send, recv, count, type, 0, root, comm, stream);
  }

  @Override
  public int bcast(long buffer, long count, int type, int root, long comm, long stream) {
    return broadcast(buffer, buffer, count, type, root, comm, stream);
  }

  @Override
  public int reduce(
      long send, long recv, long count, int type, int op, int root, long comm, long stream) {
    return issue(Operation.REDUCE, send, recv, count, type, op, root, comm, stream);
  }

  @Override
  public int allGather(long send, long recv, long count, int type, long comm, long stream) {
    return issue(Operation.ALL_GATHER, send, recv, count, type, 0, 0, comm, stream);
  }

  @Override
  public int reduceScatter(
      long send, long recv, long count, int type, int op, long comm, long stream) {
    return issue(Operation.REDUCE_SCATTER, send, recv, count, type, op, 0, comm, stream);
  }

  @Override
  public int allToAll(long send, long recv, long count, int type, long comm, long stream) {
    return issue(Operation.ALL_TO_ALL, send, recv, count, type, 0, 0, comm, stream);
  }

  @Override
  public int gather(long send, long recv, long count, int type, int root, long comm, long stream) {
    return issue(Operation.GATHER, send, recv, count, type, 0, root, comm, stream);
  }

  @Override
  public int scatter(long send, long recv, long count, int type, int root, long comm, long stream) {
    return issue(Operation.SCATTER, send, recv, count, type, 0, root, comm, stream);
  }

  @Override
  public int send(long buffer, long count, int type, int peer, long comm, long stream) {
    return issue(Operation.SEND, buffer, 0, count, type, 0, peer, comm, stream);
  }

  @Override
  public int recv(long buffer, long count, int type, int peer, long comm, long stream) {
    return issue(Operation.RECV, 0, buffer, count, type, 0, peer, comm, stream);
  }

  // ---------------------------------------------------------------- groups

  @Override
  public int groupStart() {
    return groups.get().start();
  }

  @Override
  public int groupEnd() {
    RawGroup group = groups.get();
    HostTask task = kernel.enter();
    try {
      return group.end(task, creations);
    } catch (CollectiveException failure) {
      return codeOf(failure);
    } finally {
      kernel.exit(task);
    }
  }

  // ---------------------------------------------------------------- memory

  @Override
  public int memAlloc(MemorySegment address, long bytes) {
    if (isNull(address) || bytes < 0) {
      return ResultCode.UNHANDLED_CUDA_ERROR.code(); // ARG-33
    }
    long made = bytes == 0 ? 0 : currentDevice().memory().allocate(bytes);
    address.set(JAVA_LONG_UNALIGNED, 0, made);
    return OK;
  }

  @Override
  public int memFree(long address) {
    if (address == 0) {
      return OK;
    }
    for (SimDevice device : devices) {
      if (device.memory().find(address, 1) != null) {
        device.memory().free(address);
        return OK;
      }
    }
    return ResultCode.UNHANDLED_CUDA_ERROR.code();
  }
}
