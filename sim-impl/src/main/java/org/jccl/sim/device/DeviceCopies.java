package org.jccl.sim.device;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import org.jccl.Stream;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.FaultRecord;
import org.jccl.sim.device.CopyOp.Place;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jccl.spi.CaptureGuard;

/** Copies from, to and inside a device's memory, and fills, as work of streams. */
final class DeviceCopies {
  private static final Thread ANY_OTHER = Thread.ofPlatform().unstarted(() -> {});

  private final DeviceContext context;
  private final SimMemory memory;

  DeviceCopies(DeviceContext context, SimMemory memory) {
    this.context = context;
    this.memory = memory;
  }

  void copyIn(long target, MemorySegment source, Stream stream) {
    if (!source.isNative() && stream.isCapturing()) {
      throw CaptureGuard.heapCopy();
    }
    MemorySegment staged =
        isShared(source) ? source : MemorySegment.ofArray(source.toArray(JAVA_BYTE));
    long bytes = source.byteSize();
    submitCopy("copy from host", Place.onHost(staged), Place.onDevice(target), bytes, stream);
  }

  /** Whether any thread may use it: device work runs on whichever thread holds the baton. */
  private static boolean isShared(MemorySegment host) {
    return host.isNative() && host.isAccessibleBy(ANY_OTHER);
  }

  void copyOut(MemorySegment target, long source, Stream stream) {
    if (!target.isAccessibleBy(ANY_OTHER)) {
      throw new IllegalArgumentException(
          "an enqueued copy cannot fill memory of a confined arena: use Arena.ofShared(), or"
              + " copyTo(target) without a stream");
    }
    long bytes = target.byteSize();
    submitCopy("copy to host", Place.onDevice(source), Place.onHost(target), bytes, stream);
  }

  void copyOutNow(MemorySegment target, long source, Stream stream) {
    if (target.isAccessibleBy(ANY_OTHER)) {
      copyOut(target, source, stream);
      stream.synchronize();
      return;
    }
    MemorySegment staged = MemorySegment.ofArray(new byte[Math.toIntExact(target.byteSize())]);
    copyOut(staged, source, stream);
    try {
      stream.synchronize();
    } catch (RuntimeException refused) {
      if (context.simulation().findings().faults().hasStruck()) {
        Place host = Place.onHost(staged);
        refused("copy to host", Place.onDevice(source), host, staged.byteSize(), stream);
      }
      throw refused;
    }
    target.copyFrom(staged);
  }

  void copy(long target, long source, long bytes, Stream stream) {
    submitCopy("copy", Place.onDevice(source), Place.onDevice(target), bytes, stream);
  }

  private void submitCopy(String what, Place source, Place target, long bytes, Stream stream) {
    memory.noteCaptured(context.own(stream), what, source, bytes);
    memory.noteCaptured(context.own(stream), what, target, bytes);
    FaultRecord faults = context.simulation().findings().faults();
    try {
      context.own(stream).submit("copy", on -> new CopyOp(on, memory, what, source, target, bytes));
      if (faults.hasStruck() && target.host() != null) {
        faults.read(placeOf(source.address()));
      }
    } catch (RuntimeException refused) {
      if (faults.hasStruck()) {
        refused(what, source, target, bytes, stream);
      }
      throw refused;
    }
  }

  /** Whoever goes on as if a copy had been made has stale data. */
  private void refused(String what, Place source, Place target, long bytes, Stream stream) {
    FaultRecord faults = context.simulation().findings().faults();
    String words = what + " of " + bytes + " bytes was refused at " + CallSite.current();
    if (target.host() == null) {
      Kernel kernel = context.simulation().kernel();
      HostTask task = kernel.enter();
      try {
        memory.refused(context.own(stream), target.address(), bytes, words, null);
      } finally {
        kernel.exit(task);
      }
    } else {
      faults.missed(placeOf(source.address()), words + ", and the memory was never read again");
    }
  }

  private String placeOf(long address) {
    return context.index() + ":" + address;
  }

  void fill(long target, byte value, long bytes, Stream stream) {
    memory.noteCaptured(context.own(stream), "fill", Place.onDevice(target), bytes);
    context
        .own(stream)
        .submit("fill", on -> new FillOp(on, memory, memory.range(target, bytes, "fill"), value));
  }
}
