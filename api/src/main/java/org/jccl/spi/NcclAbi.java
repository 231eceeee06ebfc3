package org.jccl.spi;

import java.lang.foreign.MemorySegment;
import org.jccl.ops.Operation;

/**
 * NCCL's C functions, C-shaped: handles and device pointers are {@code long} (0 is null), results
 * are {@code ncclResult_t} codes, output parameters are segments ({@link MemorySegment#NULL} is
 * null). The raw surface on which rules are proven that the typed API cannot even say (data type
 * 12, op -1, a null handle).
 *
 * <p>Implemented by the binding to a real library and by the simulator's adapter. The current
 * device and the group depth belong to the calling thread, as in CUDA and NCCL; set the device by
 * {@link org.jccl.Device#makeCurrent()}. A function that the loaded library lacks throws {@link
 * UnsupportedOperationException} naming call, needed and found version.
 */
public interface NcclAbi {
  /** {@code ncclGetVersion(int*)}. */
  int getVersion(MemorySegment version);

  /** {@code ncclGetUniqueId(ncclUniqueId*)}: 128 bytes. */
  int getUniqueId(MemorySegment uniqueId);

  /** {@code ncclGetErrorString(result)}. */
  String getErrorString(int result);

  /** {@code ncclGetLastError(comm)}. */
  String getLastError(long comm);

  /** {@code ncclCommInitRank(comm*, nranks, id by value, rank)}. */
  int commInitRank(MemorySegment comm, int nranks, MemorySegment uniqueId, int rank);

  /** {@code ncclCommInitRankConfig(comm*, nranks, id by value, rank, config*)}. */
  int commInitRankConfig(
      MemorySegment comm, int nranks, MemorySegment uniqueId, int rank, MemorySegment config);

  /** {@code ncclCommInitAll(comm*, ndev, devlist*)}. */
  int commInitAll(MemorySegment comms, int ndev, MemorySegment devices);

  /** {@code ncclCommFinalize(comm)}. */
  int commFinalize(long comm);

  /** {@code ncclCommDestroy(comm)}. */
  int commDestroy(long comm);

  /** {@code ncclCommAbort(comm)}. */
  int commAbort(long comm);

  /** {@code ncclCommGetAsyncError(comm, result*)}. */
  int commGetAsyncError(long comm, MemorySegment result);

  /** {@code ncclCommCount(comm, int*)}. */
  int commCount(long comm, MemorySegment count);

  /** {@code ncclCommCuDevice(comm, int*)}. */
  int commCuDevice(long comm, MemorySegment device);

  /** {@code ncclCommUserRank(comm, int*)}. */
  int commUserRank(long comm, MemorySegment rank);

  /** {@code ncclRedOpCreatePreMulSum(op*, scalar*, type, residence, comm)}; 0 device, 1 host. */
  int redOpCreatePreMulSum(MemorySegment op, long scalar, int type, int residence, long comm);

  /** {@code ncclRedOpDestroy(op, comm)}. */
  int redOpDestroy(int op, long comm);

  /** {@code ncclAllReduce}. */
  int allReduce(long send, long recv, long count, int type, int op, long comm, long stream);

  /** {@code ncclBroadcast}. */
  int broadcast(long send, long recv, long count, int type, int root, long comm, long stream);

  /** {@code ncclBcast}: in place. */
  int bcast(long buffer, long count, int type, int root, long comm, long stream);

  /** {@code ncclReduce}. */
  int reduce(long send, long recv, long count, int type, int op, int root, long comm, long stream);

  /** {@code ncclAllGather}. */
  int allGather(long send, long recv, long count, int type, long comm, long stream);

  /** {@code ncclReduceScatter}. */
  int reduceScatter(long send, long recv, long count, int type, int op, long comm, long stream);

  /** {@code ncclAlltoAll}; since 2.28.3. */
  int allToAll(long send, long recv, long count, int type, long comm, long stream);

  /** {@code ncclGather}; since 2.28.3. */
  int gather(long send, long recv, long count, int type, int root, long comm, long stream);

