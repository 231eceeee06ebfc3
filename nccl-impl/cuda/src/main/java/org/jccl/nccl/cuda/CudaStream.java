package org.jccl.nccl.cuda;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import jcuda.driver.CUgraph;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.CUstreamCaptureStatus;
import jcuda.driver.JCudaDriver;
import jcuda.runtime.JCuda;
import jcuda.runtime.cudaEvent_t;
import jcuda.runtime.cudaStream_t;
import org.jccl.Device;
import org.jccl.Event;
import org.jccl.Graph;
import org.jccl.Stream;
import org.jccl.Work;
import org.jccl.WorkBody;
import org.jccl.nccl.cuda.CudaWork.HostBody;
import org.jccl.spi.Captures;
import org.jccl.spi.LeakWatch;
import org.jccl.spi.OwnedStream;
import org.jccl.spi.WaitListeners;
import org.jspecify.annotations.Nullable;

/** A CUDA stream, made here or borrowed; one of its own at any rate, never the legacy default. */
final class CudaStream implements OwnedStream {
  private static final System.Logger LOG = System.getLogger("org.jccl.nccl");
  private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final CudaDevice device;
  private final cudaStream_t stream;
  private final StreamHandle driver;
  private final long handle;
  private final boolean owned;

  /** Keeps a capture from beginning between the look whether there is one and what follows. */
  private final Object captureLock = new Object();

  /** Made when somebody wants to know that a thread has waited here. */
  private volatile @Nullable WaitListeners awaited;

  private volatile boolean closed;
  private int priority;

  /** The thread that has begun a capture here, until its end. */
  private volatile @Nullable Thread capturer;

  /** Why nobody may rely on its work: the communicator whose stream it is was aborted. */
  private volatile @Nullable RuntimeException refusal;

  /** What the next wait fails with, once. */
  private final AtomicReference<@Nullable RuntimeException> interruption = new AtomicReference<>();

  private LeakWatch leak = LeakWatch.nothing();

  CudaStream(CudaDevice device, cudaStream_t stream, boolean owned) {
    this.device = device;
    this.stream = stream;
    this.driver = new StreamHandle(stream);
    this.handle = driver.value();
    this.owned = owned;
  }

  /** Who tells of it if nobody closes it. */
  void watchedBy(LeakWatch watch) {
    leak = watch;
  }

  /** The device closes it. */
  void isOurs() {
    leak.closed();
  }

