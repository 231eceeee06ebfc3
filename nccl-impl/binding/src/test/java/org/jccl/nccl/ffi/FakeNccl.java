package org.jccl.nccl.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jccl.ops.NcclFunction;

/**
 * A library of upcall stubs: every function of NCCL that the binding knows, written in Java. Calls
 * are recorded; what one does can be replaced. By default everything succeeds.
 */
public final class FakeNccl {
  /** What a function does with its arguments. */
  @FunctionalInterface
  public interface Behaviour {
    /** Returns the result code. */
    int call(Object[] arguments);
  }

  /** One call as it arrived. */
  public record Arrived(String function, List<Object> arguments, String thread) {}

  /** J: long, I: int, U: the id by value; all return int. */
  private static final Map<String, String> SHAPES = new HashMap<>();

  static {
    SHAPES.put("ncclGetVersion", "J");
    SHAPES.put("ncclGetUniqueId", "J");
    SHAPES.put("ncclCommInitRank", "JIUI");
    SHAPES.put("ncclCommInitRankConfig", "JIUIJ");
    SHAPES.put("ncclCommInitAll", "JIJ");
    for (String name : List.of("Finalize", "Destroy", "Abort")) {
      SHAPES.put("ncclComm" + name, "J");
    }
    for (String name : List.of("GetAsyncError", "Count", "CuDevice", "UserRank")) {
      SHAPES.put("ncclComm" + name, "JJ");
    }
    SHAPES.put("ncclRedOpCreatePreMulSum", "JJIIJ");
    SHAPES.put("ncclRedOpDestroy", "IJ");
    for (String name : List.of("AllReduce", "Broadcast", "ReduceScatter", "Gather", "Scatter")) {
      SHAPES.put("nccl" + name, "JJJIIJJ");
      SHAPES.put("nccl" + name + "Config", "JJJIIJJJ");
    }
    SHAPES.put("ncclReduce", "JJJIIIJJ");
    SHAPES.put("ncclReduceConfig", "JJJIIIJJJ");
    for (String name : List.of("AllGather", "AlltoAll")) {
      SHAPES.put("nccl" + name, "JJJIJJ");
      SHAPES.put("nccl" + name + "Config", "JJJIJJJ");
    }
    SHAPES.put("ncclSetEncryption", "J");
    for (String name : List.of("Bcast", "Send", "Recv")) {
      SHAPES.put("nccl" + name, "JJIIJJ");
    }
    SHAPES.put("ncclGroupStart", "");
    SHAPES.put("ncclGroupEnd", "");
    SHAPES.put("ncclMemAlloc", "JJ");
    SHAPES.put("ncclMemFree", "J");
    SHAPES.put("ncclCommInitRankScalable", "JIIIJJ");
    SHAPES.put("ncclCommSplit", "JIIJJ");
    SHAPES.put("ncclCommShrink", "JJIJJI");
    SHAPES.put("ncclCommGrow", "JIJIJJ");
    SHAPES.put("ncclCommGetUniqueId", "JJ");
    SHAPES.put("ncclCommRevoke", "JI");
    SHAPES.put("ncclCommSuspend", "JI");
    SHAPES.put("ncclCommResume", "J");
    SHAPES.put("ncclCommMemStats", "JIJ");
    SHAPES.put("ncclCommRegister", "JJJJ");
    SHAPES.put("ncclCommDeregister", "JJ");
    SHAPES.put("ncclCommWindowRegister", "JJJJI");
    SHAPES.put("ncclCommWindowDeregister", "JJ");
    SHAPES.put("ncclWinGetUserPtr", "JJJ");
    SHAPES.put("ncclPutSignal", "JJIIJJIIIJJ");
    SHAPES.put("ncclSignal", "IIIIJJ");
    SHAPES.put("ncclWaitSignal", "IJJJ");
    SHAPES.put("ncclGroupSimulateEnd", "J");
    SHAPES.put("ncclParamBind", "JJ");
    for (String type : List.of("I8", "I16", "I32", "I64", "U8", "U16", "U32", "U64", "Str")) {
      SHAPES.put("ncclParamGet" + type, "JJ");
    }
    SHAPES.put("ncclParamGet", "JJIJ");
    SHAPES.put("ncclParamGetParameter", "JJJ");
    SHAPES.put("ncclParamGetAllParameterKeys", "JJ");
    SHAPES.put("ncclParamDumpAll", "");
  }

  private final int version;
  private final MemorySegment words = Arena.global().allocateFrom("words of the fake");
  private final Map<String, Behaviour> behaviours = new ConcurrentHashMap<>();
  private final Map<String, MemorySegment> stubs = new HashMap<>();
  private final List<Arrived> calls = new CopyOnWriteArrayList<>();

