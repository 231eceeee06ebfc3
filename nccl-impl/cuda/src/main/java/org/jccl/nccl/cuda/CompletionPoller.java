package org.jccl.nccl.cuda;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import jcuda.runtime.JCuda;
import jcuda.runtime.cudaError;
import jcuda.runtime.cudaEvent_t;
import jcuda.runtime.cudaStream_t;
import org.jspecify.annotations.Nullable;

/**
 * Completes futures when their events are reached: one daemon thread a device, started at first
 * use, that polls. CUDA could call back instead, but from a thread of its own on which no CUDA call
 * is allowed, and that thread would run whatever the user hung onto the future.
 */
final class CompletionPoller {
  private static final long POLL_NANOS = 20_000;

  private record Pending(cudaEvent_t event, CompletableFuture<Void> future) {}

  private final int device;
  private final Object lock = new Object();
  private final List<Pending> arriving = new ArrayList<>();
  private @Nullable Thread thread;
  private boolean closed;

  CompletionPoller(int device) {
    this.device = device;
  }

  /** Completes when everything enqueued on {@code stream} so far is done. */
  CompletableFuture<Void> completion(cudaStream_t stream) {
    Cuda.use(device);
    cudaEvent_t event = new cudaEvent_t();
    Cuda.check(
        JCuda.cudaEventCreateWithFlags(event, JCuda.cudaEventDisableTiming),
        "cudaEventCreateWithFlags");
    Cuda.check(JCuda.cudaEventRecord(event, stream), "cudaEventRecord");
    CompletableFuture<Void> future = new CompletableFuture<>();
    synchronized (lock) {
      if (closed) {
        throw new IllegalStateException("device " + device + " is closed");
      }
      arriving.add(new Pending(event, future));
      if (thread == null) {
        thread = Thread.ofPlatform().daemon().name("jccl-completions-" + device).start(this::poll);
      }
      lock.notifyAll();
    }
    return future;
  }

  private void poll() {
    // Without it a query would make a context on device 0. If it fails, so do the queries.
    JCuda.cudaSetDevice(device);
    List<Pending> pending = new ArrayList<>();
    while (awaitWork(pending)) {
      for (Iterator<Pending> each = pending.iterator(); each.hasNext(); ) {
        Pending one = each.next();
        int code = JCuda.cudaEventQuery(one.event);
        if (code != cudaError.cudaErrorNotReady) {
          each.remove();
          JCuda.cudaEventDestroy(one.event);
          complete(one.future, code);
        }
      }
      if (!pending.isEmpty()) {
        LockSupport.parkNanos(POLL_NANOS);
      }
    }
    pending.forEach(one -> one.future.cancel(false));
  }

  /** Takes what has arrived, waits if there is nothing at all; false when closed. */
  private boolean awaitWork(List<Pending> pending) {
    synchronized (lock) {
      while (!closed && pending.isEmpty() && arriving.isEmpty()) {
        try {
          lock.wait();
        } catch (InterruptedException nobodyInterruptsIt) {
          return false;
        }
      }
      pending.addAll(arriving);
      arriving.clear();
      return !closed;
    }
  }

  /** On a thread of its own: what hangs on the future must not hold the polling up. */
  private static void complete(CompletableFuture<Void> future, int code) {
    Thread.startVirtualThread(
        () -> {
          if (code == cudaError.cudaSuccess) {
            future.complete(null);
          } else {
            future.completeExceptionally(Cuda.failure(code, "work on the stream"));
          }
        });
  }

  void close() {
    synchronized (lock) {
      closed = true;
      lock.notifyAll();
    }
  }
}
