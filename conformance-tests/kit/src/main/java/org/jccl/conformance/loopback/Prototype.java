package org.jccl.conformance.loopback;

import static java.lang.foreign.MemoryLayout.sequenceLayout;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import org.jccl.UniqueId;
import org.jccl.ops.NcclFunction;
import org.jccl.spi.NcclAbi;

/**
 * One line of NCCL's header: the method of {@link NcclAbi} that the function is, and its C shape.
 *
 * <p>Written out from the header and not taken from the binding: where the two differ, arguments
 * arrive wrong and a test sees it.
 *
 * @param method its name in {@link NcclAbi}
 * @param shape what C passes and expects
 */
record Prototype(String method, FunctionDescriptor shape) {
  /** A handle or device pointer that is passed on as a number. */
  private static final MemoryLayout HANDLE = JAVA_LONG;

  /** {@code size_t}. */
  private static final MemoryLayout SIZE = JAVA_LONG;

  /** An {@code int} or an enum: type, reduction, root, peer. */
  private static final MemoryLayout INT = JAVA_INT;

  /** A pointer whose extent the function itself finds out. */
  private static final MemoryLayout POINTER = ADDRESS;

  // Pointers of which Entrance finds the extent by a method of that name.
  private static final MemoryLayout CONFIG = ADDRESS.withName("config");
  private static final MemoryLayout SIM_INFO = ADDRESS.withName("simInfo");
  private static final MemoryLayout TEXT = ADDRESS.withName("text");

  // Unaligned: the linker refuses a wrong alignment before any handler of ours is there to catch
  // it.
  private static final MemoryLayout INT_POINTER = pointerTo(JAVA_INT.withByteAlignment(1));
  private static final MemoryLayout LONG_POINTER = pointerTo(JAVA_LONG.withByteAlignment(1));
  private static final MemoryLayout HANDLE_POINTER = LONG_POINTER;
  private static final MemoryLayout SHORT_POINTER = pointerTo(JAVA_SHORT.withByteAlignment(1));
  private static final MemoryLayout BYTE_POINTER = pointerTo(JAVA_BYTE);

  /** {@code ncclUniqueId}: 128 bytes, by value (UID-01) or behind a pointer. */
  private static final MemoryLayout ID = structLayout(sequenceLayout(UniqueId.BYTES, JAVA_BYTE));

  private static final MemoryLayout ID_POINTER = pointerTo(ID);

  @SuppressWarnings("restricted") // What C points to is as long as its header says.
  private static MemoryLayout pointerTo(MemoryLayout target) {
    return ADDRESS.withTargetLayout(target);
  }

  private static Prototype of(String method, MemoryLayout... arguments) {
    return new Prototype(method, FunctionDescriptor.of(JAVA_INT, arguments));
  }

  private static Prototype twoBuffers(String method) {
    return of(method, HANDLE, HANDLE, SIZE, INT, HANDLE, HANDLE);
  }

  private static Prototype twoBuffersChoice(String method) {
    return of(method, HANDLE, HANDLE, SIZE, INT, INT, HANDLE, HANDLE);
  }

  private static Prototype oneBuffer(String method) {
    return of(method, HANDLE, SIZE, INT, INT, HANDLE, HANDLE);
  }

