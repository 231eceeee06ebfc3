package org.jccl.nccl.cuda;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import jcuda.CudaException;
import jcuda.runtime.JCuda;
import jcuda.runtime.cudaDeviceProp;
import jcuda.runtime.cudaError;
import org.jccl.Backend;
import org.jccl.Device;
import org.jccl.nccl.ffi.NativeAccess;

/** The GPUs of this machine: what there is and why there is nothing, and opening them. */
public final class CudaDevices {
  private static final String DRIVER = "libcuda.so.1";

  private CudaDevices() {}

  /**
   * What was found.
   *
   * @param reason one sentence: how many GPUs there are, or why there are none
   * @param gpus in CUDA's order; empty if none can be used
   * @param driverVersion newest CUDA that the driver supports, 13000 for 13.0, or 0
   * @param runtimeVersion CUDA version of JCuda's runtime, or 0
   * @param tried what was looked at, a line each
   */
  public record Report(
      String reason, List<Gpu> gpus, int driverVersion, int runtimeVersion, List<String> tried) {
    /** {@return whether there is a GPU to work with} */
    public boolean available() {
      return !gpus.isEmpty();
    }
  }

  /**
   * Looks; throws nothing and prints nothing, also where there is no driver or no Linux.
   *
   * @return what there is
   */
  public static Report look() {
    List<String> tried = new ArrayList<>();
    try {
      // First by hand: without a driver JCuda would unpack its libraries for nothing.
      if (NativeAccess.open(DRIVER).isEmpty()) {
        String words = NativeAccess.whyNot(DRIVER);
        tried.add(words);
        return none("no NVIDIA driver: " + words, tried);
      }
      tried.add(DRIVER + ": found");
      JCudaNatives.load();
      tried.add("JCuda's native libraries: loaded");
      return count(tried);
    } catch (LinkageError
        | UncheckedIOException
        | CudaException
        | IllegalCallerException
        | UnsupportedOperationException failure) {
      String words = firstLine(failure);
      tried.add("JCuda: " + words);
      return none("CUDA cannot be used: " + words, tried);
    }
  }

  /**
   * {@return so many devices of {@code backend}, one a GPU; where there are fewer GPUs, they are
   * dealt in turns (rule ENV-12)} Devices that share a GPU have streams and memory of their own.
   *
   * @param backend the backend
   * @param count number of devices; 0 for one a GPU
   */
  public static List<Device> open(Backend backend, int count) {
    List<Gpu> gpus = look().gpus();
    List<Device> devices = new ArrayList<>();
    for (int index = 0; index < (count == 0 ? gpus.size() : count); index++) {
      devices.add(new CudaDevice(backend, gpus.get(index % gpus.size()), index));
    }
    return List.copyOf(devices);
  }

  private static Report count(List<String> tried) {
    int[] version = {0};
    int driver = JCuda.cudaDriverGetVersion(version) == 0 ? version[0] : 0;
    int runtime = JCuda.cudaRuntimeGetVersion(version) == 0 ? version[0] : 0;
    tried.add("CUDA driver " + driver + ", JCuda's runtime " + runtime);
    int[] count = {0};
    int code = JCuda.cudaGetDeviceCount(count);
    if (code != cudaError.cudaSuccess) {
      String words = JCuda.cudaGetErrorName(code) + ", " + JCuda.cudaGetErrorString(code);
      tried.add("cudaGetDeviceCount: " + words);
      return new Report("CUDA sees no GPU: " + words, List.of(), driver, runtime, tried);
    }
    List<Gpu> gpus = new ArrayList<>();
    for (int index = 0; index < count[0]; index++) {
      gpus.add(describe(index));
    }
    gpus.forEach(gpu -> tried.add(gpu.toString()));
    String reason = gpus.isEmpty() ? "CUDA sees no GPU" : gpus.size() + " GPUs";
    return new Report(reason, List.copyOf(gpus), driver, runtime, List.copyOf(tried));
  }

  private static Gpu describe(int index) {
    cudaDeviceProp properties = new cudaDeviceProp();
    Cuda.check(JCuda.cudaGetDeviceProperties(properties, index), "cudaGetDeviceProperties");
    return new Gpu(
        index,
        text(properties.name),
        identity(properties, index),
        properties.major * 10 + properties.minor,
        properties.totalGlobalMem);
  }

  private static String identity(cudaDeviceProp properties, int index) {
    byte[] bytes = properties.uuid == null ? new byte[0] : properties.uuid.bytes;
    if (bytes != null && bytes.length == 16) {
      ByteBuffer uuid = ByteBuffer.wrap(bytes);
      UUID value = new UUID(uuid.getLong(), uuid.getLong());
      if (value.getMostSignificantBits() != 0 || value.getLeastSignificantBits() != 0) {
        return "GPU-" + value;
      }
    }
    String[] bus = {""};
    Cuda.check(JCuda.cudaDeviceGetPCIBusId(bus, 32, index), "cudaDeviceGetPCIBusId");
    return "PCI-" + bus[0];
  }

  private static String text(byte[] terminated) {
    int length = 0;
    while (length < terminated.length && terminated[length] != 0) {
      length++;
    }
    return new String(terminated, 0, length, StandardCharsets.UTF_8);
  }

  private static Report none(String reason, List<String> tried) {
    return new Report(reason, List.of(), 0, 0, List.copyOf(tried));
  }

  private static String firstLine(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    return message.lines().findFirst().orElse(failure.getClass().getSimpleName());
  }
}
