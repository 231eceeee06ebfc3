package org.jccl.nccl.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.Optional;

/**
 * Ends a process whose libraries do not let it exit. What they have registered to run at the exit,
 * CUDA's clean-up among it, runs when no Java thread does any more; so the kernel is asked: the
 * last function that is registered runs first, and it is {@code alarm}.
 */
public final class ExitAlarm {
  private ExitAlarm() {}

  /**
   * From the exit of this process on it has so much time; then SIGALRM ends it.
   *
   * @param seconds the time
   * @return whether that could be arranged
   */
  public static boolean arm(int seconds) {
    return atExit("alarm", seconds);
  }

  /** A function of the C library runs at the exit, before all that were registered earlier. */
  static boolean atExit(String function, long argument) {
    SymbolLookup libc = Linker.nativeLinker().defaultLookup();
    Optional<MemorySegment> register = libc.find("__cxa_atexit");
    Optional<MemorySegment> called = libc.find(function);
    if (register.isEmpty() || called.isEmpty()) {
      return false;
    }
    try {
      return (int)
              NativeAccess.downcall(FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG))
                  .invokeExact(register.get(), called.get(), argument, 0L)
          == 0;
    } catch (RuntimeException | Error failure) {
      throw failure;
    } catch (Throwable broken) {
      throw new AssertionError(broken);
    }
  }
}
