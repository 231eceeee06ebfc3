package org.jccl.nccl.ffi;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Map;
import org.jccl.ops.NcclFunction;
import org.jccl.spi.NcclAbi;

/**
 * What all functions of a binding share: the addresses of one library, and the way out of a call
 * that did not come back with a result code. The functions themselves are in the subclasses, a
 * theme each.
 */
abstract class BoundCalls implements NcclAbi {
  private final NcclLibrary library;

  /** By ordinal; the null address for what the library lacks. */
  private final MemorySegment[] addresses;

  BoundCalls(NcclLibrary library, Map<NcclFunction, MemorySegment> table) {
    this.library = library;
    NcclFunction[] functions = NcclFunction.values();
    this.addresses = new MemorySegment[functions.length];
    for (NcclFunction function : functions) {
      addresses[function.ordinal()] = table.getOrDefault(function, MemorySegment.NULL);
    }
  }

  /** A handle for functions of these arguments that return a result code. */
  static MethodHandle call(MemoryLayout... arguments) {
    return NativeAccess.downcall(FunctionDescriptor.of(JAVA_INT, arguments));
  }

  /** Where {@code function} is. */
  final MemorySegment at(NcclFunction function) {
    return addresses[function.ordinal()];
  }

  /** The library whose functions these are. */
  public final NcclLibrary library() {
    return library;
  }

  /** What to throw when {@code function} did not come back with a result code. */
  final Throwable failed(NcclFunction function, Throwable cause) {
    if (!library.has(function)) {
      return library.lacks(function);
    }
    // A wrong segment (heap, closed, of another thread) is the caller's; anything else is ours.
    return cause instanceof RuntimeException || cause instanceof Error
        ? cause
        : new AssertionError(function.symbol(), cause);
  }

  /** Throws {@code failure} unchecked. */
  @SuppressWarnings("unchecked")
  static <E extends Throwable> RuntimeException raise(Throwable failure) throws E {
    throw (E) failure;
  }
}