  /** The one of {@code stream}, which must be one of ours and open. */
  static CudaStream of(Stream stream) {
    if (stream instanceof CudaStream cuda) {
      cuda.requireOpen();
      return cuda;
    }
    throw new IllegalArgumentException(
        "a CUDA stream is needed, got one of " + stream.device().backend().name());
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("stream is closed: " + this);
    }
  }

  /** It was made with that priority. */
  void prefer(int value) {
    priority = value;
  }

  @Override
  public int priority() {
    return priority;
  }

  boolean owned() {
    return owned;
  }

  cudaStream_t raw() {
    return stream;
  }

  StreamHandle driver() {
    return driver;
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  @Override
  public long handle() {
    return handle;
  }

  @Override
  public void synchronize() {
    requireRunning("synchronized");
    Cuda.await(
        () -> JCuda.cudaStreamSynchronize(stream),
        () -> JCuda.cudaStreamQuery(stream),
        "cudaStreamSynchronize");
    device.throwFailure();
    RuntimeException why = refusal;
    if (why == null) {
      why = interruption.getAndSet(null);
    }
    if (why != null) {
      throw why;
    }
    WaitListeners listeners = awaited;
    if (listeners != null) {
      listeners.tell();
    }
  }

  @Override
  public void addWaitListener(Runnable listener) {
    WaitListeners listeners = awaited;
    if (listeners == null) {
      listeners = new WaitListeners();
      awaited = listeners;
    }
    listeners.add(listener);
  }

  @Override
  public void removeWaitListener(Runnable listener) {
    WaitListeners listeners = awaited;
    if (listeners != null) {
      listeners.remove(listener);
    }
  }

  @Override
  public void interrupt(RuntimeException why) {
    interruption.set(why);
  }

  @Override
  public void refuse(RuntimeException why) {
    refusal = why;
  }

  @Override
  public boolean isIdle() {
    if (closed) {
      return true;
    }
    requireRunning("asked");
    boolean idle = Cuda.reached(JCuda.cudaStreamQuery(stream), "cudaStreamQuery");
    if (idle) {
      device.throwFailure();
    }
    return idle;
  }

  /** Rule STR-26: waiting for a device with a capturing stream would spoil the capture. */
  void requireRunning() {
    if (!closed) {
      requireRunning("synchronized");
    }
  }

  /** Waiting for a capturing stream, or asking it, would spoil the capture. */
  private void requireRunning(String what) {
    requireOpen();
    if (isCapturing()) {
      throw new IllegalStateException("a capturing stream cannot be " + what + ": " + this);
    }
  }

  /**
   * Whether work may be under way: also while capturing, when asking would spoil the capture, and
   * after a failure, when nothing can be said. Never throws; the device is current.
   */
  boolean mayBeBusy() {
    synchronized (captureLock) {
      return !closed && (!surelyNotCapturing() || JCuda.cudaStreamQuery(stream) != 0);
    }
  }

  private boolean surelyNotCapturing() {
    int[] status = {0};
    return JCudaDriver.cuStreamIsCapturing(driver, status) == 0
        && status[0] == CUstreamCaptureStatus.CU_STREAM_CAPTURE_STATUS_NONE;
  }

  /** Records {@code event} at the end of the stream, unless that would join a capture. */
  boolean mark(cudaEvent_t event) {
    synchronized (captureLock) {
      return !closed && surelyNotCapturing() && JCuda.cudaEventRecord(event, stream) == 0;
    }
  }

  @Override
  public void waitFor(Event event) {
    requireOpen();
    device.makeCurrent();
    Cuda.check(
        JCuda.cudaStreamWaitEvent(stream, CudaEvent.of(event).raw(), 0), "cudaStreamWaitEvent");
  }

  @Override
  public CompletableFuture<Void> completion() {
    synchronized (captureLock) {
      requireRunning("waited for");
      RuntimeException why = refusal;
      return why == null
          ? device.poller().completion(stream).thenRun(device::throwFailure)
          : CompletableFuture.failedFuture(why);
    }
  }

  @Override
  public void run(Work work, WorkBody body) {
    requireOpen();
    device.work().enqueue(driver, toString(), work, body);
  }

  @Override
  public void beginCapture() {
    requireOpen();
    synchronized (captureLock) {
      if (isCapturing()) {
        throw new IllegalStateException("a capture is already going on: " + this);
      }
      device.makeCurrent();
      device.leaves(this);
      // Relaxed: the stricter modes forbid other threads' allocations, frees and event queries
      // meanwhile, ours among them, and spoil the capture when one happens.
      Cuda.checkDriver(
          JCudaDriver.cuStreamBeginCapture(
              driver, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED),
          "cuStreamBeginCapture");
      capturer = Thread.currentThread();
      Captures.begin();
    }
  }

  @Override
  public Graph endCapture() {
    requireOpen();
    if (!isCapturing()) {
      throw new IllegalStateException("no capture is going on: " + this);
    }
    if (capturer == null && owned) {
      throw new IllegalStateException(
          this + " only takes part in another stream's capture: end it there (STR-29)");
    }
    capturer = null;
    device.makeCurrent();
    List<HostBody> bodies = device.work().takeCaptured(driver.captureNumber());
    try {
      CUgraph graph = new CUgraph();
      Cuda.checkDriver(JCudaDriver.cuStreamEndCapture(driver, graph), "cuStreamEndCapture");
      return CudaGraph.instantiate(device, graph, bodies);
    } catch (RuntimeException | Error failure) {
      bodies.forEach(HostBody::release);
      throw failure;
    }
  }

  /** Whether the calling thread has begun a capture here that goes on (rule STR-30). */
  boolean isCapturedHere() {
    return capturer == Thread.currentThread() && isCapturing();
  }

  @Override
  public boolean isCapturing() {
    if (closed) {
      return false;
    }
    device.makeCurrent();
    int[] status = {0};
    Cuda.checkDriver(JCudaDriver.cuStreamIsCapturing(driver, status), "cuStreamIsCapturing");
    return status[0] != CUstreamCaptureStatus.CU_STREAM_CAPTURE_STATUS_NONE;
  }

  @Override
  public void close() {
    synchronized (captureLock) {
      if (closed) {
        return;
      }
      if (owned && !drained()) {
        String running = device.work().running();
        LOG.log(Level.WARNING, "{0} closed while its work has not ended{1}", this, running);
      }
      device.makeCurrent();
      device.leaves(this);
      closed = true;
    }
    device.forget(this);
    leak.closed();
    if (owned) {
      // CUDA frees it when the last of its work has ended and does not wait for that.
      device.makeCurrent();
      Cuda.check(JCuda.cudaStreamDestroy(stream), "cudaStreamDestroy");
    }
  }

  /** Polls, so that work that never ends cannot hold the caller for ever. */
  private boolean drained() {
    long deadline = System.nanoTime() + CLOSE_NANOS;
    device.makeCurrent();
    while (mayBeBusy()) {
      if (!surelyNotCapturing() || System.nanoTime() - deadline >= 0) {
        return false;
      }
      LockSupport.parkNanos(20_000);
    }
    return true;
  }

  @Override
  public String toString() {
    return "stream 0x" + Long.toHexString(handle) + " of " + device + (closed ? " (closed)" : "");
  }
}
