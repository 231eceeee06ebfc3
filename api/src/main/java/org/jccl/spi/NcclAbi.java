package org.jccl.spi;

import java.lang.foreign.MemorySegment;
import org.jccl.ResultCode;
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
public interface NcclAbi extends ConfiguredCalls {
  /**
   * {@code ncclGetVersion(int*)}.
   *
   * @param version receives the version code
   * @return NCCL's result code
   */
  int getVersion(MemorySegment version);

  /**
   * {@code ncclGetUniqueId(ncclUniqueId*)}: 128 bytes.
   *
   * @param uniqueId receives 128 bytes
   * @return NCCL's result code
   */
  int getUniqueId(MemorySegment uniqueId);

  /**
   * {@code ncclGetErrorString(result)}.
   *
   * @param result a result code
   * @return NCCL's words for the code
   */
  String getErrorString(int result);

  /**
   * {@code ncclGetLastError(comm)}.
   *
   * @param comm the communicator's handle
   * @return the library's last words
   */
  String getLastError(long comm);

  /**
   * {@code ncclCommInitRank(comm*, nranks, id by value, rank)}.
   *
   * @param comm receives the communicator's handle
   * @param nranks number of ranks
   * @param uniqueId 128 bytes, the unique id
   * @param rank rank of the caller
   * @return NCCL's result code
   */
  int commInitRank(MemorySegment comm, int nranks, MemorySegment uniqueId, int rank);

  /**
   * {@code ncclCommInitRankConfig(comm*, nranks, id by value, rank, config*)}.
   *
   * @param comm receives the communicator's handle
   * @param nranks number of ranks
   * @param uniqueId 128 bytes, the unique id
   * @param rank rank of the caller
   * @param config an {@code ncclConfig_t}, or null
   * @return NCCL's result code
   */
  int commInitRankConfig(
      MemorySegment comm, int nranks, MemorySegment uniqueId, int rank, MemorySegment config);

  /**
   * {@code ncclCommInitAll(comm*, ndev, devlist*)}.
   *
   * @param comms receives the handles
   * @param ndev number of devices
   * @param devices indices of the devices, or null for the first ones
   * @return NCCL's result code
   */
  int commInitAll(MemorySegment comms, int ndev, MemorySegment devices);

  /**
   * {@code ncclCommFinalize(comm)}.
   *
   * @param comm the communicator's handle
   * @return NCCL's result code
   */
  int commFinalize(long comm);

  /**
   * {@code ncclCommDestroy(comm)}.
   *
   * @param comm the communicator's handle
   * @return NCCL's result code
   */
  int commDestroy(long comm);

  /**
   * {@code ncclCommAbort(comm)}.
   *
   * @param comm the communicator's handle
   * @return NCCL's result code
   */
  int commAbort(long comm);

  /**
   * {@code ncclCommGetAsyncError(comm, result*)}.
   *
   * @param comm the communicator's handle
   * @param result receives the stored code
   * @return NCCL's result code
   */
  int commGetAsyncError(long comm, MemorySegment result);

  /**
   * {@code ncclCommCount(comm, int*)}.
   *
   * @param comm the communicator's handle
   * @param count receives the number of ranks
   * @return NCCL's result code
   */
  int commCount(long comm, MemorySegment count);

  /**
   * {@code ncclCommCuDevice(comm, int*)}.
   *
   * @param comm the communicator's handle
   * @param device receives the index of the device
   * @return NCCL's result code
   */
  int commCuDevice(long comm, MemorySegment device);

  /**
   * {@code ncclCommUserRank(comm, int*)}.
   *
   * @param comm the communicator's handle
   * @param rank receives the rank
   * @return NCCL's result code
   */
  int commUserRank(long comm, MemorySegment rank);

  /**
   * {@code ncclRedOpCreatePreMulSum(op*, scalar*, type, residence, comm)}; 0 device, 1 host.
   *
   * @param op receives the reduction's code
   * @param scalar address of the scalar
   * @param type NCCL's code of the element type
   * @param residence 1 if the scalar is on the host
   * @param comm the communicator's handle
   * @return NCCL's result code
   */
  int redOpCreatePreMulSum(MemorySegment op, long scalar, int type, int residence, long comm);