  /** The prototype of {@code function}. */
  static Prototype of(NcclFunction function) {
    return switch (function) {
      case GET_VERSION -> of("getVersion", INT_POINTER);
      case GET_UNIQUE_ID -> of("getUniqueId", ID_POINTER);
      case GET_ERROR_STRING -> new Prototype("getErrorString", FunctionDescriptor.of(POINTER, INT));
      case GET_LAST_ERROR -> new Prototype("getLastError", FunctionDescriptor.of(POINTER, HANDLE));
      case COMM_INIT_RANK -> of("commInitRank", HANDLE_POINTER, INT, ID, INT);
      case COMM_INIT_RANK_CONFIG -> of("commInitRankConfig", HANDLE_POINTER, INT, ID, INT, CONFIG);
      case COMM_INIT_ALL -> of("commInitAll", POINTER, INT, POINTER);
      case COMM_FINALIZE -> of("commFinalize", HANDLE);
      case COMM_DESTROY -> of("commDestroy", HANDLE);
      case COMM_ABORT -> of("commAbort", HANDLE);
      case COMM_GET_ASYNC_ERROR -> of("commGetAsyncError", HANDLE, INT_POINTER);
      case COMM_COUNT -> of("commCount", HANDLE, INT_POINTER);
      case COMM_CU_DEVICE -> of("commCuDevice", HANDLE, INT_POINTER);
      case COMM_USER_RANK -> of("commUserRank", HANDLE, INT_POINTER);
      case RED_OP_CREATE_PRE_MUL_SUM ->
          of("redOpCreatePreMulSum", INT_POINTER, HANDLE, INT, INT, HANDLE);
      case RED_OP_DESTROY -> of("redOpDestroy", INT, HANDLE);
      case ALL_REDUCE -> twoBuffersChoice("allReduce");
      case BROADCAST -> twoBuffersChoice("broadcast");
      case BCAST -> oneBuffer("bcast");
      case REDUCE -> of("reduce", HANDLE, HANDLE, SIZE, INT, INT, INT, HANDLE, HANDLE);
      case ALL_GATHER -> twoBuffers("allGather");
      case REDUCE_SCATTER -> twoBuffersChoice("reduceScatter");
      case ALL_TO_ALL -> twoBuffers("allToAll");
      case GATHER -> twoBuffersChoice("gather");
      case SCATTER -> twoBuffersChoice("scatter");
      case SEND -> oneBuffer("send");
      case RECV -> oneBuffer("recv");
      case GROUP_START -> of("groupStart");
      case GROUP_END -> of("groupEnd");
      case MEM_ALLOC -> of("memAlloc", HANDLE_POINTER, SIZE);
      case MEM_FREE -> of("memFree", HANDLE);
      case COMM_INIT_RANK_SCALABLE ->
          of("commInitRankScalable", HANDLE_POINTER, INT, INT, INT, POINTER, POINTER);
      case COMM_SPLIT -> of("commSplit", HANDLE, INT, INT, HANDLE_POINTER, CONFIG);
      case COMM_SHRINK -> of("commShrink", HANDLE, POINTER, INT, HANDLE_POINTER, POINTER, INT);
      case COMM_GROW -> of("commGrow", HANDLE, INT, ID_POINTER, INT, HANDLE_POINTER, CONFIG);
      case COMM_GET_UNIQUE_ID -> of("commGetUniqueId", HANDLE, ID_POINTER);
      case COMM_REVOKE -> of("commRevoke", HANDLE, INT);
      case COMM_SUSPEND -> of("commSuspend", HANDLE, INT);
      case COMM_RESUME -> of("commResume", HANDLE);
      case COMM_MEM_STATS -> of("commMemStats", HANDLE, INT, LONG_POINTER);
      case COMM_REGISTER -> of("commRegister", HANDLE, HANDLE, SIZE, HANDLE_POINTER);
      case COMM_DEREGISTER -> of("commDeregister", HANDLE, HANDLE);
      case COMM_WINDOW_REGISTER ->
          of("commWindowRegister", HANDLE, HANDLE, SIZE, HANDLE_POINTER, INT);
      case COMM_WINDOW_DEREGISTER -> of("commWindowDeregister", HANDLE, HANDLE);
      case WIN_GET_USER_PTR -> of("winGetUserPtr", HANDLE, HANDLE, HANDLE_POINTER);
      case PUT_SIGNAL ->
          of("putSignal", HANDLE, SIZE, INT, INT, HANDLE, SIZE, INT, INT, INT, HANDLE, HANDLE);
      case SIGNAL -> of("signal", INT, INT, INT, INT, HANDLE, HANDLE);
      case WAIT_SIGNAL -> of("waitSignal", INT, POINTER, HANDLE, HANDLE);
      case GROUP_SIMULATE_END -> of("groupSimulateEnd", SIM_INFO);
      case PARAM_BIND -> of("paramBind", HANDLE_POINTER, TEXT);
      case PARAM_GET_I8 -> of("paramGetI8", HANDLE, BYTE_POINTER);
      case PARAM_GET_U8 -> of("paramGetU8", HANDLE, BYTE_POINTER);
      case PARAM_GET_I16 -> of("paramGetI16", HANDLE, SHORT_POINTER);
      case PARAM_GET_U16 -> of("paramGetU16", HANDLE, SHORT_POINTER);
      case PARAM_GET_I32 -> of("paramGetI32", HANDLE, INT_POINTER);
      case PARAM_GET_U32 -> of("paramGetU32", HANDLE, INT_POINTER);
      case PARAM_GET_I64 -> of("paramGetI64", HANDLE, LONG_POINTER);
      case PARAM_GET_U64 -> of("paramGetU64", HANDLE, LONG_POINTER);
      case PARAM_GET_STR -> of("paramGetStr", HANDLE, HANDLE_POINTER);
      case PARAM_GET -> of("paramGet", HANDLE, POINTER, INT, INT_POINTER);
      case PARAM_GET_PARAMETER -> of("paramGetParameter", TEXT, HANDLE_POINTER, INT_POINTER);
      case PARAM_GET_ALL_PARAMETER_KEYS ->
          of("paramGetAllParameterKeys", HANDLE_POINTER, INT_POINTER);
      case PARAM_DUMP_ALL -> new Prototype("paramDumpAll", FunctionDescriptor.ofVoid());
      case ALL_REDUCE_CONFIG ->
          of("allReduceConfig", HANDLE, HANDLE, SIZE, INT, INT, HANDLE, HANDLE, CONFIG);
      case BROADCAST_CONFIG ->
          of("broadcastConfig", HANDLE, HANDLE, SIZE, INT, INT, HANDLE, HANDLE, CONFIG);
      case REDUCE_CONFIG ->
          of("reduceConfig", HANDLE, HANDLE, SIZE, INT, INT, INT, HANDLE, HANDLE, CONFIG);
      case ALL_GATHER_CONFIG ->
          of("allGatherConfig", HANDLE, HANDLE, SIZE, INT, HANDLE, HANDLE, CONFIG);
      case REDUCE_SCATTER_CONFIG ->
          of("reduceScatterConfig", HANDLE, HANDLE, SIZE, INT, INT, HANDLE, HANDLE, CONFIG);
      case ALL_TO_ALL_CONFIG ->
          of("allToAllConfig", HANDLE, HANDLE, SIZE, INT, HANDLE, HANDLE, CONFIG);
      case GATHER_CONFIG ->
          of("gatherConfig", HANDLE, HANDLE, SIZE, INT, INT, HANDLE, HANDLE, CONFIG);
      case SCATTER_CONFIG ->
          of("scatterConfig", HANDLE, HANDLE, SIZE, INT, INT, HANDLE, HANDLE, CONFIG);
      case SET_ENCRYPTION -> of("setEncryption", CONFIG);
    };
  }
}
