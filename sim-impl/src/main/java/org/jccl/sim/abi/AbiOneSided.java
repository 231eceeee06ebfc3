package org.jccl.sim.abi;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.jccl.sim.abi.AbiState.INVALID_ARGUMENT;
import static org.jccl.sim.abi.AbiState.INVALID_USAGE;
import static org.jccl.sim.abi.AbiState.OK;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jccl.DataType;
import org.jccl.ResultCode;
import org.jccl.ops.NcclFunction;
import org.jccl.sim.comm.life.CommLifecycle;
import org.jccl.sim.comm.onesided.OneSided;
import org.jccl.sim.comm.onesided.OneSidedCall;
import org.jccl.sim.device.SimStream;
import org.jccl.sim.kernel.HostTask;

/** One-sided operations behind the C functions (rules ARG-11 to ARG-14, RMA-01 to RMA-12). */
final class AbiOneSided {
  /** Four ints: opCnt, peer, sigIdx, ctx. */
  private static final long DESCRIPTOR_BYTES = 4L * Integer.BYTES;

  /** From here on check mode does not look at one-sided calls (ARG-04). */
  private static final int UNCHECKED_POINTERS = 23003;

  private static final String NOT_SET_UP =
      ": it has no window yet, and was created without rmaEagerInit (RMA-13)";

  private final AbiState state;

  AbiOneSided(AbiState state) {
    this.state = state;
  }

  /** Checks a call on an endpoint that may be used. */
  @FunctionalInterface
  private interface Check {
    int of(OneSided oneSided);
  }

  int putSignal(
      long source,
      long count,
      int type,
      int peer,
      long window,
      long offset,
      int signalIndex,
      int context,
      int flags,
      long comm,
      long stream) {
    state.require(NcclFunction.PUT_SIGNAL);
    Check check =
        oneSided -> {
          if (DataType.isCode(type) && isTooLarge(count, DataType.ofCode(type))) {
            return INVALID_ARGUMENT; // ARG-38 normalised: NCCL wraps
          }
          int code = oneSided.checkPut(peer, type, signalIndex, context, flags);
          return code == 0 ? oneSided.checkPutMemory(window, source) : code;
        };
    return issue(
        "put_signal",
        "PutSignal to rank " + peer,
        comm,
        stream,
        check,
        (own, on) -> {
          long bytes = count * DataType.ofCode(type).bytes();
          int line = own.line(signalIndex, context);
          return own.put(source, bytes, peer, window, offset, line, on);
        });
  }

  private static boolean isTooLarge(long count, DataType type) {
    return count < 0 || count > Long.MAX_VALUE / type.bytes();
  }

  int signal(int peer, int signalIndex, int context, int flags, long comm, long stream) {
    state.require(NcclFunction.SIGNAL);
    return issue(
        "signal",
        "Signal to rank " + peer,
        comm,
        stream,
        oneSided -> setUp(oneSided, oneSided.checkSignal(peer, signalIndex, context, flags)),
        (own, on) -> own.signal(peer, own.line(signalIndex, context), on));
  }

  int waitSignal(int descriptorCount, MemorySegment descriptors, long comm, long stream) {
    state.require(NcclFunction.WAIT_SIGNAL);
    List<OneSidedCall.Awaited> awaited = new ArrayList<>();
    return issue(
        "wait_signal",
        "WaitSignal with " + descriptorCount + " descriptors",
        comm,
        stream,
        oneSided -> setUp(oneSided, read(oneSided, descriptorCount, descriptors, awaited)),
        (own, on) -> own.await(awaited, on));
  }

  /** The code of good arguments where nothing is set up (RMA-13). */
  private static int setUp(OneSided oneSided, int code) {
    return code == OK ? oneSided.checkSetUp() : code;
  }

  private static int read(
      OneSided oneSided, int count, MemorySegment descriptors, List<OneSidedCall.Awaited> awaited) {
    int code = oneSided.checkWait(AbiState.isNull(descriptors) ? 0 : count);
    for (int i = 0; code == 0 && i < count; i++) {
      MemorySegment each = descriptors.asSlice(i * DESCRIPTOR_BYTES, DESCRIPTOR_BYTES);
      int signals = each.get(JAVA_INT_UNALIGNED, 0);
      int peer = each.get(JAVA_INT_UNALIGNED, 4);
      int index = each.get(JAVA_INT_UNALIGNED, 8);
      int context = each.get(JAVA_INT_UNALIGNED, 12);
      code = oneSided.checkDescriptor(signals, peer, index, context);
      awaited.add(new OneSidedCall.Awaited(peer, signals, oneSided.line(index, context)));
    }
    return code;
  }

  private int issue(
      String name,
      String what,
      long comm,
      long stream,
      Check check,
      BiFunction<OneSided, SimStream, OneSidedCall> make) {
    GroupState group = state.group();
    CommLifecycle life = state.life(comm);
    if (life == null) {
      return group.fail(state.refused(INVALID_ARGUMENT, what + ": no communicator " + comm));
    }
    if (life.isRevoked()) {
      return group.fail(state.refused(INVALID_USAGE, life + " was revoked (LIF-19)"));
    }
    HostTask task = state.kernel().enter();
    try {
      state.calls(task, life, name);
      int code = life.usable();
      String why = "";
      if (code == OK) {
        code = refusesPointers() ? INVALID_ARGUMENT : check.of(life.operations().oneSided());
        why = code == INVALID_USAGE ? NOT_SET_UP : "";
      }
      return AbiOperations.failed(
          group,
          life,
          code == OK
              ? queue(task, life, stream, make)
              : state.refused(code, what + " on " + life + why));
    } catch (RuntimeException reported) {
      group.fail(ResultCode.INTERNAL_ERROR.code()); // what is queued must not be launched (GRP-11)
      throw reported;
    } finally {
      state.kernel().exit(task);
    }
  }

  private int queue(
      HostTask task,
      CommLifecycle life,
      long stream,
      BiFunction<OneSided, SimStream, OneSidedCall> make) {
    SimStream own = AbiOperations.stream(life.device(), stream);
    if (own == null) {
      return ResultCode.UNHANDLED_CUDA_ERROR.code();
    }
    OneSidedCall call = make.apply(life.operations().oneSided(), own);
    GroupState group = state.group();
    group.start();
    int code = state.endOwn(task, group.fail(group.add(life, call)));
    boolean told = code == OK && !group.isOpen() && !life.isBlocking();
    return told ? life.state() : code;
  }

  /** ARG-04: before 2.30.3 check mode misses the receive buffer that these calls have not. */
  private boolean refusesPointers() {
    return state.simulation().checksPointers() && state.simulation().version() < UNCHECKED_POINTERS;
  }
}