  /**
   * {@code ncclRedOpDestroy(op, comm)}.
   *
   * @param op NCCL's code of the reduction
   * @param comm the communicator's handle
   * @return NCCL's result code
   */
  int redOpDestroy(int op, long comm);

  /**
   * {@code ncclAllReduce}.
   *
   * @param send device address of what is sent
   * @param recv device address of what is received
   * @param count NCCL's count argument
   * @param type NCCL's code of the element type
   * @param op NCCL's code of the reduction
   * @param comm the communicator's handle
   * @param stream the stream's handle
   * @return NCCL's result code
   */
  int allReduce(long send, long recv, long count, int type, int op, long comm, long stream);

  /**
   * {@code ncclBroadcast}.
   *
   * @param send device address of what is sent
   * @param recv device address of what is received
   * @param count NCCL's count argument
   * @param type NCCL's code of the element type
   * @param root rank of the root
   * @param comm the communicator's handle
   * @param stream the stream's handle
   * @return NCCL's result code
   */
  int broadcast(long send, long recv, long count, int type, int root, long comm, long stream);

  /**
   * {@code ncclBcast}: in place.
   *
   * @param buffer device address of the elements
   * @param count NCCL's count argument
   * @param type NCCL's code of the element type
   * @param root rank of the root
   * @param comm the communicator's handle
   * @param stream the stream's handle
   * @return NCCL's result code
   */
  int bcast(long buffer, long count, int type, int root, long comm, long stream);

  /**
   * {@code ncclReduce}.
   *
   * @param send device address of what is sent
   * @param recv device address of what is received
   * @param count NCCL's count argument
   * @param type NCCL's code of the element type
   * @param op NCCL's code of the reduction
   * @param root rank of the root
   * @param comm the communicator's handle
   * @param stream the stream's handle
   * @return NCCL's result code
   */
  int reduce(long send, long recv, long count, int type, int op, int root, long comm, long stream);

  /**
   * {@code ncclAllGather}.
   *
   * @param send device address of what is sent
   * @param recv device address of what is received
   * @param count NCCL's count argument
   * @param type NCCL's code of the element type
   * @param comm the communicator's handle
   * @param stream the stream's handle
   * @return NCCL's result code
   */
  int allGather(long send, long recv, long count, int type, long comm, long stream);

  /**
   * {@code ncclReduceScatter}.
   *
   * @param send device address of what is sent
   * @param recv device address of what is received
   * @param count NCCL's count argument
   * @param type NCCL's code of the element type
   * @param op NCCL's code of the reduction
   * @param comm the communicator's handle
   * @param stream the stream's handle
   * @return NCCL's result code
   */
  int reduceScatter(long send, long recv, long count, int type, int op, long comm, long stream);

  /**
   * {@code ncclAlltoAll}; since 2.28.3.
   *
   * @param send device address of what is sent
   * @param recv device address of what is received
   * @param count NCCL's count argument
   * @param type NCCL's code of the element type
   * @param comm the communicator's handle
   * @param stream the stream's handle
   * @return NCCL's result code
   */
  int allToAll(long send, long recv, long count, int type, long comm, long stream);

  /**
   * {@code ncclGather}; since 2.28.3.
   *
   * @param send device address of what is sent
   * @param recv device address of what is received
   * @param count NCCL's count argument
   * @param type NCCL's code of the element type
   * @param root rank of the root
   * @param comm the communicator's handle
   * @param stream the stream's handle
   * @return NCCL's result code
   */
  int gather(long send, long recv, long count, int type, int root, long comm, long stream);

  /**
   * {@code ncclScatter}; since 2.28.3.
   *
   * @param send device address of what is sent
   * @param recv device address of what is received
   * @param count NCCL's count argument
   * @param type NCCL's code of the element type
   * @param root rank of the root
   * @param comm the communicator's handle
   * @param stream the stream's handle
   * @return NCCL's result code
   */
  int scatter(long send, long recv, long count, int type, int root, long comm, long stream);

  /**
   * {@code ncclSend}.
   *
   * @param buffer device address of the elements
   * @param count NCCL's count argument
   * @param type NCCL's code of the element type
   * @param peer rank of the other side
   * @param comm the communicator's handle
   * @param stream the stream's handle
   * @return NCCL's result code
   */
  int send(long buffer, long count, int type, int peer, long comm, long stream);

