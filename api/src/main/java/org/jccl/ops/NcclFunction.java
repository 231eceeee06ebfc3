package org.jccl.ops;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
  MEM_FREE("ncclMemFree", 21901),
  /** {@code ncclCommInitRankScalable}. */
  COMM_INIT_RANK_SCALABLE("ncclCommInitRankScalable", 22304),
  /** {@code ncclCommSplit}. */
  COMM_SPLIT("ncclCommSplit", 21801),
  /** {@code ncclCommShrink}. */
  COMM_SHRINK("ncclCommShrink", 22703),
  /** {@code ncclCommGrow}. */
  COMM_GROW("ncclCommGrow", 22902),
  /** {@code ncclCommGetUniqueId}. */
  COMM_GET_UNIQUE_ID("ncclCommGetUniqueId", 22902),
  /** {@code ncclCommRevoke}. */
  COMM_REVOKE("ncclCommRevoke", 22807),
  /** {@code ncclCommSuspend}. */
  COMM_SUSPEND("ncclCommSuspend", 22907),
  /** {@code ncclCommResume}. */
  COMM_RESUME("ncclCommResume", 22907),
  /** {@code ncclCommMemStats}. */
  COMM_MEM_STATS("ncclCommMemStats", 22907),
  /** {@code ncclCommRegister}. */
  COMM_REGISTER("ncclCommRegister", 21901),
  /** {@code ncclCommDeregister}. */
  COMM_DEREGISTER("ncclCommDeregister", 21901),
  /** {@code ncclCommWindowRegister}. */
  COMM_WINDOW_REGISTER("ncclCommWindowRegister", 22703),
  /** {@code ncclCommWindowDeregister}. */
  COMM_WINDOW_DEREGISTER("ncclCommWindowDeregister", 22703),
  /** {@code ncclWinGetUserPtr}. */
  WIN_GET_USER_PTR("ncclWinGetUserPtr", 22902),
  /** {@code ncclPutSignal}. */
  PUT_SIGNAL("ncclPutSignal", 22902),
  /** {@code ncclSignal}. */
  SIGNAL("ncclSignal", 22902),
  /** {@code ncclWaitSignal}. */
  WAIT_SIGNAL("ncclWaitSignal", 22902),
  /** {@code ncclGroupSimulateEnd}. */
  GROUP_SIMULATE_END("ncclGroupSimulateEnd", 22203),
  /** {@code ncclParamBind}. */
  PARAM_BIND("ncclParamBind", 23004),
  /** {@code ncclParamGetI8}. */
  PARAM_GET_I8("ncclParamGetI8", 23004),
  /** {@code ncclParamGetI16}. */
  PARAM_GET_I16("ncclParamGetI16", 23004),
  /** {@code ncclParamGetI32}. */
  PARAM_GET_I32("ncclParamGetI32", 23004),
  /** {@code ncclParamGetI64}. */
  PARAM_GET_I64("ncclParamGetI64", 23004),
  /** {@code ncclParamGetU8}. */
  PARAM_GET_U8("ncclParamGetU8", 23004),
  /** {@code ncclParamGetU16}. */
  PARAM_GET_U16("ncclParamGetU16", 23004),
  /** {@code ncclParamGetU32}. */
  PARAM_GET_U32("ncclParamGetU32", 23004),
  /** {@code ncclParamGetU64}. */
  PARAM_GET_U64("ncclParamGetU64", 23004),
  /** {@code ncclParamGetStr}. */
  PARAM_GET_STR("ncclParamGetStr", 23004),
  /** {@code ncclParamGet}. */
  PARAM_GET("ncclParamGet", 23004),
  /** {@code ncclParamGetParameter}. */
  PARAM_GET_PARAMETER("ncclParamGetParameter", 23004),
  /** {@code ncclParamGetAllParameterKeys}. */
  PARAM_GET_ALL_PARAMETER_KEYS("ncclParamGetAllParameterKeys", 23004),
  /** {@code ncclParamDumpAll}. */
  PARAM_DUMP_ALL("ncclParamDumpAll", 23004),
  /** {@code ncclAllReduceConfig}. */
  ALL_REDUCE_CONFIG("ncclAllReduceConfig", 23102),
  /** {@code ncclBroadcastConfig}. */
  BROADCAST_CONFIG("ncclBroadcastConfig", 23102),
  /** {@code ncclReduceConfig}. */
  REDUCE_CONFIG("ncclReduceConfig", 23102),
  /** {@code ncclAllGatherConfig}. */
  ALL_GATHER_CONFIG("ncclAllGatherConfig", 23102),
  /** {@code ncclReduceScatterConfig}. */
  REDUCE_SCATTER_CONFIG("ncclReduceScatterConfig", 23102),
  /** {@code ncclAlltoAllConfig}. */
  ALL_TO_ALL_CONFIG("ncclAlltoAllConfig", 23102),
  /** {@code ncclGatherConfig}. */
  GATHER_CONFIG("ncclGatherConfig", 23102),
  /** {@code ncclScatterConfig}. */
  SCATTER_CONFIG("ncclScatterConfig", 23102),
  /** {@code ncclSetEncryption}. */
  SET_ENCRYPTION("ncclSetEncryption", 23203);

  private static final Pattern VERSION =
      Pattern.compile("(\\d{1,2})\\.(\\d{1,2})\\.(\\d{1,2})|\\d{4,6}");

  private final String symbol;
  private final int since;

  NcclFunction(String symbol, int since) {
    this.symbol = symbol;
    this.since = since;
  }

  /** {@return the C name} */
  public String symbol() {
    return symbol;
  }

  /** {@return the version code of the first release that had it} */
  public int since() {
    return since;
  }

  /**
   * {@return whether a library of {@code version} has it}
   *
   * @param version NCCL's version code, for example 22809
   */
  public boolean isIn(int version) {
    return version >= since;
  }

  /**
   * {@return the refusal of a library of version {@code found}, which lacks it}
   *
   * @param found version code of the library that was found
   */
  public UnsupportedOperationException missingIn(int found) {
    return new UnsupportedOperationException(
        symbol + " needs NCCL " + text(since) + ", found " + text(found));
  }

  /**
   * {@return a version code in words: 22809 is 2.28.9 (rule VER-01); up to 2.8 the code had one
   * digit less}
   *
   * @param version NCCL's version code, for example 22809
   */
  public static String text(int version) {
    int major = version < 10_000 ? version / 1_000 : version / 10_000;
    int rest = version < 10_000 ? version % 1_000 : version % 10_000;
    return major + "." + rest / 100 + "." + rest % 100;
  }

  /**
   * {@return the version code of a version in words, or of a code: "2.31.2" and "23102" are 23102
   * (rule VER-01)}
   *
   * @param text the version, in words or as a code
   * @throws IllegalArgumentException if it is neither
   */
  public static int code(String text) {
    Matcher version = VERSION.matcher(text.strip());
    if (!version.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is no version of NCCL, such as 2.30.7 or 23007");
    }
    if (version.group(1) == null) {
      return Integer.parseInt(text.strip());
    }
    int major = Integer.parseInt(version.group(1));
    int minor = Integer.parseInt(version.group(2));
    int base = major <= 2 && minor <= 8 ? 1_000 : 10_000;
    return major * base + minor * 100 + Integer.parseInt(version.group(3));
  }
}
