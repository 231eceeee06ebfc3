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
public final class NcclBinding implements FamilyCalls, WindowCalls, ParameterCalls, ConfigCalls {
  /** {@code ncclUniqueId}: 128 bytes, passed by value (UID-01). */
  static final MemoryLayout UNIQUE_ID = structLayout(sequenceLayout(UniqueId.BYTES, JAVA_BYTE));

  private static final MethodHandle NO_ARGUMENT = BoundCalls.call();
  private static final MethodHandle OUT = BoundCalls.call(ADDRESS);
  private static final MethodHandle OP_HANDLE = BoundCalls.call(JAVA_INT, JAVA_LONG);
  private static final MethodHandle INIT_RANK =
      BoundCalls.call(ADDRESS, JAVA_INT, UNIQUE_ID, JAVA_INT);
  private static final MethodHandle INIT_RANK_CONFIG =
      BoundCalls.call(ADDRESS, JAVA_INT, UNIQUE_ID, JAVA_INT, ADDRESS);
  private static final MethodHandle INIT_ALL = BoundCalls.call(ADDRESS, JAVA_INT, ADDRESS);
  private static final MethodHandle PRE_MUL_SUM =
      BoundCalls.call(ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG);

  /** Send, receive, count, type, communicator, stream. */
  private static final MethodHandle TWO_BUFFERS =
      BoundCalls.call(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);

  /** The same with a reduction or a root after the type. */
  private static final MethodHandle TWO_BUFFERS_CHOICE =
      BoundCalls.call(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);

  /** The same with a reduction and a root. */
  private static final MethodHandle ROOTED_REDUCTION =
      BoundCalls.call(
          JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);

  /** Buffer, count, type, root or peer, communicator, stream. */
  private static final MethodHandle ONE_BUFFER =
      BoundCalls.call(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);