  /** A library of that version, with the functions that existed then. */
  public FakeNccl(int version) {
    this.version = version;
    on("ncclGetVersion", arguments -> setInt(arguments[0], version));
    on("ncclCommInitRankConfig", arguments -> setLong(arguments[0], 0xC0 + (int) arguments[3]));
    on("ncclCommGetAsyncError", arguments -> setInt(arguments[1], 0));
    on("ncclRedOpCreatePreMulSum", arguments -> setInt(arguments[0], 77));
  }

  /** Replaces what a function does. */
  public FakeNccl on(String function, Behaviour behaviour) {
    behaviours.put(function, behaviour);
    return this;
  }

  /** The library over these stubs. */
  public NcclLibrary library() {
    return NcclLibrary.ofSymbols("a fake", this::find);
  }

  /** The calls that arrived, without the questions for version and state. */
  public List<Arrived> calls() {
    return calls.stream()
        .filter(call -> !call.function.equals("ncclGetVersion"))
        .filter(call -> !call.function.equals("ncclCommGetAsyncError"))
        .toList();
  }

  /** Their names. */
  public List<String> names() {
    return calls().stream().map(Arrived::function).toList();
  }

  /** Stores an int at an address. */
  public static int setInt(Object address, int value) {
    NativeAccess.memory((long) address, 4).set(JAVA_INT, 0, value);
    return 0;
  }

  /** Stores a long at an address. */
  public static int setLong(Object address, long value) {
    NativeAccess.memory((long) address, 8).set(JAVA_LONG, 0, value);
    return 0;
  }

  /** The address of a function. */
  public Optional<MemorySegment> find(String symbol) {
    for (NcclFunction function : NcclFunction.values()) {
      if (function.symbol().equals(symbol) && function.since() <= version) {
        return Optional.of(stubs.computeIfAbsent(symbol, this::stub));
      }
    }
    return Optional.empty();
  }

  private MemorySegment stub(String symbol) {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      if (symbol.equals("ncclGetErrorString") || symbol.equals("ncclGetLastError")) {
        boolean code = symbol.equals("ncclGetErrorString");
        MethodHandle said =
            MethodHandles.dropArguments(
                lookup
                    .findVirtual(
                        FakeNccl.class,
                        "say",
                        MethodType.methodType(MemorySegment.class, String.class))
                    .bindTo(this)
                    .bindTo(symbol),
                0,
                code ? int.class : long.class);
        return upcall(said, FunctionDescriptor.of(ADDRESS, code ? JAVA_INT : JAVA_LONG));
      }
      MemoryLayout[] layouts =
          SHAPES
              .get(symbol)
              .chars()
              .mapToObj(c -> c == 'J' ? JAVA_LONG : c == 'I' ? JAVA_INT : NcclBinding.UNIQUE_ID)
              .toArray(MemoryLayout[]::new);
      FunctionDescriptor shape =
          symbol.equals("ncclParamDumpAll")
              ? FunctionDescriptor.ofVoid()
              : FunctionDescriptor.of(JAVA_INT, layouts);
      MethodHandle target =
          lookup
              .findVirtual(
                  FakeNccl.class,
                  "arrive",
                  MethodType.methodType(int.class, String.class, Object[].class))
              .bindTo(this)
              .bindTo(symbol)
              .asCollector(Object[].class, layouts.length)
              .asType(shape.toMethodType());
      return upcall(target, shape);
    } catch (ReflectiveOperationException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static MemorySegment upcall(MethodHandle target, FunctionDescriptor shape) {
    return Linker.nativeLinker().upcallStub(target, shape, Arena.global());
  }

  @SuppressWarnings("unused") // Called by the stubs of what answers with words.
  private MemorySegment say(String function) {
    Behaviour behaviour = behaviours.get(function);
    if (behaviour != null) {
      behaviour.call(new Object[0]);
    }
    return words;
  }

  @SuppressWarnings("unused") // Called by every stub.
  private int arrive(String function, Object[] arguments) {
    Object[] kept = arguments.clone();
    for (int i = 0; i < kept.length; i++) {
      if (kept[i] instanceof MemorySegment byValue) {
        kept[i] = Arena.ofAuto().allocate(byValue.byteSize()).copyFrom(byValue);
      }
    }
    calls.add(new Arrived(function, List.of(kept), Thread.currentThread().getName()));
    Behaviour behaviour = behaviours.get(function);
    return behaviour == null ? 0 : behaviour.call(kept);
  }
}
