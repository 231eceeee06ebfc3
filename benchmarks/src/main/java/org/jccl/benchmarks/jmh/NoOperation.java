package org.jccl.benchmarks.jmh;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jccl.ops.NcclFunction;

/**
 * A C function that returns 0 and looks at none of its arguments, in place of NCCL's: what is left
 * of a call is what Java adds to it.
 *
 * <p>No compiler is at hand when benchmarks run, so it has to be one that every C library has. In
 * C's calling conventions a function may be passed more arguments than it takes; it never looks
 * there. {@code pthread_mutexattr_destroy} has nothing to free on Linux (glibc and musl): one
 * instruction for the 0, no system call that would be most of the figure.
 */
final class NoOperation {
  private static final MemorySegment ADDRESS =
      Linker.nativeLinker().defaultLookup().find("pthread_mutexattr_destroy").orElseThrow();

  /**
   * The shape of {@code ncclAllReduce}, made as the binding makes its handles: constant, and
   * without a symbol, so that the address is an argument.
   */
  private static final MethodHandle SEVEN_ARGUMENTS =
      Linker.nativeLinker()
          .downcallHandle(
              FunctionDescriptor.of(
                  JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG,
                  JAVA_LONG));

  /** What a call on a stream calls in NCCL, groups included. */
  private static final Set<NcclFunction> ENQUEUES =
      EnumSet.of(
          NcclFunction.ALL_REDUCE,
          NcclFunction.SEND,
          NcclFunction.RECV,
          NcclFunction.GROUP_START,
          NcclFunction.GROUP_END);

  private NoOperation() {}

  /** The downcall alone. */
  static int call(long send, long recv, long count, int type, int op, long comm, long stream)
      throws Throwable {
    return (int) SEVEN_ARGUMENTS.invokeExact(ADDRESS, send, recv, count, type, op, comm, stream);
  }

  /** {@code library} with this function in place of those that enqueue. */
  static Optional<MemorySegment> instead(String symbol, Optional<MemorySegment> library) {
    boolean enqueues = ENQUEUES.stream().anyMatch(each -> each.symbol().equals(symbol));
    return enqueues ? Optional.of(ADDRESS) : library;
  }
}
