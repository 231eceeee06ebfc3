package org.jccl.nccl.cuda;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import jcuda.runtime.JCuda;
import jcuda.runtime.cudaMemcpyKind;
import org.jccl.CollectiveException;
import org.jccl.Device;
import org.jccl.DeviceRange;
import org.jccl.ResultCode;
import org.jccl.Work;
import org.jccl.WorkBody;
import org.jccl.WorkFailedException;
import org.jccl.nccl.ffi.HostFunctions;
import org.jccl.nccl.ffi.NativeAccess;
import org.jccl.spi.RunningWork;
import org.jccl.spi.WorkLayout;
import org.jccl.spi.WorkLayout.Piece;
import org.jccl.spi.WorkView;
import org.jspecify.annotations.Nullable;

/**
 * Work of programs on one GPU: a host function between two copies, which bring the memory that the
 * work declares to a pinned block and back (rules STR-32 to STR-36).
 */
final class CudaWork implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("org.jccl.nccl");

  private final Device device;
  private final PinnedBlocks blocks;

  /** By the number of their capture: the work of those that go on. */
  private final Map<Long, List<HostBody>> captured = new ConcurrentHashMap<>();

  private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();

  /** The body that runs; CUDA runs one after the other. */
  private volatile @Nullable HostBody running;

  CudaWork(Device device) {
    this.device = device;
    this.blocks = new PinnedBlocks(device);
  }

  /** Enqueues work, or records it; {@code place} is the stream in words. */
  void enqueue(StreamHandle stream, String place, Work work, WorkBody body) {
    WorkLayout layout = WorkLayout.of(work, device);
    throwFailure();
    device.makeCurrent();
    if (body instanceof CudaKernel kernel) {
      kernel.launch(stream);
      return;
    }
    HostBody host = new HostBody(layout, body, place);
    long capture = stream.captureNumber();
    if (capture != 0) {
      host.captured = true;
      captured.computeIfAbsent(capture, none -> new ArrayList<>()).add(host);
    }
    try {
      host.enqueue(stream);
    } finally {
      if (capture == 0) {
        host.giveBackAfter(stream);
      }
    }
  }

  /** The work of a capture that ends. */
  List<HostBody> takeCaptured(long capture) {
    List<HostBody> all = captured.remove(capture);
    return all == null ? List.of() : all;
  }

  /** Throws the failure of a body that nobody was told yet. */
  void throwFailure() {
    if (failure.get() != null) {
      RuntimeException found = failure.getAndSet(null);
      if (found != null) {
        throw found;
      }
    }
  }

  /** The work whose body runs now, in words; empty if none does. */
  String running() {
    HostBody now = running;
    return now == null ? "" : ", the body of " + now.layout.work() + " is running";
  }

  @Override
  public void close() {
    RuntimeException untold = failure.getAndSet(null);
    if (untold != null) {
      LOG.log(Level.ERROR, "nobody has waited for work that failed", untold);
    }
    captured.values().forEach(all -> all.forEach(HostBody::release));
    captured.clear();
    blocks.close();
  }

  /** One piece of work that was enqueued or captured. */
  final class HostBody implements Runnable {
    private final WorkLayout layout;
    private final WorkBody body;
    private final String place;
    private final long number;
    private final PinnedBlocks.@Nullable Block block;
    private boolean captured;
    private int launches;
    private boolean released;
    private @Nullable RuntimeException called;

    private HostBody(WorkLayout layout, WorkBody body, String place) {
      this.layout = layout;
      this.body = body;
      this.place = place;
      this.block = layout.bytes() == 0 ? null : blocks.take(layout.bytes());
      this.number = HostFunctions.add(this);
    }

    private void enqueue(StreamHandle stream) {
      for (Piece piece : layout.all()) {
        move(piece, false, stream);
      }
      Cuda.checkDriver(HostFunctions.launch(stream.value(), number), "cuLaunchHostFunc");
      for (Piece piece : layout.written()) {
        move(piece, true, stream);
      }
    }

    private void move(Piece piece, boolean back, StreamHandle stream) {
      Address onDevice = new Address(piece.address());
      Address onHost = new Address(address() + piece.offset());
      Cuda.check(
          JCuda.cudaMemcpyAsync(
              back ? onDevice : onHost,
              back ? onHost : onDevice,
              piece.bytes(),
              back ? cudaMemcpyKind.cudaMemcpyHostToDevice : cudaMemcpyKind.cudaMemcpyDeviceToHost,
              stream.raw()),
          "cudaMemcpyAsync");
    }

    private long address() {
      return block == null ? 0 : block.address();
    }

    private void giveBackAfter(StreamHandle stream) {
      if (block != null) {
        block.usedOn(stream);
        block.giveBack();
      }
    }

    /** The graph that has it is launched on that stream next. */
    synchronized void launches() {
      launches++;
    }

    /** The launch is enqueued. */
    void launched(StreamHandle stream) {
      if (block != null) {
        block.usedOn(stream);
      }
    }

    /** Its graph is closed, or was never made. */
    void release() {
      synchronized (this) {
        released = true;
        forgetIfOver();
      }
      if (block != null) {
        block.giveBack();
      }
    }

    private void forgetIfOver() {
      if (launches == 0 && (released || !captured)) {
        HostFunctions.forget(number);
      }
    }

    /** On a thread of CUDA's, on which CUDA must not be called. */
    @Override
    public void run() {
      running = this;
      called = null;
      try (Arena arena = Arena.ofShared()) { // a body may share its work among threads
        MemorySegment seen =
            block == null
                ? MemorySegment.NULL
                : NativeAccess.memory(block.address(), layout.bytes(), arena);
        Throwable thrown =
            RunningWork.run(body, new WorkView(layout, seen, this::undeclared), this::call);
        RuntimeException refusal = called;
        if (refusal != null) {
          failure.compareAndSet(null, refusal);
        } else if (thrown != null) {
          failure.compareAndSet(null, failed(thrown));
        }
      } finally {
        running = null;
        synchronized (this) {
          launches -= captured ? 1 : 0;
          forgetIfOver();
        }
      }
    }

    private RuntimeException call() {
      return keep("calls jccl; a host function calls neither jccl nor CUDA (STR-34)");
    }

    private RuntimeException undeclared(DeviceRange range) {
      return keep(
          "uses memory that it does not declare, "
              + range
              + ": name it in reads(…) or writes(…) (STR-33)");
    }

    private RuntimeException keep(String what) {
      RuntimeException kept =
          new CollectiveException(ResultCode.INVALID_USAGE, "the body of " + this + " " + what);
      called = called == null ? kept : called;
      return kept;
    }

    private RuntimeException failed(Throwable thrown) {
      return new WorkFailedException(this + " failed: " + thrown, thrown);
    }

    @Override
    public String toString() {
      return layout.work() + " on " + place;
    }
  }
}
