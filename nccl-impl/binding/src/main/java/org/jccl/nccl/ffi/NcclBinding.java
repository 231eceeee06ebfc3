package org.jccl.nccl.ffi;

import static java.lang.foreign.MemoryLayout.sequenceLayout;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Map;
import org.jccl.UniqueId;
import org.jccl.ops.NcclFunction;

/**
 * NCCL's C functions as Java methods, over one library's addresses.
 *
 * <p>The handles are static and have no symbol bound, so that the JIT sees them as constants for
 * every library alike; the address goes in as first argument. Device pointers, handles and streams
 * travel as {@code long}, which is cheaper than segments; output parameters are segments, which the
 * linker keeps alive and refuses when they are on the heap. No call is {@code critical}: NCCL may
 * wait inside any of them (STR-11). A missing function has the null address, which the linker
 * refuses before it calls, so presence costs the calls nothing.
 */
public final class NcclBinding extends WindowCalls {
  /** {@code ncclUniqueId}: 128 bytes, passed by value (UID-01). */
  static final MemoryLayout UNIQUE_ID = structLayout(sequenceLayout(UniqueId.BYTES, JAVA_BYTE));

  private static final MethodHandle NO_ARGUMENT = call();
  private static final MethodHandle HANDLE = call(JAVA_LONG);
  private static final MethodHandle HANDLE_OUT = call(JAVA_LONG, ADDRESS);
  private static final MethodHandle OUT = call(ADDRESS);
  private static final MethodHandle OP_HANDLE = call(JAVA_INT, JAVA_LONG);
  private static final MethodHandle INIT_RANK = call(ADDRESS, JAVA_INT, UNIQUE_ID, JAVA_INT);
  private static final MethodHandle INIT_RANK_CONFIG =
      call(ADDRESS, JAVA_INT, UNIQUE_ID, JAVA_INT, ADDRESS);
  private static final MethodHandle INIT_ALL = call(ADDRESS, JAVA_INT, ADDRESS);
  private static final MethodHandle PRE_MUL_SUM =
      call(ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG);

  /** Send, receive, count, type, communicator, stream. */
  private static final MethodHandle TWO_BUFFERS =
      call(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);

  /** The same with a reduction or a root after the type. */
  private static final MethodHandle TWO_BUFFERS_CHOICE =
      call(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);

  /** The same with a reduction and a root. */
  private static final MethodHandle ROOTED_REDUCTION =
      call(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);

  /** Buffer, count, type, root or peer, communicator, stream. */
  private static final MethodHandle ONE_BUFFER =
      call(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);

