package org.jccl.nccl.ffi;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.System.Logger.Level;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Java code as CUDA's host functions, {@code cuLaunchHostFunc}. JCuda's own way forgets a function
 * when it was called once, so that the second launch of a graph would call what is no more; here
 * one stub serves all, and is told which one to run.
 */
public final class HostFunctions {
  private static final System.Logger LOG = System.getLogger("org.jccl.nccl");

  private static final Map<Long, Runnable> KNOWN = new ConcurrentHashMap<>();
  private static final AtomicLong MADE = new AtomicLong();

  private HostFunctions() {}

  /** The driver's function and our stub, found and made at first use. */
  private static final class Driver {
    static final MemorySegment LAUNCH = DriverCalls.find("cuLaunchHostFunc");
    static final MethodHandle CALL =
        NativeAccess.downcall(FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    static final long STUB = stub();

    private static long stub() {
      try {
        MethodHandle run =
            MethodHandles.lookup()
                .findStatic(
                    HostFunctions.class, "run", MethodType.methodType(void.class, long.class));
        return NativeAccess.upcall(run, FunctionDescriptor.ofVoid(JAVA_LONG)).address();
      } catch (ReflectiveOperationException impossible) {
        throw new AssertionError(impossible);
      }
    }
  }

  /**
   * A function that can be launched from now on until it is forgotten.
   *
   * @return its number
   */
  public static long add(Runnable function) {
    long number = MADE.incrementAndGet();
    KNOWN.put(number, function);
    return number;
  }

  /** It is not launched any more, and all its launches have run. */
  public static void forget(long number) {
    KNOWN.remove(number);
  }

  /**
   * Enqueues function {@code number} on a {@code CUstream}.
   *
   * @return the driver's code
   */
  public static int launch(long stream, long number) {
    try {
      return (int) Driver.CALL.invokeExact(Driver.LAUNCH, stream, Driver.STUB, number);
    } catch (RuntimeException | Error failure) {
      throw failure;
    } catch (Throwable broken) {
      throw new AssertionError(broken);
    }
  }

  /** Called by the driver, on a thread of its own. Nothing may be thrown: that ends the JVM. */
  static void run(long number) {
    Runnable function = KNOWN.get(number);
    try {
      if (function == null) {
        LOG.log(Level.ERROR, "a host function was called that is no more");
      } else {
        function.run();
      }
    } catch (Throwable failure) {
      LOG.log(Level.ERROR, "a host function failed", failure);
    }
  }
}