  private static final MethodHandle TEXT_OF_CODE =
      NativeAccess.downcall(FunctionDescriptor.of(JAVA_LONG, JAVA_INT));
  private static final MethodHandle TEXT_OF_HANDLE =
      NativeAccess.downcall(FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));

  private final NcclLibrary library;

  /** By ordinal; the null address for what the library lacks. */
  private final MemorySegment[] addresses;

  NcclBinding(NcclLibrary library, Map<NcclFunction, MemorySegment> table) {
    this.library = library;
    NcclFunction[] functions = NcclFunction.values();
    this.addresses = new MemorySegment[functions.length];
    for (NcclFunction function : functions) {
      addresses[function.ordinal()] = table.getOrDefault(function, MemorySegment.NULL);
    }
  }

  @Override
  public MemorySegment at(NcclFunction function) {
    return addresses[function.ordinal()];
  }

  @Override
  public NcclLibrary library() {
    return library;
  }

  @Override
  public String toString() {
    return library.toString();
  }

  @Override
  public String getErrorString(int result) {
    try {
      return NativeAccess.text(
          (long) TEXT_OF_CODE.invokeExact(at(NcclFunction.GET_ERROR_STRING), result));
    } catch (Throwable failure) {
      throw raise(NcclFunction.GET_ERROR_STRING, failure);
    }
  }

  @Override
  public String getLastError(long comm) {
    try {
      return NativeAccess.text(
          (long) TEXT_OF_HANDLE.invokeExact(at(NcclFunction.GET_LAST_ERROR), comm));
    } catch (Throwable failure) {
      throw raise(NcclFunction.GET_LAST_ERROR, failure);
    }
  }

  @Override
  public int getVersion(MemorySegment version) {
    try {
      return (int) OUT.invokeExact(at(NcclFunction.GET_VERSION), version);
    } catch (Throwable failure) {
      throw raise(NcclFunction.GET_VERSION, failure);
    }
  }

  @Override
  public int getUniqueId(MemorySegment uniqueId) {
    try {
      return (int) OUT.invokeExact(at(NcclFunction.GET_UNIQUE_ID), uniqueId);
    } catch (Throwable failure) {
      throw raise(NcclFunction.GET_UNIQUE_ID, failure);
    }
  }

  @Override
  public int commInitRank(MemorySegment comm, int nranks, MemorySegment uniqueId, int rank) {
    try {
      return (int)
          INIT_RANK.invokeExact(at(NcclFunction.COMM_INIT_RANK), comm, nranks, uniqueId, rank);
    } catch (Throwable failure) {
      throw raise(NcclFunction.COMM_INIT_RANK, failure);
    }
  }

  @Override
  public int commInitRankConfig(
      MemorySegment comm, int nranks, MemorySegment uniqueId, int rank, MemorySegment config) {
    try {
      return (int)
          INIT_RANK_CONFIG.invokeExact(
              at(NcclFunction.COMM_INIT_RANK_CONFIG), comm, nranks, uniqueId, rank, config);
    } catch (Throwable failure) {
      throw raise(NcclFunction.COMM_INIT_RANK_CONFIG, failure);
    }
  }

  @Override
  public int commInitAll(MemorySegment comms, int ndev, MemorySegment devices) {
    try {
      return (int) INIT_ALL.invokeExact(at(NcclFunction.COMM_INIT_ALL), comms, ndev, devices);
    } catch (Throwable failure) {
      throw raise(NcclFunction.COMM_INIT_ALL, failure);
    }
  }

  @Override
  public int commFinalize(long comm) {
    try {
      return (int) HANDLE.invokeExact(at(NcclFunction.COMM_FINALIZE), comm);
    } catch (Throwable failure) {
      throw raise(NcclFunction.COMM_FINALIZE, failure);
    }
  }

  @Override
  public int commDestroy(long comm) {
    try {
      return (int) HANDLE.invokeExact(at(NcclFunction.COMM_DESTROY), comm);
    } catch (Throwable failure) {
      throw raise(NcclFunction.COMM_DESTROY, failure);
    }
  }

  @Override
  public int commAbort(long comm) {
    try {
      return (int) HANDLE.invokeExact(at(NcclFunction.COMM_ABORT), comm);
    } catch (Throwable failure) {
      throw raise(NcclFunction.COMM_ABORT, failure);
    }
  }

  @Override
  public int commGetAsyncError(long comm, MemorySegment result) {
    try {
      return (int) HANDLE_OUT.invokeExact(at(NcclFunction.COMM_GET_ASYNC_ERROR), comm, result);
    } catch (Throwable failure) {
      throw raise(NcclFunction.COMM_GET_ASYNC_ERROR, failure);
    }
  }

  @Override
  public int commCount(long comm, MemorySegment count) {
    try {
      return (int) HANDLE_OUT.invokeExact(at(NcclFunction.COMM_COUNT), comm, count);
    } catch (Throwable failure) {
      throw raise(NcclFunction.COMM_COUNT, failure);
    }
  }

  @Override
  public int commCuDevice(long comm, MemorySegment device) {
    try {
      return (int) HANDLE_OUT.invokeExact(at(NcclFunction.COMM_CU_DEVICE), comm, device);
    } catch (Throwable failure) {
      throw raise(NcclFunction.COMM_CU_DEVICE, failure);
    }
  }

  @Override
  public int commUserRank(long comm, MemorySegment rank) {
    try {
      return (int) HANDLE_OUT.invokeExact(at(NcclFunction.COMM_USER_RANK), comm, rank);
    } catch (Throwable failure) {
      throw raise(NcclFunction.COMM_USER_RANK, failure);
    }
  }

  @Override
  public int redOpCreatePreMulSum(
      MemorySegment op, long scalar, int type, int residence, long comm) {
    try {
      return (int)
          PRE_MUL_SUM.invokeExact(
              at(NcclFunction.RED_OP_CREATE_PRE_MUL_SUM), op, scalar, type, residence, comm);
    } catch (Throwable failure) {
      throw raise(NcclFunction.RED_OP_CREATE_PRE_MUL_SUM, failure);
    }
  }

  @Override
  public int redOpDestroy(int op, long comm) {
    try {
      return (int) OP_HANDLE.invokeExact(at(NcclFunction.RED_OP_DESTROY), op, comm);
    } catch (Throwable failure) {
      throw raise(NcclFunction.RED_OP_DESTROY, failure);
    }
  }

  @Override
  public int allReduce(long send, long recv, long count, int type, int op, long comm, long stream) {
    try {
      return (int)
          TWO_BUFFERS_CHOICE.invokeExact(
              at(NcclFunction.ALL_REDUCE), send, recv, count, type, op, comm, stream);
    } catch (Throwable failure) {
      throw raise(NcclFunction.ALL_REDUCE, failure);
    }
  }

  @Override
  public int broadcast(
      long send, long recv, long count, int type, int root, long comm, long stream) {
    try {
      return (int)
          TWO_BUFFERS_CHOICE.invokeExact(
              at(NcclFunction.BROADCAST), send, recv, count, type, root, comm, stream);
    } catch (Throwable failure) {
      throw raise(NcclFunction.BROADCAST, failure);
    }
  }

  @Override
  public int bcast(long buffer, long count, int type, int root, long comm, long stream) {
    try {
      return (int)
          ONE_BUFFER.invokeExact(at(NcclFunction.BCAST), buffer, count, type, root, comm, stream);
    } catch (Throwable failure) {
      throw raise(NcclFunction.BCAST, failure);
    }
  }

  @Override
  public int reduce(
      long send, long recv, long count, int type, int op, int root, long comm, long stream) {
    try {
      return (int)
          ROOTED_REDUCTION.invokeExact(
              at(NcclFunction.REDUCE), send, recv, count, type, op, root, comm, stream);
    } catch (Throwable failure) {
      throw raise(NcclFunction.REDUCE, failure);
    }
  }

  @Override
  public int allGather(long send, long recv, long count, int type, long comm, long stream) {
    try {
      return (int)
          TWO_BUFFERS.invokeExact(
              at(NcclFunction.ALL_GATHER), send, recv, count, type, comm, stream);
    } catch (Throwable failure) {
      throw raise(NcclFunction.ALL_GATHER, failure);
    }
  }

  @Override
  public int reduceScatter(
      long send, long recv, long count, int type, int op, long comm, long stream) {
    try {
      return (int)
          TWO_BUFFERS_CHOICE.invokeExact(
              at(NcclFunction.REDUCE_SCATTER), send, recv, count, type, op, comm, stream);
    } catch (Throwable failure) {
      throw raise(NcclFunction.REDUCE_SCATTER, failure);
    }
  }

  @Override
  public int allToAll(long send, long recv, long count, int type, long comm, long stream) {
    try {
      return (int)
          TWO_BUFFERS.invokeExact(
              at(NcclFunction.ALL_TO_ALL), send, recv, count, type, comm, stream);
    } catch (Throwable failure) {
      throw raise(NcclFunction.ALL_TO_ALL, failure);
    }
  }

  @Override
  public int gather(long send, long recv, long count, int type, int root, long comm, long stream) {
    try {
      return (int)
          TWO_BUFFERS_CHOICE.invokeExact(
              at(NcclFunction.GATHER), send, recv, count, type, root, comm, stream);
    } catch (Throwable failure) {
      throw raise(NcclFunction.GATHER, failure);
    }
  }

  @Override
  public int scatter(long send, long recv, long count, int type, int root, long comm, long stream) {
    try {
      return (int)
          TWO_BUFFERS_CHOICE.invokeExact(
              at(NcclFunction.SCATTER), send, recv, count, type, root, comm, stream);
    } catch (Throwable failure) {
      throw raise(NcclFunction.SCATTER, failure);
    }
  }

  @Override
  public int send(long buffer, long count, int type, int peer, long comm, long stream) {
    try {
      return (int)
          ONE_BUFFER.invokeExact(at(NcclFunction.SEND), buffer, count, type, peer, comm, stream);
    } catch (Throwable failure) {
      throw raise(NcclFunction.SEND, failure);
    }
  }

  @Override
  public int recv(long buffer, long count, int type, int peer, long comm, long stream) {
    try {
      return (int)
          ONE_BUFFER.invokeExact(at(NcclFunction.RECV), buffer, count, type, peer, comm, stream);
    } catch (Throwable failure) {
      throw raise(NcclFunction.RECV, failure);
    }
  }

  @Override
  public int groupStart() {
    try {
      return (int) NO_ARGUMENT.invokeExact(at(NcclFunction.GROUP_START));
    } catch (Throwable failure) {
      throw raise(NcclFunction.GROUP_START, failure);
    }
  }

  @Override
  public int groupEnd() {
    try {
      return (int) NO_ARGUMENT.invokeExact(at(NcclFunction.GROUP_END));
    } catch (Throwable failure) {
      throw raise(NcclFunction.GROUP_END, failure);
    }
  }

  @Override
  public int groupSimulateEnd(MemorySegment info) {
    try {
      return (int) OUT.invokeExact(at(NcclFunction.GROUP_SIMULATE_END), info);
    } catch (Throwable failure) {
      throw raise(NcclFunction.GROUP_SIMULATE_END, failure);
    }
  }
}
