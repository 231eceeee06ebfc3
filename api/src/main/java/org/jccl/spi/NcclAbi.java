package org.jccl.spi;

import java.lang.foreign.MemorySegment;

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

  /** {@code ncclGroupStart()}. */
  int groupStart();

  /** {@code ncclGroupEnd()}. */
  int groupEnd();

  /** {@code ncclMemAlloc(void**, size)}; since 2.19.1. */
  int memAlloc(MemorySegment address, long bytes);

  /** {@code ncclMemFree(void*)}; since 2.19.1. */
  int memFree(long address);
}