  /** {@code ncclScatter}; since 2.28.3. */
  int scatter(long send, long recv, long count, int type, int root, long comm, long stream);

  /** {@code ncclSend}. */
  int send(long buffer, long count, int type, int peer, long comm, long stream);

  /** {@code ncclRecv}. */
  int recv(long buffer, long count, int type, int peer, long comm, long stream);

  /**
   * The C function of {@code operation}; arguments that it does not have are ignored.
   *
   * @param reduction NCCL's code of the reduction, or 0
   * @param rootOrPeer the root, the peer, or 0
   */
  default int issue(
      Operation operation,
      long send,
      long recv,
      long count,
      int type,
      int reduction,
      int rootOrPeer,
      long comm,
      long stream) {
    return switch (operation) {
      case ALL_REDUCE -> allReduce(send, recv, count, type, reduction, comm, stream);
      case BROADCAST -> broadcast(send, recv, count, type, rootOrPeer, comm, stream);
      case REDUCE -> reduce(send, recv, count, type, reduction, rootOrPeer, comm, stream);
      case ALL_GATHER -> allGather(send, recv, count, type, comm, stream);
      case REDUCE_SCATTER -> reduceScatter(send, recv, count, type, reduction, comm, stream);
      case ALL_TO_ALL -> allToAll(send, recv, count, type, comm, stream);
      case GATHER -> gather(send, recv, count, type, rootOrPeer, comm, stream);
      case SCATTER -> scatter(send, recv, count, type, rootOrPeer, comm, stream);
      case SEND -> send(send, count, type, rootOrPeer, comm, stream);
      case RECV -> recv(recv, count, type, rootOrPeer, comm, stream);
    };
  }

  /**
   * Initialises what {@link #issue} needs, for callers that must initialise no class later: while a
   * native group is open, there is nothing but NCCL's calls.
   */
  static void prepareIssue() {
    switch (Operation.SEND) { // makes the table that is behind every such switch of this class
      default -> {}
    }
  }

  /** {@code ncclGroupStart()}. */
  int groupStart();

  /** {@code ncclGroupEnd()}. */
  int groupEnd();

  /** {@code ncclMemAlloc(void**, size)}; since 2.19.1. */
  int memAlloc(MemorySegment address, long bytes);

  /** {@code ncclMemFree(void*)}; since 2.19.1. */
  int memFree(long address);

  /** {@code ncclCommInitRankScalable(comm*, nranks, myrank, nId, ids*, config*)}; since 2.23.4. */
  int commInitRankScalable(
      MemorySegment comm,
      int nranks,
      int rank,
      int idCount,
      MemorySegment ids,
      MemorySegment config);

  /** {@code ncclCommSplit(comm, color, key, newcomm*, config*)}; since 2.18.1. */
  int commSplit(long comm, int color, int key, MemorySegment newComm, MemorySegment config);

  /**
   * {@code ncclCommShrink(comm, excludeRanksList*, excludeRanksCount, newcomm*, config*, flags)};
   * since 2.27.3.
   */
  int commShrink(
      long comm,
      MemorySegment excluded,
      int excludedCount,
      MemorySegment newComm,
      MemorySegment config,
      int flags);

  /** {@code ncclCommGrow(comm, nRanks, uniqueId*, rank, newcomm*, config*)}; since 2.29.2. */
  int commGrow(
      long comm,
      int nranks,
      MemorySegment uniqueId,
      int rank,
      MemorySegment newComm,
      MemorySegment config);

  /** {@code ncclCommGetUniqueId(comm, uniqueId*)}; since 2.29.2. */
  int commGetUniqueId(long comm, MemorySegment uniqueId);

  /** {@code ncclCommRevoke(comm, flags)}; since 2.28.7. */
  int commRevoke(long comm, int flags);

  /** {@code ncclCommSuspend(comm, flags)}; since 2.29.7. */
  int commSuspend(long comm, int flags);

  /** {@code ncclCommResume(comm)}; since 2.29.7. */
  int commResume(long comm);

