package org.jccl.nccl.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.jccl.ops.NcclFunction;
import org.jccl.spi.NcclAbi;

/**
 * What all functions of a binding share: where each is in one library, shapes that many have, and
 * the way out of a call that did not come back with a result code. The functions that are called
 * rarely are in sub-interfaces, a theme each.
 */
interface BoundCalls extends NcclAbi {
  /** Of a handle. */
  MethodHandle HANDLE = call(JAVA_LONG);

  /** Of a handle, with an output. */
  MethodHandle HANDLE_OUT = call(JAVA_LONG, ADDRESS);

  /**
   * {@return where {@code function} is; the null address if the library lacks it}
   *
   * @param function the function
   */
  MemorySegment at(NcclFunction function);

  /** {@return the library whose functions these are} */
  NcclLibrary library();

  /** A handle for functions of these arguments that return a result code. */
  static MethodHandle call(MemoryLayout... arguments) {
    return NativeAccess.downcall(FunctionDescriptor.of(JAVA_INT, arguments));
  }

  /** Throws what there is to throw when {@code function} gave no result code, unchecked. */
  default RuntimeException raise(NcclFunction function, Throwable cause) {
    if (!library().has(function)) {
      throw library().lacks(function);
    }
    // A wrong segment (heap, closed, of another thread) is the caller's; anything else is ours.
    return BoundCalls.<RuntimeException>unchecked(
        cause instanceof RuntimeException || cause instanceof Error
            ? cause
            : new AssertionError(function.symbol(), cause));
  }

  /** Throws {@code failure} unchecked. */
  @SuppressWarnings("unchecked")
  private static <E extends Throwable> RuntimeException unchecked(Throwable failure) throws E {
    throw (E) failure;
  }
}
