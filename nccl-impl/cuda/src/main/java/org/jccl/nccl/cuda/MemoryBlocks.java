package org.jccl.nccl.cuda;

import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import jcuda.runtime.JCuda;
import jcuda.runtime.cudaError;
import jcuda.runtime.cudaEvent_t;

/**
 * Allocates and frees device memory without ever making the device wait.
 *
 * <p>{@code cudaFree} waits for everything on the device, so a thread that frees while a collective
 * waits for a peer that the same thread drives would wait for ever (STR-13). CUDA's stream-ordered
 * allocator would not, but its pools are closed to other GPUs by default, and between ranks of one
 * process NCCL's kernels read and write the peers' user buffers directly. So memory comes from
 * plain {@code cudaMalloc}, which NCCL opens to its peers. A block freed while the device is busy
 * is retired behind markers on the busy streams; when they are reached it serves later allocations;
 * it goes back to CUDA when the device is idle. Captured work is not looked at: a graph's buffers
 * must outlive the graph.
 */
final class MemoryBlocks implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("org.jccl.nccl");
  private static final long SMALL = 512;
  private static final long LARGE = 2L << 20;
  private static final long FULL_NANOS = TimeUnit.SECONDS.toNanos(10);

  private record Retired(long address, long bytes, List<cudaEvent_t> markers) {}

  private final CudaDevice device;
  private final Object lock = new Object();
  private final Map<Long, Long> live = new HashMap<>();
  private final Deque<Retired> retired = new ArrayDeque<>();
  private final TreeMap<Long, Deque<Long>> reusable = new TreeMap<>();

  MemoryBlocks(CudaDevice device) {
    this.device = device;
  }

  long allocate(long bytes) {
    long size = rounded(bytes);
    synchronized (lock) {
      device.makeCurrent();
      takeReached();
      long address = reuse(size);
      if (address == 0) {
        address = fresh(size);
      } else {
        return address;
      }
      live.put(address, size);
      return address;
    }
  }

  /** Whole granules, so that blocks fit again. Zero bytes still have an address of their own. */
  private static long rounded(long bytes) {
    long granule = bytes < LARGE ? SMALL : LARGE;
    long wanted = Math.max(bytes, 1);
    if (wanted > Long.MAX_VALUE - granule) {
      throw new OutOfMemoryError("no device has " + bytes + " bytes");
    }
    return (wanted + granule - 1) / granule * granule;
  }

  /** A block that fits without wasting more than an eighth, or 0. */
  private long reuse(long size) {
    Map.Entry<Long, Deque<Long>> fit = reusable.ceilingEntry(size);
    if (fit == null || fit.getKey() - size > size / 8) {
      return 0;
    }
    long address = fit.getValue().pop();
    if (fit.getValue().isEmpty()) {
      reusable.remove(fit.getKey());
    }
    live.put(address, fit.getKey());
    return address;
  }

  private long fresh(long size) {
    Address block = new Address();
    int code = JCuda.cudaMalloc(block, size);
    if (code == cudaError.cudaErrorMemoryAllocation && giveBackBeforeFailing()) {
      code = JCuda.cudaMalloc(block, size);
    }
    if (code == cudaError.cudaErrorMemoryAllocation) {
      throw new OutOfMemoryError(device + " has no " + size + " bytes left");
    }
    Cuda.check(code, "cudaMalloc");
    return block.value();
  }

  /** Waits, within bounds, for the device to be idle, then gives back all that was freed. */
  private boolean giveBackBeforeFailing() {
    if (retired.isEmpty() && reusable.isEmpty()) {
      return false;
    }
    long deadline = System.nanoTime() + FULL_NANOS;
    while (deviceMayBeBusy()) {
      if (System.nanoTime() - deadline >= 0) {
        return false;
      }
      LockSupport.parkNanos(100_000);
    }
    giveBack();
    return true;
  }

  void free(long address) {
    synchronized (lock) {
      Long size = live.remove(address);
      if (size == null) {
        throw new IllegalArgumentException(
            "0x" + Long.toHexString(address) + " was not allocated on " + device);
      }
      device.makeCurrent();
      retired.add(new Retired(address, size, markers()));
      takeReached();
      if (!deviceMayBeBusy()) {
        giveBack();
      }
    }
  }

  private boolean deviceMayBeBusy() {
    for (CudaStream stream : device.streams()) {
      if (stream.mayBeBusy()) {
        return true;
      }
    }
    return false;
  }

  /** One event behind all that is enqueued on each busy stream now. */
  private List<cudaEvent_t> markers() {
    List<cudaEvent_t> markers = new ArrayList<>();
    for (CudaStream stream : device.streams()) {
      if (stream.mayBeBusy()) {
        cudaEvent_t marker = new cudaEvent_t();
        Cuda.check(
            JCuda.cudaEventCreateWithFlags(marker, JCuda.cudaEventDisableTiming),
            "cudaEventCreateWithFlags");
        if (stream.mark(marker)) {
          markers.add(marker);
        } else {
          JCuda.cudaEventDestroy(marker);
        }
      }
    }
    return markers;
  }

  /** Retired blocks whose markers are reached may serve again. */
  private void takeReached() {
    retired.removeIf(
        block -> {
          if (block.markers.stream().anyMatch(MemoryBlocks::isAhead)) {
            return false;
          }
          block.markers.forEach(JCuda::cudaEventDestroy);
          reusable.computeIfAbsent(block.bytes, size -> new ArrayDeque<>()).push(block.address);
          return true;
        });
  }

  private static boolean isAhead(cudaEvent_t marker) {
    return JCuda.cudaEventQuery(marker) == cudaError.cudaErrorNotReady;
  }

  /** Gives all that serves nobody back to CUDA; the device is idle, so nothing waits. */
  private void giveBack() {
    takeReached();
    for (Deque<Long> blocks : reusable.values()) {
      for (long address : blocks) {
        Cuda.check(JCuda.cudaFree(new Address(address)), "cudaFree");
      }
    }
    reusable.clear();
  }

  List<String> left() {
    synchronized (lock) {
      return live.values().stream().map(bytes -> "a buffer of " + bytes + " bytes").toList();
    }
  }

  @Override
  public void close() {
    synchronized (lock) {
      if (live.isEmpty() && retired.isEmpty() && reusable.isEmpty()) {
        return;
      }
      device.makeCurrent();
      for (Map.Entry<Long, Long> block : live.entrySet()) {
        retired.add(new Retired(block.getKey(), block.getValue(), List.of()));
      }
      live.clear();
      if (!giveBackBeforeFailing()) {
        LOG.log(Level.WARNING, "{0} is still busy: its memory goes back with the process", device);
      }
    }
  }
}
