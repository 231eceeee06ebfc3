package org.jccl.nccl.ffi;

/** The functions of NCCL that are bound, each with the version that first had it (rule VER-05). */
public enum NcclFunction {
  /** {@code ncclGetVersion}. */
  GET_VERSION("ncclGetVersion", 20000),
  /** {@code ncclGetUniqueId}. */
  GET_UNIQUE_ID("ncclGetUniqueId", 20000),
  /** {@code ncclGetErrorString}. */
  GET_ERROR_STRING("ncclGetErrorString", 20000),
  /** {@code ncclGetLastError}. */
  GET_LAST_ERROR("ncclGetLastError", 21300),
  /** {@code ncclCommInitRank}. */
  COMM_INIT_RANK("ncclCommInitRank", 20000),
  /** {@code ncclCommInitRankConfig}. */
  COMM_INIT_RANK_CONFIG("ncclCommInitRankConfig", 21403),
  /** {@code ncclCommInitAll}. */
  COMM_INIT_ALL("ncclCommInitAll", 20000),
  /** {@code ncclCommFinalize}. */
  COMM_FINALIZE("ncclCommFinalize", 21403),
  /** {@code ncclCommDestroy}. */
  COMM_DESTROY("ncclCommDestroy", 20000),
  /** {@code ncclCommAbort}. */
  COMM_ABORT("ncclCommAbort", 20400),
  /** {@code ncclCommGetAsyncError}. */
  COMM_GET_ASYNC_ERROR("ncclCommGetAsyncError", 20400),
  /** {@code ncclCommCount}. */
  COMM_COUNT("ncclCommCount", 20000),
  /** {@code ncclCommCuDevice}. */
  COMM_CU_DEVICE("ncclCommCuDevice", 20000),
  /** {@code ncclCommUserRank}. */
  COMM_USER_RANK("ncclCommUserRank", 20000),
  /** {@code ncclRedOpCreatePreMulSum}. */
  RED_OP_CREATE_PRE_MUL_SUM("ncclRedOpCreatePreMulSum", 21104),
  /** {@code ncclRedOpDestroy}. */
  RED_OP_DESTROY("ncclRedOpDestroy", 21104),
  /** {@code ncclAllReduce}. */
  ALL_REDUCE("ncclAllReduce", 20000),
  /** {@code ncclBroadcast}. */
  BROADCAST("ncclBroadcast", 20200),
  /** {@code ncclBcast}. */
  BCAST("ncclBcast", 20000),
  /** {@code ncclReduce}. */
  REDUCE("ncclReduce", 20000),
  /** {@code ncclAllGather}. */
  ALL_GATHER("ncclAllGather", 20000),
  /** {@code ncclReduceScatter}. */
  REDUCE_SCATTER("ncclReduceScatter", 20000),
  /** {@code ncclAlltoAll}. */
  ALL_TO_ALL("ncclAlltoAll", 22803),
  /** {@code ncclGather}. */
  GATHER("ncclGather", 22803),
  /** {@code ncclScatter}. */
  SCATTER("ncclScatter", 22803),
  /** {@code ncclSend}. */
  SEND("ncclSend", 20703),
  /** {@code ncclRecv}. */
  RECV("ncclRecv", 20703),
  /** {@code ncclGroupStart}. */
  GROUP_START("ncclGroupStart", 20000),
  /** {@code ncclGroupEnd}. */
  GROUP_END("ncclGroupEnd", 20000),
  /** {@code ncclMemAlloc}. */
  MEM_ALLOC("ncclMemAlloc", 21901),
  /** {@code ncclMemFree}. */
  MEM_FREE("ncclMemFree", 21901);

  private final String symbol;
  private final int since;

  NcclFunction(String symbol, int since) {
    this.symbol = symbol;
    this.since = since;
  }

  /** The C name. */
  public String symbol() {
    return symbol;
  }

  /** Version code of the first release that had it. */
  public int since() {
    return since;
  }
}
