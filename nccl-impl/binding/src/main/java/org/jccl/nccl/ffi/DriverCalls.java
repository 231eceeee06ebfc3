package org.jccl.nccl.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/** Functions of CUDA's driver that JCuda has not, or has no more. */
public final class DriverCalls {
  private static final String DRIVER = "libcuda.so.1";
  private static final int ACTIVE = 1;

  private DriverCalls() {}

  /** What finds a capture, looked up at first use. */
  private static final class CaptureInfo {
    static final MemorySegment FUNCTION = find("cuStreamGetCaptureInfo_v2");
    static final MethodHandle CALL =
        NativeAccess.downcall(
            FunctionDescriptor.of(
                JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
  }

  /**
   * {@return a function of the driver}
   *
   * @param symbol its name
   * @throws IllegalStateException if there is no driver, or it has no such function
   */
  static MemorySegment find(String symbol) {
    SymbolLookup driver =
        NativeAccess.open(DRIVER)
            .orElseThrow(() -> new IllegalStateException(NativeAccess.whyNot(DRIVER)));
    return driver
        .find(symbol)
        .orElseThrow(() -> new IllegalStateException(DRIVER + " has no " + symbol));
  }

  /**
   * {@return the number of the capture in which a {@code CUstream} takes part; 0 if there is none,
   * or if it is spoiled}
   *
   * @param stream the stream's handle; its device is current
   */
  public static long captureNumber(long stream) {
    try (Arena arena = Arena.ofConfined()) {
      return captureNumber(stream, arena.allocate(2 * JAVA_LONG.byteSize(), 8));
    }
  }

  /**
   * The same for a caller who asks often.
   *
   * @param stream the stream's handle; its device is current
   * @param answer 16 bytes that the driver writes to
   * @return the number, or 0
   */
  public static long captureNumber(long stream, MemorySegment answer) {
    try {
      MemorySegment status = answer.asSlice(0, JAVA_LONG);
      MemorySegment number = answer.asSlice(JAVA_LONG.byteSize(), JAVA_LONG);
      MemorySegment none = MemorySegment.NULL;
      int code =
          (int)
              CaptureInfo.CALL.invokeExact(
                  CaptureInfo.FUNCTION, stream, status, number, none, none, none);
      return code == 0 && status.get(JAVA_INT, 0) == ACTIVE ? number.get(JAVA_LONG, 0) : 0;
    } catch (RuntimeException | Error failure) {
      throw failure;
    } catch (Throwable broken) {
      throw new AssertionError(broken);
    }
  }
}