  /**
   * {@code ncclRecv}.
   *
   * @param buffer device address of the elements
   * @param count NCCL's count argument
   * @param type NCCL's code of the element type
   * @param peer rank of the other side
   * @param comm the communicator's handle
   * @param stream the stream's handle
   * @return NCCL's result code
   */
  int recv(long buffer, long count, int type, int peer, long comm, long stream);

  /**
   * {@return the C function of {@code operation}; arguments that it does not have are ignored}
   *
   * @param operation the operation
   * @param send device address of what is sent
   * @param recv device address of what is received
   * @param count NCCL's count argument
   * @param type NCCL's code of the element type
   * @param reduction NCCL's code of the reduction, or 0
   * @param rootOrPeer the root, the peer, or 0
   * @param comm the communicator's handle
   * @param stream the stream's handle
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
   * Whether a call has succeeded, or goes on because its communicator does not block.
   *
   * @param code NCCL's result code
   * @return false if it has failed
   */
  static boolean isGood(int code) {
    return code == 0 || code == ResultCode.IN_PROGRESS.code();
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

  /**
   * {@code ncclGroupStart()}.
   *
   * @return NCCL's result code
   */
  int groupStart();

  /**
   * {@code ncclGroupEnd()}.
   *
   * @return NCCL's result code
   */
  int groupEnd();

  /**
   * {@code ncclMemAlloc(void**, size)}; since 2.19.1.
   *
   * @param address receives the device address
   * @param bytes number of bytes
   * @return NCCL's result code
   */
  int memAlloc(MemorySegment address, long bytes);

  /**
   * {@code ncclMemFree(void*)}; since 2.19.1.
   *
   * @param address the device address
   * @return NCCL's result code
   */
  int memFree(long address);

  /**
   * {@code ncclCommInitRankScalable(comm*, nranks, myrank, nId, ids*, config*)}; since 2.23.4.
   *
   * @param comm receives the communicator's handle
   * @param nranks number of ranks
   * @param rank rank of the caller
   * @param idCount number of ids
   * @param ids the unique ids, one after the other
   * @param config an {@code ncclConfig_t}, or null
   * @return NCCL's result code
   */
  int commInitRankScalable(
      MemorySegment comm,
      int nranks,
      int rank,
      int idCount,
      MemorySegment ids,
      MemorySegment config);

  /**
   * {@code ncclCommSplit(comm, color, key, newcomm*, config*)}; since 2.18.1.
   *
   * @param comm the communicator's handle
   * @param color ranks of equal colour get a child together; -1 for none
   * @param key orders the ranks of a child
   * @param newComm receives the handle of the new communicator
   * @param config an {@code ncclConfig_t}, or null
   * @return NCCL's result code
   */
  int commSplit(long comm, int color, int key, MemorySegment newComm, MemorySegment config);

  /**
   * {@code ncclCommShrink(comm, excludeRanksList*, excludeRanksCount, newcomm*, config*, flags)};
   * since 2.27.3.
   *
   * @param comm the communicator's handle
   * @param excluded the excluded ranks
   * @param excludedCount number of excluded ranks
   * @param newComm receives the handle of the new communicator
   * @param config an {@code ncclConfig_t}, or null
   * @param flags NCCL's flags
   * @return NCCL's result code
   */
  int commShrink(
      long comm,
      MemorySegment excluded,
      int excludedCount,
      MemorySegment newComm,
      MemorySegment config,
      int flags);

  /**
   * {@code ncclCommGrow(comm, nRanks, uniqueId*, rank, newcomm*, config*)}; since 2.29.2.
   *
   * @param comm the communicator's handle
   * @param nranks number of ranks
   * @param uniqueId 128 bytes, the unique id
   * @param rank rank of the caller
   * @param newComm receives the handle of the new communicator
   * @param config an {@code ncclConfig_t}, or null
   * @return NCCL's result code
   */
  int commGrow(
      long comm,
      int nranks,
      MemorySegment uniqueId,
      int rank,
      MemorySegment newComm,
      MemorySegment config);

  /**
   * {@code ncclCommGetUniqueId(comm, uniqueId*)}; since 2.29.2.
   *
   * @param comm the communicator's handle
   * @param uniqueId receives 128 bytes
   * @return NCCL's result code
   */
  int commGetUniqueId(long comm, MemorySegment uniqueId);

  /**
   * {@code ncclCommRevoke(comm, flags)}; since 2.28.7.
   *
   * @param comm the communicator's handle
   * @param flags NCCL's flags
   * @return NCCL's result code
   */
  int commRevoke(long comm, int flags);

  /**
   * {@code ncclCommSuspend(comm, flags)}; since 2.29.7.
   *
   * @param comm the communicator's handle
   * @param flags NCCL's flags
   * @return NCCL's result code
   */
  int commSuspend(long comm, int flags);

  /**
   * {@code ncclCommResume(comm)}; since 2.29.7.
   *
   * @param comm the communicator's handle
   * @return NCCL's result code
   */
  int commResume(long comm);

  /**
   * {@code ncclCommMemStats(comm, stat, uint64_t*)}; since 2.29.7.
   *
   * @param comm the communicator's handle
   * @param statistic NCCL's number of the statistic
   * @param value receives the value
   * @return NCCL's result code
   */
  int commMemStats(long comm, int statistic, MemorySegment value);

  /**
   * {@code ncclCommRegister(comm, buffer, size, handle**)}; since 2.19.1.
   *
   * @param comm the communicator's handle
   * @param buffer device address of the memory
   * @param bytes number of bytes
   * @param handle receives the handle
   * @return NCCL's result code
   */
  int commRegister(long comm, long buffer, long bytes, MemorySegment handle);

  /**
   * {@code ncclCommDeregister(comm, handle)}; since 2.19.1.
   *
   * @param comm the communicator's handle
   * @param handle the handle
   * @return NCCL's result code
   */
  int commDeregister(long comm, long handle);

  /**
   * {@code ncclCommWindowRegister(comm, buffer, size, window*, flags)}; since 2.27.3.
   *
   * @param comm the communicator's handle
   * @param buffer device address of the memory
   * @param bytes number of bytes
   * @param window receives the window
   * @param flags NCCL's flags
   * @return NCCL's result code
   */
  int commWindowRegister(long comm, long buffer, long bytes, MemorySegment window, int flags);

  /**
   * {@code ncclCommWindowDeregister(comm, window)}; since 2.27.3.
   *
   * @param comm the communicator's handle
   * @param window the window
   * @return NCCL's result code
   */
  int commWindowDeregister(long comm, long window);

  /**
   * {@code ncclWinGetUserPtr(comm, window, pointer**)}; since 2.29.2.
   *
   * @param comm the communicator's handle
   * @param window the window
   * @param pointer receives the address
   * @return NCCL's result code
   */
  int winGetUserPtr(long comm, long window, MemorySegment pointer);

  /**
   * {@code ncclPutSignal}; since 2.29.2.
   *
   * @param source device address of what is copied
   * @param count NCCL's count argument
   * @param type NCCL's code of the element type
   * @param peer rank of the other side
   * @param peerWindow the window whose memory of {@code peer} is written
   * @param peerOffset bytes from the start of the window
   * @param signalIndex number of the signal, 0
   * @param context number of the context, 0
   * @param flags NCCL's flags
   * @param comm the communicator's handle
   * @param stream the stream's handle
   * @return NCCL's result code
   */
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

  /**
   * {@code ncclSignal}; since 2.29.2.
   *
   * @param peer rank of the other side
   * @param signalIndex number of the signal, 0
   * @param context number of the context, 0
   * @param flags NCCL's flags
   * @param comm the communicator's handle
   * @param stream the stream's handle
   * @return NCCL's result code
   */
  int signal(int peer, int signalIndex, int context, int flags, long comm, long stream);

  /**
   * {@code ncclWaitSignal}; a descriptor is four ints: opCnt, peer, sigIdx, ctx; since 2.29.2.
   *
   * @param descriptorCount number of descriptors
   * @param descriptors the descriptors, one after the other
   * @param comm the communicator's handle
   * @param stream the stream's handle
   * @return NCCL's result code
   */
  int waitSignal(int descriptorCount, MemorySegment descriptors, long comm, long stream);

  /**
   * {@code ncclGroupSimulateEnd(ncclSimInfo_t*)}: size (8 bytes), magic 0x74685283, version, float
   * estimatedTime; since 2.22.3.
   *
   * @param info an {@code ncclSimInfo_t}
   * @return NCCL's result code
   */
  int groupSimulateEnd(MemorySegment info);

  /**
   * {@code ncclParamBind(handle*, key)}; since 2.30.4.
   *
   * @param handle receives the handle
   * @param key name of the parameter
   * @return NCCL's result code
   */
  int paramBind(MemorySegment handle, MemorySegment key);

  /**
   * {@code ncclParamGetI8(handle, out*)}; since 2.30.4.
   *
   * @param handle the handle
   * @param out receives the value
   * @return NCCL's result code
   */
  int paramGetI8(long handle, MemorySegment out);

  /**
   * {@code ncclParamGetI16(handle, out*)}; since 2.30.4.
   *
   * @param handle the handle
   * @param out receives the value
   * @return NCCL's result code
   */
  int paramGetI16(long handle, MemorySegment out);

  /**
   * {@code ncclParamGetI32(handle, out*)}; since 2.30.4.
   *
   * @param handle the handle
   * @param out receives the value
   * @return NCCL's result code
   */
  int paramGetI32(long handle, MemorySegment out);

  /**
   * {@code ncclParamGetI64(handle, out*)}; since 2.30.4.
   *
   * @param handle the handle
   * @param out receives the value
   * @return NCCL's result code
   */
  int paramGetI64(long handle, MemorySegment out);

  /**
   * {@code ncclParamGetU8(handle, out*)}; since 2.30.4.
   *
   * @param handle the handle
   * @param out receives the value
   * @return NCCL's result code
   */
  int paramGetU8(long handle, MemorySegment out);

  /**
   * {@code ncclParamGetU16(handle, out*)}; since 2.30.4.
   *
   * @param handle the handle
   * @param out receives the value
   * @return NCCL's result code
   */
  int paramGetU16(long handle, MemorySegment out);

  /**
   * {@code ncclParamGetU32(handle, out*)}; since 2.30.4.
   *
   * @param handle the handle
   * @param out receives the value
   * @return NCCL's result code
   */
  int paramGetU32(long handle, MemorySegment out);

  /**
   * {@code ncclParamGetU64(handle, out*)}; since 2.30.4.
   *
   * @param handle the handle
   * @param out receives the value
   * @return NCCL's result code
   */
  int paramGetU64(long handle, MemorySegment out);

  /**
   * {@code ncclParamGetStr(handle, char**)}; since 2.30.4.
   *
   * @param handle the handle
   * @param out receives the value
   * @return NCCL's result code
   */
  int paramGetStr(long handle, MemorySegment out);

  /**
   * {@code ncclParamGet(handle, out*, maxLen, len*)}; since 2.30.4.
   *
   * @param handle the handle
   * @param out receives the value
   * @param maxLength bytes that {@code out} has room for
   * @param length receives the length
   * @return NCCL's result code
   */
  int paramGet(long handle, MemorySegment out, int maxLength, MemorySegment length);

  /**
   * {@code ncclParamGetParameter(key, char**, len*)}; since 2.30.4.
   *
   * @param key name of the parameter
   * @param value receives the value
   * @param length receives the length
   * @return NCCL's result code
   */
  int paramGetParameter(MemorySegment key, MemorySegment value, MemorySegment length);

  /**
   * {@code ncclParamGetAllParameterKeys(char***, len*)}; since 2.30.4.
   *
   * @param table receives the address of the keys
   * @param length receives the length
   * @return NCCL's result code
   */
  int paramGetAllParameterKeys(MemorySegment table, MemorySegment length);

  /** {@code ncclParamDumpAll()}; since 2.30.4. */
  void paramDumpAll();

  /**
   * {@code ncclSetEncryption(config*)}; since 2.32.3.
   *
   * @param config an {@code ncclEncryptionConfig_t}, or null
   * @return NCCL's result code
   */
  int setEncryption(MemorySegment config);
}
