package org.jccl.nccl.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;
import org.jccl.DataType;
import org.jccl.nccl.ffi.KernelLaunch;
import org.jccl.ops.Operation;

/** The kernels of {@code one_shot.cu} on one GPU. */
final class OneShotModule {
  private static final int HOPPER = 90;
  private static final int AMPERE = 80;

  /** The first driver that captures launches that overlap: 12.3. */
  private static final int CAPTURES_OVERLAP = 12_030;

  private final CUmodule module = new CUmodule();
  private final long gather;
  private final long float32;
  private final long float16;
  private final long bfloat16;
  private final boolean overlaps;
  private final boolean overlapsInGraphs;

  /** JCuda's handle as the number that it is. */
  private static final class Handle extends CUfunction {
    long value() {
      return getNativePointer();
    }
  }

  /**
   * Loads the kernels; the GPU is current.
   *
   * @throws UnsupportedOperationException if the GPU or its driver is too old
   */
  OneShotModule(Gpu gpu) {
    if (gpu.computeCapability() < AMPERE) {
      throw new UnsupportedOperationException(
          gpu + " is older than compute capability 8.0, which own kernels need");
    }
    int architecture = gpu.computeCapability() >= HOPPER ? HOPPER : AMPERE;
    Cuda.checkDriver(
        JCudaDriver.cuModuleLoadData(module, ptx(architecture)),
        "cuModuleLoadData of one_shot_" + architecture + ".ptx");
    gather = function("one_shot_gather");
    float32 = function("one_shot_sum_f32");
    float16 = function("one_shot_sum_f16");
    bfloat16 = function("one_shot_sum_bf16");
    overlaps = architecture == HOPPER;
    int[] driver = {0};
    Cuda.checkDriver(JCudaDriver.cuDriverGetVersion(driver), "cuDriverGetVersion");
    overlapsInGraphs = overlaps && driver[0] >= CAPTURES_OVERLAP;
    requireLaunches(gpu);
  }

  private static void requireLaunches(Gpu gpu) {
    try {
      new KernelLaunch(Long.BYTES);
    } catch (IllegalStateException | LinkageError tooOld) {
      throw new UnsupportedOperationException(
          "the driver of " + gpu + " is too old for own kernels: " + tooOld.getMessage(), tooOld);
    }
  }

  /** The text of the kernels for GPUs of that compute capability and newer. */
  static String ptx(int architecture) {
    String name = String.format(Locale.ROOT, "one_shot_%d.ptx", architecture);
    try (InputStream in = OneShotModule.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is not in the library");
      }
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  /** Loads it, so that no launch has to: that could wait for kernels which wait for it. */
  private long function(String name) {
    Handle found = new Handle();
    Cuda.checkDriver(JCudaDriver.cuModuleGetFunction(found, module, name), name);
    return found.value();
  }

  /** The kernel of a call. */
  long function(Operation operation, int type) {
    if (operation == Operation.ALL_GATHER) {
      return gather;
    }
    return switch (DataType.ofCode(type)) {
      case FLOAT32 -> float32;
      case FLOAT16 -> float16;
      case BFLOAT16 -> bfloat16;
      default -> throw new IllegalArgumentException("no kernel for type " + type);
    };
  }

  /** Whether a kernel may be made ready while the one before it runs. */
  boolean overlaps(boolean captured) {
    return captured ? overlapsInGraphs : overlaps;
  }

  void close() {
    JCudaDriver.cuModuleUnload(module);
  }
}
