package org.jccl.conformance.loopback;

import java.lang.foreign.Arena;
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
import java.util.Set;
import org.jccl.nccl.ffi.NcclLibrary;
import org.jccl.ops.NcclFunction;
import org.jccl.spi.NcclAbi;

/**
 * Any {@link NcclAbi} as a C library: one stub per function of NCCL, callable at an address.
 *
 * <p>It has the functions of the version that it says it is. The stubs live until nobody knows
 * their addresses any more; after {@link #close} they answer with an internal error.
 */
public final class StubLibrary implements AutoCloseable {
  private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

  /** What {@link Entrance} does itself. */
  private static final Set<NcclFunction> OWN =
      Set.of(
          NcclFunction.GET_VERSION,
          NcclFunction.GET_ERROR_STRING,
          NcclFunction.GET_LAST_ERROR,
          NcclFunction.COMM_INIT_ALL,
          NcclFunction.COMM_INIT_RANK_SCALABLE,
          NcclFunction.COMM_SHRINK,
          NcclFunction.WAIT_SIGNAL,
          NcclFunction.PARAM_GET);

  private final Entrance entrance;
  private final Map<String, MemorySegment> stubs = new HashMap<>();

  /**
   * A library whose functions call {@code target}.
   *
   * @param version version code that it says it is
   */
  public StubLibrary(NcclAbi target, int version) {
    this.entrance = new Entrance(target, version);
    Arena arena = Arena.ofAuto();
    for (NcclFunction function : NcclFunction.values()) {
      if (function.isIn(version)) {
        stubs.put(function.symbol(), stub(entrance, function, arena));
      }
    }
  }

  /** The address of the function with that C name; empty if this version lacks it. */
  public Optional<MemorySegment> find(String symbol) {
    return Optional.ofNullable(stubs.get(symbol));
  }

  /** The binding's view of it. */
  public NcclLibrary library(String description) {
    return NcclLibrary.ofSymbols(description, this::find);
  }

  /** Everything that calls have thrown, in order: misuse reports, and bugs of the target. */
  public List<Throwable> failures() {
    return entrance.failures();
  }

  @Override
  public void close() {
    entrance.close();
  }

  @SuppressWarnings("restricted") // Stubs are what this is about.
  private static MemorySegment stub(Entrance entrance, NcclFunction function, Arena arena) {
    Prototype prototype = Prototype.of(function);
    MethodType type = prototype.shape().toMethodType();
    try {
      MethodHandle call =
          OWN.contains(function)
              ? LOOKUP.findVirtual(Entrance.class, prototype.method(), type).bindTo(entrance)
              : MethodHandles.foldArguments(
                  LOOKUP.findVirtual(NcclAbi.class, prototype.method(), type),
                  own(entrance, "target", MethodType.methodType(NcclAbi.class)));
      MethodHandle reading = reading(entrance, call, prototype);
      return Linker.nativeLinker().upcallStub(guarded(entrance, reading), prototype.shape(), arena);
    } catch (ReflectiveOperationException misnamed) {
      throw new LinkageError(prototype.method() + " has another type than " + type, misnamed);
    }
  }

  /** With every pointer as long as what it leads to. */
  private static MethodHandle reading(Entrance entrance, MethodHandle call, Prototype prototype)
      throws ReflectiveOperationException {
    MethodType one = MethodType.methodType(MemorySegment.class, MemorySegment.class);
    MethodHandle all = call;
    List<MemoryLayout> arguments = prototype.shape().argumentLayouts();
    for (int i = 0; i < arguments.size(); i++) {
      Optional<String> extent = arguments.get(i).name();
      if (extent.isPresent()) {
        all = MethodHandles.filterArguments(all, i, own(entrance, extent.get(), one));
      }
    }
    return all;
  }

  /** With every way out that ends in C. */
  private static MethodHandle guarded(Entrance entrance, MethodHandle call)
      throws ReflectiveOperationException {
    if (call.type().returnType() == void.class) {
      MethodType nothing = MethodType.methodType(void.class, Throwable.class);
      return MethodHandles.catchException(
          call, Throwable.class, own(entrance, "thrownInVoid", nothing));
    }
    if (call.type().returnType() != int.class) {
      MethodType text = MethodType.methodType(MemorySegment.class, Throwable.class);
      return MethodHandles.catchException(
          call, Throwable.class, own(entrance, "thrownInText", text));
    }
    MethodHandle noted =
        MethodHandles.filterReturnValue(
            call, own(entrance, "returned", MethodType.methodType(int.class, int.class)));
    return MethodHandles.catchException(
        noted,
        Throwable.class,
        own(entrance, "thrown", MethodType.methodType(int.class, Throwable.class)));
  }

  private static MethodHandle own(Entrance entrance, String name, MethodType type)
      throws ReflectiveOperationException {
    return LOOKUP.findVirtual(Entrance.class, name, type).bindTo(entrance);
  }
}
