package org.jccl.sim.abi;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.jccl.sim.abi.AbiState.INVALID_ARGUMENT;
import static org.jccl.sim.abi.AbiState.INVALID_USAGE;
import static org.jccl.sim.abi.AbiState.OK;

import java.lang.foreign.MemorySegment;
import org.jccl.CollectiveException;
import org.jccl.DataType;
import org.jccl.ResultCode;
import org.jccl.ops.Call;
import org.jccl.ops.CallArguments;
import org.jccl.ops.CallSetting;
import org.jccl.ops.NcclFunction;
import org.jccl.ops.Operation;
import org.jccl.sim.comm.OpenGroup;
import org.jccl.sim.comm.call.Request;
import org.jccl.sim.comm.life.CommLifecycle;
import org.jccl.sim.comm.life.Endpoint;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.device.SimStream;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jspecify.annotations.Nullable;

/** Stream operations and custom reductions behind the C functions (chapters 5, 6 and 8). */
public final class AbiOperations {
  private static final int HOST_IMMEDIATE = 1;

  private final AbiState state;
  private final ThreadLocal<GroupState> groups;
  private final Kernel kernel;

  AbiOperations(AbiState state) {
    this.state = state;
    this.groups = state.groups();
    this.kernel = state.kernel();
  }

  /** One stream operation, as its C function gets it. */
  int issue(
      Operation operation,
      long send,
      long recv,
      long count,
      int type,
      int op,
      int rootOrPeer,
      long comm,
      long stream) {
    CommLifecycle life = state.life(comm);
    if (life == null) {
      return state
          .group()
          .fail(state.refused(INVALID_ARGUMENT, operation.label() + ": no communicator " + comm));
    }
    CallArguments call = groups.get().arguments(); // used again by each call of this thread
    return issue(life, call.set(operation, send, recv, count, type, op, rootOrPeer), null, stream);
  }

  /** The arguments of the running thread's next call, used again by each. */
  CallArguments arguments() {
    return groups.get().arguments();
  }

  /** The same with a configuration of the call; null is the plain call (rule CFG-25). */
  int issueConfigured(CallArguments call, long comm, long stream, MemorySegment config) {
    NcclFunction function = call.operation().configuredFunction();
    if (function == null) {
      throw new IllegalArgumentException(call.operation() + " takes no configuration");
    }
    state.require(function);
    if (!AbiState.isNull(config)) {
      AbiCallConfig own = new AbiCallConfig(state.simulation(), config);
      String wrong = own.wrong();
      if (wrong != null) { // before anything else is looked at, and no open group hears of it
        return state.refused(INVALID_ARGUMENT, function.symbol() + ": " + wrong + " (CFG-26)");
      }
      call.isConfiguredBy(own.setting());
    }
    CommLifecycle life = state.life(comm);
    if (life == null) {
      String words = call.operation().label() + ": no communicator " + comm;
      return state.group().fail(state.refused(INVALID_ARGUMENT, words));
    }
    return issue(life, call, null, stream);
  }

  /** The same for a caller that knows whose handle it is, and the stream. */
  public int issue(CommLifecycle life, CallArguments call, SimStream stream) {
    return issue(life, call, stream, stream.handle());
  }

  private int issue(
      CommLifecycle life, CallArguments call, @Nullable SimStream known, long handle) {
    GroupState group = groups.get();
    if (life.isRevoked()) {
      return group.fail(state.refused(INVALID_USAGE, life + " was revoked (LIF-19)"));
    }
    Thread other = life.guard().enter();
    HostTask task = kernel.enter();
    kernel.declares(task);
    try {
      kernel.calls(task, life.device().index(), call.operation().label());
      return checked(group, task, life, call, known, handle, other);
    } catch (RuntimeException reported) {
      RefusedOutputs.note(life, call, known(life, known, handle));
      if (reported instanceof CollectiveException coded && coded.code() != ResultCode.UNKNOWN) {
        return failed(group, life, state.codeOf(coded));
      }
      group.spoil(); // what is queued must not be launched (GRP-11)
      throw reported;
    } finally {
      life.guard().exit();
      kernel.exit(task);
    }
  }

