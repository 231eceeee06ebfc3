package org.jccl.nccl;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jccl.Backend;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.DeviceMemory;
import org.jccl.Event;
import org.jccl.Graph;
import org.jccl.Stream;
import org.jccl.Work;
import org.jccl.WorkBody;
import org.jccl.spi.LeakWatch;
import org.jccl.spi.OwnedStream;
import org.jspecify.annotations.Nullable;

/** Devices without a GPU: addresses are numbers, streams are idle unless told otherwise. */
final class FakeDevices {
  private FakeDevices() {}

  static List<Device> of(Backend backend, int count) {
    return IntStream.range(0, count)
        .<Device>mapToObj(index -> new FakeDevice(backend, index))
        .toList();
  }

  static final class FakeDevice implements Device, DeviceMemory {
    private static final AtomicLong NEXT = new AtomicLong(0x1000);

    private final Backend backend;
    private final int index;
    private final Stream defaultStream = newStream();
    boolean closed;
    boolean watchesLeaks;

    FakeDevice(Backend backend, int index) {
      this.backend = backend;
      this.index = index;
    }

    @Override
    public Runnable watch(Object buffer, Supplier<String> what) {
      return watchesLeaks ? LeakWatch.of(buffer, this, what)::closed : () -> {};
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

    @Override
    public String name() {
      return "fake";
    }

    @Override
    public String identity() {
      return "fake-" + index;
    }

    @Override
    public FakeStream newStream() {
      return new FakeStream(this, NEXT.getAndAdd(16));
    }

    @Override
    public Stream defaultStream() {
      return defaultStream;
    }

    @Override
    public Event newEvent() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void synchronize() {}

    @Override
    public void makeCurrent() {}

    @Override
    public DeviceMemory memory() {
      return this;
    }

    @Override
    public void close() {
      closed = true;
    }

    @Override
    public long allocate(long bytes) {
      return NEXT.getAndAdd((bytes + 31) / 16 * 16);
    }

    @Override
    public void free(long address) {}

    @Override
    public void copyIn(long target, MemorySegment source, Stream stream) {}

    @Override
    public void copyOut(MemorySegment target, long source, Stream stream) {}

    @Override
    public void copyOutNow(MemorySegment target, long source, Stream stream) {}

    @Override
    public void copy(long target, long source, long bytes, Stream stream) {}

    @Override
    public void fill(long target, byte value, long bytes, Stream stream) {}
  }

  static final class FakeStream implements OwnedStream {
    private final Device device;
    private final long handle;
    volatile boolean busy;
    final CompletableFuture<Void> stuck = new CompletableFuture<>();
    volatile @Nullable RuntimeException refusal;
    volatile @Nullable RuntimeException interruption;

    FakeStream(Device device, long handle) {
      this.device = device;
      this.handle = handle;
    }

    @Override
    public Device device() {
      return device;
    }

    @Override
    public long handle() {
      return handle;
    }

    @Override
    public void synchronize() {}

    @Override
    public void refuse(RuntimeException why) {
      refusal = why;
    }

    @Override
    public void interrupt(RuntimeException why) {
      interruption = why;
    }

    @Override
    public boolean isIdle() {
      return !busy;
    }

    @Override
    public void waitFor(Event event) {}

    @Override
    public CompletableFuture<Void> completion() {
      return busy ? stuck : CompletableFuture.completedFuture(null);
    }

    @Override
    public void run(Work work, WorkBody body) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void beginCapture() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Graph endCapture() {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isCapturing() {
      return false;
    }

    @Override
    public boolean isClosed() {
      return false;
    }

    @Override
    public void close() {}
  }
}
