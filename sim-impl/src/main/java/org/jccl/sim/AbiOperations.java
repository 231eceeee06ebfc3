package org.jccl.sim;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.jccl.sim.AbiState.INVALID_ARGUMENT;
import static org.jccl.sim.AbiState.OK;

import java.lang.foreign.MemorySegment;
import org.jccl.DataType;
import org.jccl.ResultCode;
import org.jccl.ops.Operation;
import org.jccl.sim.comm.Endpoint;
import org.jccl.sim.comm.RawGroup;
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
    RawGroup group = state.group();
    Endpoint endpoint = state.endpoint(comm);
    if (endpoint == null) {
      return group.fail(
          state.refused(INVALID_ARGUMENT, operation.label() + ": no communicator " + comm));
    }
    Thread other = endpoint.comesIn();
    HostTask task = state.kernel().enter();
    try {
      endpoint.requireAlone(task, other);
      RuntimeException refusal = endpoint.refusal();
      if (refusal != null) {
        throw refusal;
      }
      int code = endpoint.validate(operation, count, type, op, rootOrPeer);
      SimStream own = stream(endpoint, stream);
      if (code == 0 && own == null && state.world().isChecking()) {
        throw endpoint.refuseStream(operation, stream);
      }
      if (code != 0 || own == null) {
        return group.fail(
            state.refused(
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
      return group.issue(task, endpoint, operation, send, recv, count, type, op, rootOrPeer, own);
    } catch (RuntimeException reported) {
      group.fail(ResultCode.INTERNAL_ERROR.code()); // what is queued must not be launched (GRP-11)
      throw reported;
    } finally {
      endpoint.goesOut();
      state.kernel().exit(task);
    }
  }

  private static @Nullable SimStream stream(Endpoint endpoint, long handle) {
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
      return residence == HOST_IMMEDIATE ? ResultCode.INTERNAL_ERROR.code() : INVALID_ARGUMENT;
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

  int redOpDestroy(int op, long comm) {
    Endpoint endpoint = state.endpoint(comm);
    boolean known = op >= 5 && endpoint != null && endpoint.destroyScale(op);
    return known ? OK : INVALID_ARGUMENT; // PMS-08
  }
}
