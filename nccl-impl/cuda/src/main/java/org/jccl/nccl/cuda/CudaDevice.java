package org.jccl.nccl.cuda;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import jcuda.runtime.JCuda;
import jcuda.runtime.cudaStream_t;
import org.jccl.Backend;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.DeviceMemory;
import org.jccl.Event;
import org.jccl.Stream;
import org.jccl.spi.CaptureGuard;
import org.jccl.spi.LeakWatch;
import org.jspecify.annotations.Nullable;

/**
 * One GPU. Its own stream and its memory are made at first use, so that opening a backend creates
 * no CUDA context on GPUs that this process does not use.
 */
final class CudaDevice implements Device, CaptureGuard {
  private static final System.Logger LOG = System.getLogger("org.jccl.nccl");

  private final Backend backend;
  private final Gpu gpu;
  private final int index;
  private final CompletionPoller poller;
  private final CudaMemory memory;
  private final CudaWork work;
  private final Set<CudaStream> streams = ConcurrentHashMap.newKeySet();
  private final Set<AutoCloseable> others = ConcurrentHashMap.newKeySet();
  private final List<StreamUser> users = new CopyOnWriteArrayList<>();
  private final Object lock = new Object();
  private @Nullable OneShotModule oneShot;
  private @Nullable CudaStream defaultStream;
  private boolean closed;

  CudaDevice(Backend backend, Gpu gpu, int index) {
    this.backend = backend;
    this.gpu = gpu;
    this.index = index;
    this.poller = new CompletionPoller(gpu.index());
    this.memory = new CudaMemory(this);
    this.work = new CudaWork(this);
  }

  /** The one of {@code device}, which must be one of ours. */
  static CudaDevice of(Device device) {
    if (device instanceof CudaDevice cuda) {
      return cuda;
    }
    throw new IllegalArgumentException(
        "a CUDA device is needed, got device " + device.index() + " of " + device.backend().name());
  }

  @Override
  public Backend backend() {
    return backend;
  }

  @Override
  public DeviceBuffer allocateRegistrable(DataType type, long count) {
    return backend.allocateRegistrable(this, type, count);
  }

  @Override
  public int index() {
    return index;
  }

  /** CUDA's number of the GPU, which other devices may share (rule ENV-12). */
  int ordinal() {
    return gpu.index();
  }

  @Override
  public String name() {
    return gpu.name();
  }

  @Override
  public String identity() {
    return gpu.identity();
  }

  @Override
  public CudaStream newStream() {
    makeCurrent();
    cudaStream_t stream = new cudaStream_t();
    Cuda.check(
        JCuda.cudaStreamCreateWithFlags(stream, JCuda.cudaStreamNonBlocking),
        "cudaStreamCreateWithFlags");
    return register(new CudaStream(this, stream, true));
  }

  @Override
  public CudaStream newStream(int priority) {
    makeCurrent();
    cudaStream_t stream = new cudaStream_t();
    Cuda.check(
        JCuda.cudaStreamCreateWithPriority(stream, JCuda.cudaStreamNonBlocking, priority),
        "cudaStreamCreateWithPriority");
    CudaStream made = register(new CudaStream(this, stream, true));
    made.prefer(priority);
    return made;
  }

  /** A stream that someone else owns. */
  CudaStream borrow(cudaStream_t stream) {
    return register(new CudaStream(this, stream, false));
  }

  private CudaStream register(CudaStream stream) {
    streams.add(stream);
    stream.watchedBy(
        stream.owned()
            ? LeakWatch.of(stream, this, () -> "a stream of device " + index)
            : LeakWatch.nothing());
    return stream;
  }

  @Override
  public Stream defaultStream() {
    synchronized (lock) {
      if (closed) {
        throw new IllegalStateException("device " + index() + " is closed");
      }
      CudaStream stream = defaultStream;
      if (stream == null) {
        stream = newStream();
        stream.isOurs();
        defaultStream = stream;
      }
      return stream;
    }
  }

  @Override
  public Event newEvent() {
    makeCurrent();
    CudaEvent event = new CudaEvent(this);
    others.add(event);
    return event;
  }

  /** Keeps track of what must be closed before the device. */
  void register(AutoCloseable resource) {
    others.add(resource);
  }

  void forget(AutoCloseable resource) {
    if (resource instanceof CudaStream stream) {
      streams.remove(stream);
    } else {
      others.remove(resource);
    }
  }

  @Override
  public void requireNotCapturing(String what) {
    for (CudaStream stream : streams) {
      if (stream.isCapturedHere()) {
        throw CaptureGuard.refusal(what, stream);
      }
    }
  }

  /** The streams that are open now. */
  Set<CudaStream> streams() {
    return streams;
  }

  /** Its own kernels, loaded at first use; it is current afterwards. */
  OneShotModule oneShot() {
    synchronized (lock) {
      makeCurrent();
      OneShotModule loaded = oneShot;
      if (loaded == null) {
        loaded = new OneShotModule(gpu);
        oneShot = loaded;
      }
      return loaded;
    }
  }

  void add(StreamUser user) {
    users.add(user);
  }

  void remove(StreamUser user) {
    users.remove(user);
  }

  /** A stream ends, or a capture begins there. */
  void leaves(CudaStream stream) {
    users.forEach(user -> user.leaves(stream));
  }

  /** Throws the failure of work that has ended, if nobody was told yet. */
  void throwFailure() {
    work.throwFailure();
    if (!users.isEmpty()) {
      users.forEach(StreamUser::throwFailure);
    }
  }

  /** The work of programs on its streams. */
  CudaWork work() {
    return work;
  }

  CompletionPoller poller() {
    return poller;
  }

  @Override
  public void synchronize() {
    if (Thread.currentThread().isVirtual()) {
      // Blocked in CUDA it would hold its carrier; what jccl knows of are its streams.
      streams.forEach(CudaStream::synchronize);
      return;
    }
    streams.forEach(CudaStream::requireRunning);
    makeCurrent();
    Cuda.check(JCuda.cudaDeviceSynchronize(), "cudaDeviceSynchronize");
    throwFailure();
  }

  @Override
  public void makeCurrent() {
    Cuda.use(ordinal());
  }

  @Override
  public DeviceMemory memory() {
    return memory;
  }

  @Override
  public void close() {
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
    }
    List<String> leaks = new ArrayList<>(LeakWatch.left(this));
    if (leaks.isEmpty()) {
      leaks.addAll(memory.left()); // of buffers that were told when they became garbage
    }
    if (!leaks.isEmpty()) {
      LOG.log(Level.WARNING, "{0} closed with {1} left: {2}", this, leaks.size(), leaks);
    }
    others.forEach(CudaDevice::closeQuietly);
    streams.forEach(CudaDevice::closeQuietly);
    closeQuietly(work);
    closeQuietly(memory);
    OneShotModule loaded = oneShot;
    if (loaded != null && users.isEmpty()) {
      makeCurrent();
      loaded.close();
    }
    poller.close();
  }

  private static void closeQuietly(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception failure) {
      LOG.log(Level.WARNING, "closing " + resource, failure);
    }
  }

  @Override
  public String toString() {
    return "nccl device " + index() + " (" + name() + ")";
  }
}
