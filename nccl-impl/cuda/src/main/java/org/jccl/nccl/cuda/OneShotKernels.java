package org.jccl.nccl.cuda;

import java.util.HashSet;
import java.util.List;
import java.util.function.IntFunction;
import jcuda.runtime.JCuda;
import jcuda.runtime.cudaError;
import org.jccl.CollectiveException;
import org.jccl.Device;
import org.jccl.config.TimeLimit;
import org.jccl.ops.KernelCalls;
import org.jccl.spi.KernelGroup;
import org.jccl.spi.KernelRank;
import org.jspecify.annotations.Nullable;

/**
 * The kernels of {@code one_shot.cu} among GPUs of this process that reach each other's memory. The
 * memory of all ranks goes when the last of them has closed: a kernel stores into that of others.
 */
final class OneShotKernels implements KernelGroup {
  private static final int BYTES_OF_LINE = 8;

  private final List<CudaDevice> devices;
  private final int lines;
  private final @Nullable OneShotChannel[] channels =
      new OneShotChannel[KernelCalls.MOST_CAPTURES + 1];
  private int closed;
  private boolean isCalm = true;

  private OneShotKernels(List<CudaDevice> devices) {
    this.devices = devices;
    this.lines = Math.toIntExact(KernelCalls.longestMessage(devices.size()) / BYTES_OF_LINE) + 1;
  }

  /**
   * Opens kernels on {@code ranks}.
   *
   * @throws UnsupportedOperationException if they cannot be, and why
   */
  static KernelGroup open(List<Device> ranks) {
    List<CudaDevice> devices = ranks.stream().map(CudaDevice::of).toList();
    if (new HashSet<>(devices).size() < devices.size()) {
      throw new UnsupportedOperationException("two ranks are on one device");
    }
    CudaDevice before = devices.getFirst();
    try {
      devices.forEach(CudaDevice::oneShot);
      requirePeers(devices);
      OneShotKernels opened = new OneShotKernels(devices);
      opened.channel(0);
      return opened;
    } catch (CollectiveException failed) {
      throw new UnsupportedOperationException(failed.getMessage(), failed);
    } finally {
      before.makeCurrent();
    }
  }

  private static void requirePeers(List<CudaDevice> devices) {
    for (CudaDevice one : devices) {
      one.makeCurrent();
      for (CudaDevice other : devices) {
        int[] can = {1};
        if (one.ordinal() != other.ordinal()) {
          Cuda.check(
              JCuda.cudaDeviceCanAccessPeer(can, one.ordinal(), other.ordinal()),
              "cudaDeviceCanAccessPeer");
        }
        if (can[0] == 0) {
          throw new UnsupportedOperationException(one + " cannot reach the memory of " + other);
        }
        int code =
            one.ordinal() == other.ordinal()
                ? 0
                : JCuda.cudaDeviceEnablePeerAccess(other.ordinal(), 0);
        if (code != cudaError.cudaErrorPeerAccessAlreadyEnabled) {
          Cuda.check(code, "cudaDeviceEnablePeerAccess");
        }
      }
    }
  }

  @Override
  public KernelRank rank(
      Issuer library, int rank, TimeLimit limit, IntFunction<RuntimeException> missing) {
    return new OneShotRank(this, devices.get(rank), rank, limit, missing);
  }

  int ranks() {
    return devices.size();
  }

  int lines() {
    return lines;
  }

  /** The channel with that number, made at first use; another device may be current afterwards. */
  synchronized OneShotChannel channel(int number) {
    OneShotChannel known = channels[number];
    if (known == null) {
      known = new OneShotChannel(devices, lines);
      channels[number] = known;
    }
    return known;
  }

  /** One rank has closed; {@code calm}: its kernels have ended. */
  synchronized void closed(boolean calm) {
    isCalm &= calm;
    closed++;
    if (closed < devices.size()) {
      return;
    }
    for (int i = 1; i < channels.length; i++) {
      OneShotChannel captured = channels[i];
      if (captured != null) {
        captured.end();
      }
    }
    // What may still run keeps its memory: better lost than written to by somebody's kernel.
    boolean free =
        isCalm && devices.stream().allMatch(device -> channels[1] == null || isIdle(device));
    for (int i = 0; free && i < channels.length; i++) {
      OneShotChannel each = channels[i];
      if (each != null) {
        each.free(i == 0);
      }
    }
  }

  /** A graph may have been launched on any of its streams. */
  private static boolean isIdle(CudaDevice device) {
    device.makeCurrent();
    return OneShotRank.becomes(() -> device.streams().stream().noneMatch(CudaStream::mayBeBusy));
  }
}
