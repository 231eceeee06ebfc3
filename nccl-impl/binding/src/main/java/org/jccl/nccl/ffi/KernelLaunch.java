package org.jccl.nccl.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Launches kernels with one structure of parameters, by {@code cuLaunchKernelEx}, which JCuda has
 * not. What it needs is laid out once: a launch writes four numbers and makes one call. Used by one
 * thread at a time.
 */
public final class KernelLaunch {
  // CUlaunchConfig
  private static final long GRID = 0;
  private static final long BLOCK = 12;
  private static final long STREAM = 32;
  private static final long ATTRIBUTES = 40;
  private static final long ATTRIBUTE_COUNT = 48;
  private static final long CONFIG_BYTES = 56;
  // CUlaunchAttribute
  private static final long VALUE = 8;
  private static final long ATTRIBUTE_BYTES = 72;
  private static final int PROGRAMMATIC_STREAM_SERIALIZATION = 6;

  /** Looked up at first use. */
  private static final class Function {
    static final MemorySegment LAUNCH = DriverCalls.find("cuLaunchKernelEx");
    static final MethodHandle CALL =
        NativeAccess.downcall(
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS));
  }

  private final MemorySegment config;
  private final MemorySegment pointers;
  private final MemorySegment parameters;

  /**
   * Launches with parameters of that many bytes.
   *
   * @param bytes the size of the structure
   * @throws IllegalStateException if the driver is too old for such launches
   */
  public KernelLaunch(long bytes) {
    if (Function.LAUNCH.address() == 0) {
      throw new IllegalStateException("the driver has no cuLaunchKernelEx");
    }
    Arena arena = Arena.ofAuto();
    parameters = arena.allocate(bytes, 16);
    pointers = arena.allocate(ADDRESS);
    pointers.set(ADDRESS, 0, parameters);
    config = arena.allocate(CONFIG_BYTES, 8);
    for (int i = 0; i < 3; i++) {
      config.set(JAVA_INT, GRID + 4L * i, 1);
      config.set(JAVA_INT, BLOCK + 4L * i, 1);
    }
    MemorySegment attribute = arena.allocate(ATTRIBUTE_BYTES, 8);
    attribute.set(JAVA_INT, 0, PROGRAMMATIC_STREAM_SERIALIZATION);
    attribute.set(JAVA_INT, VALUE, 1);
    config.set(ADDRESS, ATTRIBUTES, attribute);
  }

  /** {@return the structure of parameters; a launch copies it} */
  public MemorySegment parameters() {
    return parameters;
  }

  /**
   * Enqueues a kernel, or captures it; the stream's device is current.
   *
   * @param function the {@code CUfunction}
   * @param blocks number of blocks
   * @param threads number of threads of each
   * @param stream the stream's handle
   * @param overlaps whether it may be made ready while the kernel before it runs; it then waits for
   *     that itself
   * @return CUDA's result code
   */
  public int launch(long function, int blocks, int threads, long stream, boolean overlaps) {
    config.set(JAVA_INT, GRID, blocks);
    config.set(JAVA_INT, BLOCK, threads);
    config.set(JAVA_LONG, STREAM, stream);
    config.set(JAVA_INT, ATTRIBUTE_COUNT, overlaps ? 1 : 0);
    try {
      return (int)
          Function.CALL.invokeExact(
              Function.LAUNCH, config, function, pointers, MemorySegment.NULL);
    } catch (RuntimeException | Error failure) {
      throw failure;
    } catch (Throwable broken) {
      throw new AssertionError(broken);
    }
  }
}
