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
import org.jccl.ops.Operation;
import org.jccl.sim.comm.Endpoint;
import org.jccl.sim.comm.Life;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.device.SimStream;
import org.jccl.sim.kernel.HostTask;
import org.jspecify.annotations.Nullable;

/** Stream operations and custom reductions behind the C functions (chapters 5, 6 and 8). */
final class AbiOperations {
  private static final int HOST_IMMEDIATE = 1;

  private final AbiState state;

  AbiOperations(AbiState state) {
    this.state = state;
  }

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
    Life life = state.life(comm);
    if (life == null) {
      return state
          .group()
          .fail(state.refused(INVALID_ARGUMENT, operation.label() + ": no communicator " + comm));
    }
    return issue(operation, send, recv, count, type, op, rootOrPeer, life, stream);
  }

  /** The same for a caller that knows whose handle it is. */
  int issue(
      Operation operation,
      long send,
      long recv,
      long count,
      int type,
      int op,
      int rootOrPeer,
      Life life,
      long stream) {
    RawGroup group = state.group();
    if (life.isRevoked()) {
      return group.fail(state.refused(INVALID_USAGE, life + " was revoked (LIF-19)"));
    }
    Thread other = life.comesIn();
    HostTask task = state.kernel().enter();
    try {
      life.requireAlone(task, other);
      requireUsable(life);
      int code = life.readyTest();
      if (code != OK) {
        return failed(group, life, state.refused(code, life + " is not ready (ARG-02)"));
      }
      life.requireNotFinalized(operation.label()); // what has failed answers with its code
      Endpoint endpoint = life.operations();
      code = endpoint.admission().validate(operation, count, type, op, rootOrPeer);
      SimStream own = stream(endpoint, stream);
      if (code == OK && own == null && state.world().isChecking()) {
        throw endpoint.launching().refuseStream(operation, stream);
      }
      if (code != OK || own == null) {
        int refusal = code != OK ? code : ResultCode.UNHANDLED_CUDA_ERROR.code();
        String words =
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
                + stream;
        return failed(group, life, state.refused(refusal, words));
      }
      return failed(
          group,
          life,
          group.issue(task, endpoint, operation, send, recv, count, type, op, rootOrPeer, own));
    } catch (RuntimeException reported) {
      if (reported instanceof CollectiveException known && known.code() != ResultCode.UNKNOWN) {
        return failed(group, life, state.codeOf(known));
      }
      group.spoil(); // what is queued must not be launched (GRP-11)
      throw reported;
    } finally {
      life.goesOut();
      state.kernel().exit(task);
    }
  }

  /** Throws what was found out about the communicator, or why it was stopped. */
  static void requireUsable(Life life) {
    RuntimeException refusal = life.refusal();
    if (refusal != null) {
      throw refusal;
    }
  }

  /** A failing call poisons an open group, and stays on a nonblocking communicator (ERR-05). */
  static int failed(RawGroup group, Life life, int code) {
    if (code != OK && code != AbiState.IN_PROGRESS) {
      life.storeFailure(code);
      group.fail(code);
    }
    return code;
  }

  static @Nullable SimStream stream(Endpoint endpoint, long handle) {
    SimDevice device = endpoint.device();
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
                  endpoint.device().memory().range(scalar, of.bytes(), "scalar of a PreMulSum"));
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
