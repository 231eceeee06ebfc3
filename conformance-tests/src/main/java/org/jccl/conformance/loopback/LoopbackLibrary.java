package org.jccl.conformance.loopback;

import static java.lang.foreign.MemoryLayout.sequenceLayout;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jccl.UniqueId;
import org.jccl.nccl.ffi.NcclLibrary;
import org.jccl.spi.NcclAbi;

/**
 * A library of stubs. The shapes are written down here once more, from NCCL's header, and not taken
 * from the binding: where the two differ, the call's arguments arrive wrong and a rule fails.
 */
final class LoopbackLibrary {
  /** {@code size_t}. */
  private static final ValueLayout.OfLong SIZE = JAVA_LONG;

  /** {@code ncclUniqueId}, by value. */
  private static final MemoryLayout ID = structLayout(sequenceLayout(UniqueId.BYTES, JAVA_BYTE));

  /** A pointer that is only passed on: a buffer, a communicator, a stream. */
  private static final AddressLayout POINTER = ADDRESS;

  /** A pointer to something that is read or written: handles of up to eight ranks, a struct. */
  private static final AddressLayout OUT = ADDRESS.withTargetLayout(sequenceLayout(128, JAVA_BYTE));

  private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

  private LoopbackLibrary() {}

  /** NCCL whose functions call {@code simulator}; the stubs live as long as {@code arena}. */
  static NcclLibrary over(NcclAbi simulator, Arena arena) {
    LoopbackFunctions functions = new LoopbackFunctions(simulator);
    Map<String, MemorySegment> stubs = new HashMap<>();
    shapes().forEach((name, shape) -> stubs.put(name, stub(functions, name, shape, arena)));
    return NcclLibrary.ofSymbols(
        "the loopback library", name -> Optional.ofNullable(stubs.get(name)));
  }

  @SuppressWarnings("restricted") // Stubs are what this is about.
  private static MemorySegment stub(
      LoopbackFunctions functions, String name, FunctionDescriptor shape, Arena arena) {
    try {
      MethodHandle target =
          LOOKUP.findVirtual(LoopbackFunctions.class, name, shape.toMethodType()).bindTo(functions);
      return Linker.nativeLinker().upcallStub(target, shape, arena);
    } catch (ReflectiveOperationException misnamed) {
      throw new LinkageError(name + " has no method " + shape.toMethodType(), misnamed);
    }
  }

  private static FunctionDescriptor of(MemoryLayout... arguments) {
    return FunctionDescriptor.of(JAVA_INT, arguments);
  }

  private static Map<String, FunctionDescriptor> shapes() {
    Map<String, FunctionDescriptor> shapes = new HashMap<>();
    shapes.put("ncclGetVersion", of(OUT));
    shapes.put("ncclGetUniqueId", of(OUT));
    shapes.put("ncclGetErrorString", FunctionDescriptor.of(POINTER, JAVA_INT));
    shapes.put("ncclGetLastError", FunctionDescriptor.of(POINTER, POINTER));
    shapes.put("ncclCommInitRank", of(OUT, JAVA_INT, ID, JAVA_INT));
    shapes.put("ncclCommInitRankConfig", of(OUT, JAVA_INT, ID, JAVA_INT, OUT));
    shapes.put("ncclCommInitAll", of(OUT, JAVA_INT, OUT));
    shapes.put("ncclCommFinalize", of(POINTER));
    shapes.put("ncclCommDestroy", of(POINTER));
    shapes.put("ncclCommAbort", of(POINTER));
    shapes.put("ncclCommGetAsyncError", of(POINTER, OUT));
    shapes.put("ncclCommCount", of(POINTER, OUT));
    shapes.put("ncclCommCuDevice", of(POINTER, OUT));
    shapes.put("ncclCommUserRank", of(POINTER, OUT));
    shapes.put("ncclRedOpCreatePreMulSum", of(OUT, POINTER, JAVA_INT, JAVA_INT, POINTER));
    shapes.put("ncclRedOpDestroy", of(JAVA_INT, POINTER));
    FunctionDescriptor two = of(POINTER, POINTER, SIZE, JAVA_INT, POINTER, POINTER);
    FunctionDescriptor choice = of(POINTER, POINTER, SIZE, JAVA_INT, JAVA_INT, POINTER, POINTER);
    FunctionDescriptor one = of(POINTER, SIZE, JAVA_INT, JAVA_INT, POINTER, POINTER);
    shapes.put("ncclAllGather", two);
    shapes.put("ncclAlltoAll", two);
    shapes.put("ncclAllReduce", choice);
    shapes.put("ncclBroadcast", choice);
    shapes.put("ncclReduceScatter", choice);
    shapes.put("ncclGather", choice);
    shapes.put("ncclScatter", choice);
    shapes.put(
        "ncclReduce", of(POINTER, POINTER, SIZE, JAVA_INT, JAVA_INT, JAVA_INT, POINTER, POINTER));
    shapes.put("ncclBcast", one);
    shapes.put("ncclSend", one);
    shapes.put("ncclRecv", one);
    shapes.put("ncclGroupStart", of());
    shapes.put("ncclGroupEnd", of());
    shapes.put("ncclMemAlloc", of(OUT, SIZE));
    shapes.put("ncclMemFree", of(POINTER));
    return shapes;
  }
}
