package org.jccl.sim.device;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jccl.Backend;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.MisuseKind;
import org.jccl.Stream;
import org.jccl.sim.check.Report;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jspecify.annotations.Nullable;

/** One simulated GPU: memory, streams, and a look-out for what races on them. */
public final class SimDevice implements Device, Backend.Owned {
  private volatile Backend backend;
  private final World world;
  private final List<SimDevice> all;
  private final int index;
  private final SimMemory memory;
  private final Hazards hazards;
  private final List<SimStream> streams = new ArrayList<>();
  private final SimStream defaultStream;
  private final Consumer<String> leaks;
  private int streamsMade;
  private long handlesMade;
  private boolean closed;

  /**
   * @param all the devices of the simulation, complete once it is used
   * @param leaks told in words of what is left when the device is closed
   */
  public SimDevice(
      Backend backend, World world, List<SimDevice> all, int index, Consumer<String> leaks) {
    this.backend = backend;
    this.world = world;
    this.all = all;
    this.index = index;
    this.leaks = leaks;
    this.memory = new SimMemory(this);
    this.hazards = new Hazards(this);
    this.defaultStream = new SimStream(this, streamsMade++);
  }

  /** What the simulation shares. */
  public World world() {
    return world;
  }

  Hazards hazards() {
    return hazards;
  }

  @Override
  public Backend backend() {
    return backend;
  }

  @Override
  public DeviceBuffer allocateRegistrable(DataType type, long count) {
    return backend.allocateRegistrable(this, type, count);
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
    return "simulated GPU (" + world.cost().profile() + ")";
  }

  @Override
  public String identity() {
    return "sim-device-" + index;
  }

  @Override
  public SimStream newStream() {
    Kernel kernel = world.kernel();
    HostTask task = kernel.enter();
    try {
      requireOpen();
      SimStream stream = new SimStream(this, streamsMade++);
      streams.add(stream);
      return stream;
    } finally {
      kernel.exit(task);
    }
  }

  @Override
  public SimStream defaultStream() {
    return defaultStream;
  }

  @Override
  public Event newEvent() {
    requireOpen();
    return new SimEvent(this);
  }

  @Override
  public void synchronize() {
    for (SimStream stream : List.copyOf(streams)) {
      if (!stream.isClosed()) {
        stream.synchronize();
      }
    }
    defaultStream.synchronize();
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
    if (stream instanceof SimStream own && own.device() == this) {
      return own;
    }
    throw new IllegalArgumentException(
        stream + " is not a stream of device " + index + " of this simulator (SIM-31)");
  }

  /** The stream with that handle, or null. */
  public @Nullable SimStream streamOf(long handle) {
    int number = (int) handle - 1;
    if (handle >>> 32 != index + 1) {
      return null;
    }
    if (number == 0) {
      return defaultStream;
    }
    for (int i = 0; i < streams.size(); i++) {
      SimStream each = streams.get(i);
      if (each.number() == number) {
        return each;
      }
    }
    return null;
  }

  /** A number that nothing else of this simulation has, for the raw surface. */
  public long newHandle() {
    return ((long) (index + 1) << 40) | (++handlesMade << 4);
  }

  /** Another rank has written into this device's memory (see {@link Arrival}). */
  public void arrived(Arrival arrival) {
    hazards.arrived(arrival);
  }

  /** The owner has waited for the signal that goes with an arrival. */
  public void awaited(Arrival arrival) {
    hazards.awaited(arrival);
  }

  /** Data by another writer than {@code by} for which nobody has waited yet, or null. */
  public @Nullable Arrival inDoubt(long start, long end, int by) {
    return hazards.inDoubt(start, end, by);
  }

  void closed(SimStream stream) {
    streams.remove(stream);
  }

  /** The device of this simulation whose memory holds the address, or null. */
  @Nullable SimDevice ownerOf(long address) {
    for (SimDevice device : all) {
      if (device.memory.find(address, 1) != null) {
        return device;
      }
    }
    return null;
  }

  /** A report that the caller throws. */
  RuntimeException misuse(MisuseKind kind, String text) {
    return world.misuse(kind, index, text);
  }

  private @Nullable RuntimeException pending;

  /** A report found by a device step: no host call is there to throw it, so the next one does. */
  void report(Report report) {
    if (pending == null) {
      pending = world.findings().keep(report);
    }
  }

  /** Whether a report of a device step waits to be thrown. */
  boolean hasReport() {
    return pending != null;
  }

  /** Throws what a device step has reported. */
  public void throwReported() {
    RuntimeException found = pending;
    if (found != null) {
      pending = null;
      throw found;
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("device " + index + " is closed");
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (memory.liveCount() > 0) {
      leaks.accept(
          "device "
              + index
              + ": "
              + memory.liveCount()
              + " buffers ("
              + memory.liveBytes()
              + " bytes) were never closed");
    }
    if (!streams.isEmpty()) {
      leaks.accept("device " + index + ": " + streams.size() + " streams were never closed");
    }
    memory.close();
  }
}