  /** {@code ncclCommMemStats(comm, stat, uint64_t*)}; since 2.29.7. */
  int commMemStats(long comm, int statistic, MemorySegment value);

  /** {@code ncclCommRegister(comm, buffer, size, handle**)}; since 2.19.1. */
  int commRegister(long comm, long buffer, long bytes, MemorySegment handle);

  /** {@code ncclCommDeregister(comm, handle)}; since 2.19.1. */
  int commDeregister(long comm, long handle);

  /** {@code ncclCommWindowRegister(comm, buffer, size, window*, flags)}; since 2.27.3. */
  int commWindowRegister(long comm, long buffer, long bytes, MemorySegment window, int flags);

  /** {@code ncclCommWindowDeregister(comm, window)}; since 2.27.3. */
  int commWindowDeregister(long comm, long window);

  /** {@code ncclWinGetUserPtr(comm, window, pointer**)}; since 2.29.2. */
  int winGetUserPtr(long comm, long window, MemorySegment pointer);

  /** {@code ncclPutSignal}; since 2.29.2. */
  int putSignal(
      long source,
      long count,
      int type,
      int peer,
      long peerWindow,
      long peerOffset,
      int signalIndex,
      int context,
      int flags,
      long comm,
      long stream);

  /** {@code ncclSignal}; since 2.29.2. */
  int signal(int peer, int signalIndex, int context, int flags, long comm, long stream);

  /** {@code ncclWaitSignal}; a descriptor is four ints: opCnt, peer, sigIdx, ctx; since 2.29.2. */
  int waitSignal(int descriptorCount, MemorySegment descriptors, long comm, long stream);

  /**
   * {@code ncclGroupSimulateEnd(ncclSimInfo_t*)}: size (8 bytes), magic 0x74685283, version, float
   * estimatedTime; since 2.22.3.
   */
  int groupSimulateEnd(MemorySegment info);

  /** {@code ncclParamBind(handle*, key)}; since 2.30.4. */
  int paramBind(MemorySegment handle, MemorySegment key);

  /** {@code ncclParamGetI8(handle, out*)}; since 2.30.4. */
  int paramGetI8(long handle, MemorySegment out);

  /** {@code ncclParamGetI16(handle, out*)}; since 2.30.4. */
  int paramGetI16(long handle, MemorySegment out);

  /** {@code ncclParamGetI32(handle, out*)}; since 2.30.4. */
  int paramGetI32(long handle, MemorySegment out);

  /** {@code ncclParamGetI64(handle, out*)}; since 2.30.4. */
  int paramGetI64(long handle, MemorySegment out);

  /** {@code ncclParamGetU8(handle, out*)}; since 2.30.4. */
  int paramGetU8(long handle, MemorySegment out);

  /** {@code ncclParamGetU16(handle, out*)}; since 2.30.4. */
  int paramGetU16(long handle, MemorySegment out);

  /** {@code ncclParamGetU32(handle, out*)}; since 2.30.4. */
  int paramGetU32(long handle, MemorySegment out);

  /** {@code ncclParamGetU64(handle, out*)}; since 2.30.4. */
  int paramGetU64(long handle, MemorySegment out);

  /** {@code ncclParamGetStr(handle, char**)}; since 2.30.4. */
  int paramGetStr(long handle, MemorySegment out);

  /** {@code ncclParamGet(handle, out*, maxLen, len*)}; since 2.30.4. */
  int paramGet(long handle, MemorySegment out, int maxLength, MemorySegment length);

  /** {@code ncclParamGetParameter(key, char**, len*)}; since 2.30.4. */
  int paramGetParameter(MemorySegment key, MemorySegment value, MemorySegment length);

  /** {@code ncclParamGetAllParameterKeys(char***, len*)}; since 2.30.4. */
  int paramGetAllParameterKeys(MemorySegment table, MemorySegment length);

  /** {@code ncclParamDumpAll()}; since 2.30.4. */
  void paramDumpAll();
}