  private static final MethodHandle TEXT_OF_CODE =
      NativeAccess.downcall(FunctionDescriptor.of(JAVA_LONG, JAVA_INT));
  private static final MethodHandle TEXT_OF_HANDLE =
      NativeAccess.downcall(FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));

  private final MemorySegment getVersionAddress;
  private final MemorySegment getUniqueIdAddress;
  private final MemorySegment commInitRankAddress;
  private final MemorySegment commInitRankConfigAddress;
  private final MemorySegment commInitAllAddress;
  private final MemorySegment commFinalizeAddress;
  private final MemorySegment commDestroyAddress;
  private final MemorySegment commAbortAddress;
  private final MemorySegment commGetAsyncErrorAddress;
  private final MemorySegment commCountAddress;
  private final MemorySegment commCuDeviceAddress;
  private final MemorySegment commUserRankAddress;
  private final MemorySegment redOpCreatePreMulSumAddress;
  private final MemorySegment redOpDestroyAddress;
  private final MemorySegment allReduceAddress;
  private final MemorySegment broadcastAddress;
  private final MemorySegment bcastAddress;
  private final MemorySegment reduceAddress;
  private final MemorySegment allGatherAddress;
  private final MemorySegment reduceScatterAddress;
  private final MemorySegment allToAllAddress;
  private final MemorySegment gatherAddress;
  private final MemorySegment scatterAddress;
  private final MemorySegment sendAddress;
  private final MemorySegment recvAddress;
  private final MemorySegment groupStartAddress;
  private final MemorySegment groupEndAddress;
  private final MemorySegment getErrorStringAddress;
  private final MemorySegment getLastErrorAddress;

  NcclBinding(NcclLibrary library, Map<NcclFunction, MemorySegment> addresses) {
    super(library, addresses);
    this.getVersionAddress = at(NcclFunction.GET_VERSION);
    this.getUniqueIdAddress = at(NcclFunction.GET_UNIQUE_ID);
    this.commInitRankAddress = at(NcclFunction.COMM_INIT_RANK);
    this.commInitRankConfigAddress = at(NcclFunction.COMM_INIT_RANK_CONFIG);
    this.commInitAllAddress = at(NcclFunction.COMM_INIT_ALL);
    this.commFinalizeAddress = at(NcclFunction.COMM_FINALIZE);
    this.commDestroyAddress = at(NcclFunction.COMM_DESTROY);
    this.commAbortAddress = at(NcclFunction.COMM_ABORT);
    this.commGetAsyncErrorAddress = at(NcclFunction.COMM_GET_ASYNC_ERROR);
    this.commCountAddress = at(NcclFunction.COMM_COUNT);
    this.commCuDeviceAddress = at(NcclFunction.COMM_CU_DEVICE);
    this.commUserRankAddress = at(NcclFunction.COMM_USER_RANK);
    this.redOpCreatePreMulSumAddress = at(NcclFunction.RED_OP_CREATE_PRE_MUL_SUM);
    this.redOpDestroyAddress = at(NcclFunction.RED_OP_DESTROY);
    this.allReduceAddress = at(NcclFunction.ALL_REDUCE);
    this.broadcastAddress = at(NcclFunction.BROADCAST);
    this.bcastAddress = at(NcclFunction.BCAST);
    this.reduceAddress = at(NcclFunction.REDUCE);
    this.allGatherAddress = at(NcclFunction.ALL_GATHER);
    this.reduceScatterAddress = at(NcclFunction.REDUCE_SCATTER);
    this.allToAllAddress = at(NcclFunction.ALL_TO_ALL);
    this.gatherAddress = at(NcclFunction.GATHER);
    this.scatterAddress = at(NcclFunction.SCATTER);
    this.sendAddress = at(NcclFunction.SEND);
    this.recvAddress = at(NcclFunction.RECV);
    this.groupStartAddress = at(NcclFunction.GROUP_START);
    this.groupEndAddress = at(NcclFunction.GROUP_END);
    this.getErrorStringAddress = at(NcclFunction.GET_ERROR_STRING);
    this.getLastErrorAddress = at(NcclFunction.GET_LAST_ERROR);
  }

  @Override
  public String getErrorString(int result) {
    try {
      return NativeAccess.text((long) TEXT_OF_CODE.invokeExact(getErrorStringAddress, result));
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.GET_ERROR_STRING, failure));
    }
  }

  @Override
  public String getLastError(long comm) {
    try {
      return NativeAccess.text((long) TEXT_OF_HANDLE.invokeExact(getLastErrorAddress, comm));
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.GET_LAST_ERROR, failure));
    }
  }

  @Override
  public int getVersion(MemorySegment version) {
    try {
      return (int) OUT.invokeExact(getVersionAddress, version);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.GET_VERSION, failure));
    }
  }

  @Override
  public int getUniqueId(MemorySegment uniqueId) {
    try {
      return (int) OUT.invokeExact(getUniqueIdAddress, uniqueId);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.GET_UNIQUE_ID, failure));
    }
  }

  @Override
  public int commInitRank(MemorySegment comm, int nranks, MemorySegment uniqueId, int rank) {
    try {
      return (int) INIT_RANK.invokeExact(commInitRankAddress, comm, nranks, uniqueId, rank);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.COMM_INIT_RANK, failure));
    }
  }

  @Override
  public int commInitRankConfig(
      MemorySegment comm, int nranks, MemorySegment uniqueId, int rank, MemorySegment config) {
    try {
      return (int)
          INIT_RANK_CONFIG.invokeExact(
              commInitRankConfigAddress, comm, nranks, uniqueId, rank, config);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.COMM_INIT_RANK_CONFIG, failure));
    }
  }

  @Override
  public int commInitAll(MemorySegment comms, int ndev, MemorySegment devices) {
    try {
      return (int) INIT_ALL.invokeExact(commInitAllAddress, comms, ndev, devices);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.COMM_INIT_ALL, failure));
    }
  }

  @Override
  public int commFinalize(long comm) {
    try {
      return (int) HANDLE.invokeExact(commFinalizeAddress, comm);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.COMM_FINALIZE, failure));
    }
  }

  @Override
  public int commDestroy(long comm) {
    try {
      return (int) HANDLE.invokeExact(commDestroyAddress, comm);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.COMM_DESTROY, failure));
    }
  }

  @Override
  public int commAbort(long comm) {
    try {
      return (int) HANDLE.invokeExact(commAbortAddress, comm);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.COMM_ABORT, failure));
    }
  }

  @Override
  public int commGetAsyncError(long comm, MemorySegment result) {
    try {
      return (int) HANDLE_OUT.invokeExact(commGetAsyncErrorAddress, comm, result);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.COMM_GET_ASYNC_ERROR, failure));
    }
  }

  @Override
  public int commCount(long comm, MemorySegment count) {
    try {
      return (int) HANDLE_OUT.invokeExact(commCountAddress, comm, count);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.COMM_COUNT, failure));
    }
  }

  @Override
  public int commCuDevice(long comm, MemorySegment device) {
    try {
      return (int) HANDLE_OUT.invokeExact(commCuDeviceAddress, comm, device);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.COMM_CU_DEVICE, failure));
    }
  }

  @Override
  public int commUserRank(long comm, MemorySegment rank) {
    try {
      return (int) HANDLE_OUT.invokeExact(commUserRankAddress, comm, rank);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.COMM_USER_RANK, failure));
    }
  }

  @Override
  public int redOpCreatePreMulSum(
      MemorySegment op, long scalar, int type, int residence, long comm) {
    try {
      return (int)
          PRE_MUL_SUM.invokeExact(redOpCreatePreMulSumAddress, op, scalar, type, residence, comm);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.RED_OP_CREATE_PRE_MUL_SUM, failure));
    }
  }

  @Override
  public int redOpDestroy(int op, long comm) {
    try {
      return (int) OP_HANDLE.invokeExact(redOpDestroyAddress, op, comm);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.RED_OP_DESTROY, failure));
    }
  }

  @Override
  public int allReduce(long send, long recv, long count, int type, int op, long comm, long stream) {
    try {
      return (int)
          TWO_BUFFERS_CHOICE.invokeExact(
              allReduceAddress, send, recv, count, type, op, comm, stream);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.ALL_REDUCE, failure));
    }
  }

  @Override
  public int broadcast(
      long send, long recv, long count, int type, int root, long comm, long stream) {
    try {
      return (int)
          TWO_BUFFERS_CHOICE.invokeExact(
              broadcastAddress, send, recv, count, type, root, comm, stream);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.BROADCAST, failure));
    }
  }

  @Override
  public int bcast(long buffer, long count, int type, int root, long comm, long stream) {
    try {
      return (int) ONE_BUFFER.invokeExact(bcastAddress, buffer, count, type, root, comm, stream);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.BCAST, failure));
    }
  }

  @Override
  public int reduce(
      long send, long recv, long count, int type, int op, int root, long comm, long stream) {
    try {
      return (int)
          ROOTED_REDUCTION.invokeExact(
              reduceAddress, send, recv, count, type, op, root, comm, stream);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.REDUCE, failure));
    }
  }

  @Override
  public int allGather(long send, long recv, long count, int type, long comm, long stream) {
    try {
      return (int) TWO_BUFFERS.invokeExact(allGatherAddress, send, recv, count, type, comm, stream);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.ALL_GATHER, failure));
    }
  }

  @Override
  public int reduceScatter(
      long send, long recv, long count, int type, int op, long comm, long stream) {
    try {
      return (int)
          TWO_BUFFERS_CHOICE.invokeExact(
              reduceScatterAddress, send, recv, count, type, op, comm, stream);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.REDUCE_SCATTER, failure));
    }
  }

  @Override
  public int allToAll(long send, long recv, long count, int type, long comm, long stream) {
    try {
      return (int) TWO_BUFFERS.invokeExact(allToAllAddress, send, recv, count, type, comm, stream);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.ALL_TO_ALL, failure));
    }
  }

  @Override
  public int gather(long send, long recv, long count, int type, int root, long comm, long stream) {
    try {
      return (int)
          TWO_BUFFERS_CHOICE.invokeExact(
              gatherAddress, send, recv, count, type, root, comm, stream);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.GATHER, failure));
    }
  }

  @Override
  public int scatter(long send, long recv, long count, int type, int root, long comm, long stream) {
    try {
      return (int)
          TWO_BUFFERS_CHOICE.invokeExact(
              scatterAddress, send, recv, count, type, root, comm, stream);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.SCATTER, failure));
    }
  }

  @Override
  public int send(long buffer, long count, int type, int peer, long comm, long stream) {
    try {
      return (int) ONE_BUFFER.invokeExact(sendAddress, buffer, count, type, peer, comm, stream);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.SEND, failure));
    }
  }

  @Override
  public int recv(long buffer, long count, int type, int peer, long comm, long stream) {
    try {
      return (int) ONE_BUFFER.invokeExact(recvAddress, buffer, count, type, peer, comm, stream);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.RECV, failure));
    }
  }

  @Override
  public int groupStart() {
    try {
      return (int) NO_ARGUMENT.invokeExact(groupStartAddress);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.GROUP_START, failure));
    }
  }

  @Override
  public int groupEnd() {
    try {
      return (int) NO_ARGUMENT.invokeExact(groupEndAddress);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.GROUP_END, failure));
    }
  }

  @Override
  public int groupSimulateEnd(MemorySegment info) {
    try {
      return (int) OUT.invokeExact(at(NcclFunction.GROUP_SIMULATE_END), info);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.GROUP_SIMULATE_END, failure));
    }
  }
}
