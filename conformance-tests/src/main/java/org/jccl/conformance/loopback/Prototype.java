package org.jccl.conformance.loopback;

import static java.lang.foreign.MemoryLayout.sequenceLayout;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import org.jccl.UniqueId;
import org.jccl.spi.NcclAbi;
import org.jccl.spi.NcclFunction;

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

  // Unaligned: the linker refuses a wrong alignment before any handler of ours is there to catch
  // it.
  private static final MemoryLayout INT_POINTER = pointerTo(JAVA_INT.withByteAlignment(1));
  private static final MemoryLayout HANDLE_POINTER = pointerTo(JAVA_LONG.withByteAlignment(1));

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
      case COMM_INIT_RANK_CONFIG -> of("commInitRankConfig", HANDLE_POINTER, INT, ID, INT, POINTER);
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
      default -> throw new UnsupportedOperationException(function + " has no prototype yet");
    };
  }
}
