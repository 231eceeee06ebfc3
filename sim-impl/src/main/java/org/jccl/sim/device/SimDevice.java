package org.jccl.sim.device;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.function.Consumer;
import org.jccl.Backend;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Stream;
import org.jccl.sim.check.HappensBefore.Clock;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.device.Hazards.Accessor;
import org.jccl.sim.kernel.Steering;
import org.jccl.sim.machine.GpuProfile;
import org.jccl.spi.CaptureGuard;
import org.jspecify.annotations.Nullable;

/** One simulated GPU: memory, streams, and a look-out for what races on them. */
public final class SimDevice implements Device, CaptureGuard {
  private volatile Backend backend;
  private final Simulation simulation;
  private final List<SimDevice> all;
  private final int index;
  private final SimMemory memory;
  private final DeviceContext context;
  private final @Nullable ResidentKernels kernels;

  /** The stream that has had a kernel first, where somebody asks. */
  private @Nullable SimStream firstKernels;

  private final Consumer<String> leaks;
  private final WeakReference<SimDevice> weakly = new WeakReference<>(this);
  private long handlesMade;
  private long lag;

  /**
   * @param all the devices of the simulation, complete once it is used
   * @param leaks told in words of captures that are left when the device is closed
   */
  public SimDevice(
      Backend backend,
      Simulation simulation,
      List<SimDevice> all,
      int index,
      Consumer<String> leaks) {
    this.backend = backend;
    this.simulation = simulation;
    this.all = all;
    this.index = index;
    this.leaks = leaks;
    this.context = new DeviceContext(this, simulation, index);
    this.kernels = ResidentKernels.of(simulation.residentKernels());
    this.memory = new SimMemory(context, this::ownerOf);
    context.marksBy(this::mark);
  }

  /**
   * A kernel begins on {@code stream}; whether kernels of others may run beside it, sooner or
   * later.
   */
  public boolean begins(SimStream stream) {
    if (firstKernels == null) {
      firstKernels = stream;
    }
    return firstKernels != stream;
  }

  /** The kernels that it holds; null where it holds any number. */
  public @Nullable ResidentKernels kernels() {
    return kernels;
  }

  /** Tells {@code steering} what memory is used. */
  public void tells(Steering steering, @Nullable Accessor used) {
    context.tells(steering, used);
  }

  /** What the simulation shares. */
  public Simulation simulation() {
    return simulation;
  }

  /** Whether both are in one host, so that copies between them need no network. */
  public boolean isBeside(SimDevice other) {
    GpuProfile machine = simulation.profile();
    return machine.hostOf(index) == machine.hostOf(other.index);
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
  public void requireNotCapturing(String what) {
    memory.requireNotCapturing(what);
  }

  /** From now on it says that it belongs to {@code owner}. */
  public void handTo(Backend owner) {
    backend = owner;
  }

  @Override
  public int index() {
    return index;
  }

  @Override
  public String name() {
    return "simulated GPU (" + simulation.cost().profile() + ")";
  }

  @Override
  public String identity() {
    return "sim-device-" + index;
  }

  @Override
  public SimStream newStream() {
    return context.newStream();
  }

  @Override
  public SimStream newStream(int priority) {
    SimStream stream = context.newStream();
    stream.prefer(priority);
    return stream;
  }

  @Override
  public SimStream defaultStream() {
    return context.defaultStream();
  }

  private SimStream.Marker mark(SimStream stream) {
    SimEvent mark = new SimEvent(context);
    mark.record(stream);
    mark.close(); // jccl's own, so no leak of the program; what waits for it knows the record
    return mark;
  }

  @Override
  public Event newEvent() {
    context.requireOpen();
    return new SimEvent(context);
  }

  @Override
  public void synchronize() {
    for (SimStream stream : context.openStreams()) {
      if (!stream.isClosed()) {
        stream.synchronize();
      }
    }
    defaultStream().synchronize();
  }

  /** A reference that keeps neither the device nor its simulation alive. */
  WeakReference<SimDevice> weakly() {
    return weakly;
  }

  @Override
  public void makeCurrent() {
    CurrentDevice.set(this);
  }

  @Override
  public SimMemory memory() {
    return memory;
  }

  /** A stream of this device, as what it is. */
  public SimStream own(Stream stream) {
    boolean isOwn = stream instanceof SimStream known && known.context() == context;
    return isOwn ? (SimStream) stream : context.own(stream);
  }

  /** The stream with that handle, or null. */
  public @Nullable SimStream streamOf(long handle) {
    return context.streamOf(handle);
  }

  /** A report of work that ended after the last call, so that nobody was thrown it; or null. */
  public @Nullable RuntimeException takeUntold() {
    return context.report() == null ? null : context.takeReport();
  }

  /** A number that nothing else of this simulation has, for the raw surface. */
  public long newHandle() {
    return ((long) (index + 1) << 40) | (++handlesMade << 4);
  }

  /**
   * A rank puts data into this device's memory, and knows {@code known} to be done: what it races
   * with there, or null.
   */
  public @Nullable ReportBuilder put(Accessor put, Clock known) {
    return context.hazards().put(put, known);
  }

  /** Index of the device of this simulation whose memory holds the address, or -1. */
  private int ownerOf(long address) {
    for (SimDevice device : all) {
      if (device.memory.find(address, 1) != null) {
        return device.index;
      }
    }
    return -1;
  }

  /** By how much later than it could what it launches reaches other ranks, in nanoseconds. */
  public long lag() {
    return lag;
  }

  /** From now on what it launches reaches other ranks so many nanoseconds later. */
  public void lagsBy(long nanos) {
    lag = nanos;
  }

  @Override
  public void close() {
    if (!context.close()) {
      return;
    }
    context.lostCaptures().forEach(leaks);
    memory.close();
  }

  /** Number of streams that nobody has closed. */
  public int openStreams() {
    return context.openStreams().size();
  }

  /** Whether a stream of it has waited for an event of another device. */
  public boolean awaitsOtherDevices() {
    return context.awaitsOtherDevices();
  }
}