  private int checked(
      GroupState group,
      HostTask task,
      CommLifecycle life,
      CallArguments call,
      @Nullable SimStream known,
      long handle,
      @Nullable Thread other) {
    life.requireAlone(task, other);
    Operation operation = call.operation();
    int code = life.usable();
    if (code != OK) {
      RefusedOutputs.note(life, call, known(life, known, handle));
      return failed(group, life, state.refused(code, life + " is not ready (ARG-02)"));
    }
    life.requireNotFinalized(operation.label()); // what has failed answers with its code
    Endpoint own = life.operations();
    code = own.admission().check(call);
    CallSetting setting = call.setting();
    if (code == OK && setting != null && call.count() > 0) {
      String refusal = setting.refusal(operation);
      if (refusal != null) {
        return failed(group, life, state.refused(INVALID_ARGUMENT, refusal + " (CFG-28)"));
      }
    }
    SimStream stream = known != null && !known.isClosed() ? known : stream(life.device(), handle);
    if (code == OK && stream == null && state.simulation().isChecking()) {
      throw own.enqueuer().refuseStream(operation, handle);
    }
    if (code != OK || stream == null) {
      int refusal = code != OK ? code : ResultCode.UNHANDLED_CUDA_ERROR.code();
      String words = operation.label() + " on " + own + ": " + call + ", stream " + handle;
      return failed(group, life, state.refused(refusal, words));
    }
    return failed(group, life, issue(group, task, life, own, call, stream));
  }

  private static @Nullable SimStream known(
      CommLifecycle life, @Nullable SimStream stream, long handle) {
    return stream != null ? stream : stream(life.device(), handle);
  }

  /** Issues one checked call, or queues it while a group is open (rule GRP-06). */
  private static int issue(
      GroupState group,
      HostTask task,
      CommLifecycle life,
      Endpoint own,
      CallArguments call,
      SimStream stream) {
    OpenGroup holder = life.guard().openGroup();
    if (holder != null && holder != group) {
      holder.refuseOtherThread(own.member());
    }
    if (!own.admission().knowsBuffers(call)) {
      throw new CollectiveException(
          ResultCode.INVALID_ARGUMENT,
          call + " on " + own + ": a buffer is not a valid pointer of its device (ARG-04)");
    }
    boolean isAlone = group.depth() == 0 && life.isBlocking();
    Request request = own.enqueuer().request(task, call, stream, isAlone);
    boolean alone = own.member().worldSize() == 1 && request.isCollective(); // GRP-07: at once
    boolean waits = life.isBlocking() || request.isDropped();
    return alone || (group.depth() == 0 && waits)
        ? own.enqueuer().call(task, request)
        : group.add(life, request);
  }

  /** A failing call poisons an open group, and stays on a nonblocking communicator (ERR-05). */
  static int failed(GroupState group, CommLifecycle life, int code) {
    if (code != OK && code != AbiState.IN_PROGRESS) {
      life.storeFailure(code);
      group.fail(code);
    }
    return code;
  }

  static @Nullable SimStream stream(SimDevice device, long handle) {
    return handle == 0 ? device.defaultStream() : device.streamOf(handle);
  }

  int redOpCreatePreMulSum(MemorySegment op, long scalar, int type, int residence, long comm) {
    Endpoint endpoint = state.endpoint(comm);
    if (endpoint == null) {
      return INVALID_ARGUMENT;
    }
    if (AbiState.isNull(op) || scalar == 0) {
      return INVALID_ARGUMENT; // PMS-10 normalised: NCCL crashes
    }
    if (!DataType.isCode(type)) {
      if (residence == HOST_IMMEDIATE) {
        return ResultCode.INTERNAL_ERROR.code();
      }
      op.set(JAVA_INT_UNALIGNED, 0, endpoint.scales().createOfNoType());
      return OK;
    }
    DataType of = DataType.ofCode(type);
    int code;
    if (residence == HOST_IMMEDIATE) {
      code = endpoint.scales().create(of, HostMemory.read(scalar, of.bytes()));
    } else {
      code =
          endpoint
              .scales()
              .create(
                  of,
                  endpoint
                      .member()
                      .device()
                      .memory()
                      .kept(scalar, of.bytes(), "scalar of a PreMulSum"));
    }
    op.set(JAVA_INT_UNALIGNED, 0, code);
    return OK;
  }

  int redOpDestroy(int op, long comm) {
    Endpoint endpoint = state.endpoint(comm);
    boolean known = op >= Call.PRE_MUL_SUM && endpoint != null && endpoint.scales().destroy(op);
    return known ? OK : INVALID_ARGUMENT; // PMS-08
  }
}
