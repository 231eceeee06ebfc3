package org.jccl.sim.device;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jccl.Device;
import org.jccl.MisuseKind;
import org.jccl.Stream;
import org.jccl.Work;
import org.jccl.WorkBody;
import org.jccl.sim.check.Lifetimes;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.device.Hazards.Accessor;
import org.jccl.sim.kernel.Effect;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jccl.sim.kernel.Steering;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one device and what they share: the simulation, the look-out for races, and the
 * report that waits to be thrown. Streams and their work know this and not the device, which stands
 * above them.
 */
final class DeviceContext {
  private final Device device;
  private final Simulation simulation;
  private final int index;
  private final Hazards hazards;
  private final HostUses hostUses;

  /** Read by callers that do not have the baton yet, while another thread makes a stream. */
  private final List<SimStream> streams = new CopyOnWriteArrayList<>();

  private final SimStream defaultStream;
  private final List<String> lostCaptures = new ArrayList<>();
  private int streamsMade;
  private boolean closed;
  private @Nullable Marks marks;
  private @Nullable Programs programs;
  private Places places = (start, end) -> "";
  private Blocks blocks = address -> "memory";

  /** Found by a device step: no host call is there to throw it, so the next one does. */
  private @Nullable RuntimeException pending;

  private @Nullable RuntimeException lastFailed;

  private boolean awaitsOtherDevices;

  DeviceContext(Device device, Simulation simulation, int index) {
    this.device = device;
    this.simulation = simulation;
    this.index = index;
    this.hazards = new Hazards(this);
    this.hostUses = new HostUses(index, simulation.order(), this::report);
    this.defaultStream = new SimStream(this, streamsMade++);
  }

  /** The device, for those who ask a stream or an event for it. */
  Device device() {
    return device;
  }

  Simulation simulation() {
    return simulation;
  }

  int index() {
    return index;
  }

  Hazards hazards() {
    return hazards;
  }

  HostUses hostUses() {
    return hostUses;
  }

  /** Says where a range of memory is. */
  @FunctionalInterface
  interface Places {
    String of(long start, long end);
  }

  /** Records an event on a stream. */
  @FunctionalInterface
  interface Marks {
    SimStream.Marker on(SimStream stream);
  }

  /** {@code value} makes events. */
  void marksBy(Marks value) {
    marks = value;
  }

  /** An event behind all that {@code stream} has now. */
  SimStream.Marker mark(SimStream stream) {
    return Objects.requireNonNull(marks, "nobody makes events").on(stream);
  }

  /** Enqueues work of the program's own. */
  @FunctionalInterface
  interface Programs {
    void submit(SimStream stream, Work work, WorkBody body);
  }

  /** {@code value} enqueues work of the program's own. */
  void programsBy(Programs value) {
    programs = value;
  }

  /** Enqueues work of the program's own on a stream of this device. */
  void submit(SimStream stream, Work work, WorkBody body) {
    Objects.requireNonNull(programs, "nobody runs work").submit(stream, work, body);
  }

  /** {@code value} knows its memory. */
  void placesIn(Places value) {
    places = value;
  }

  /** A range of its memory in words, as an offset in an allocation. */
  String place(long start, long end) {
    return places.of(start, end);
  }

  /** From now on a stream of it waits for an event of another device. */
  void awaitsOtherDevice() {
    awaitsOtherDevices = true;
  }

  /** Whether a stream of it has waited for an event of another device. */
  boolean awaitsOtherDevices() {
    return awaitsOtherDevices;
  }

  // ---------------------------------------------------------------- streams

  SimStream newStream() {
    Kernel kernel = simulation.kernel();
    HostTask task = kernel.enter();
    kernel.declares(task);
    try {
      requireOpen();
      SimStream stream = newLane();
      stream.madeBy(simulation.lifetimes().open(Lifetimes.Kind.STREAM, index));
      return stream;
    } finally {
      kernel.exit(task);
    }
  }

  /** A stream that a graph has for itself; called with the baton in hand. */
  SimStream newLane() {
    SimStream stream = new SimStream(this, streamsMade++);
    streams.add(stream);
    return stream;
  }

  SimStream defaultStream() {
    return defaultStream;
  }

  /** The streams that were made and are not closed, without the default one. */
  List<SimStream> openStreams() {
    return List.copyOf(streams);
  }

  void closed(SimStream stream) {
    streams.remove(stream);
  }

  /** A capture that nobody has ended, and whose stream is closed. */
  void lost(Capture capture) {
    lostCaptures.add(
        "device "
            + index
            + ": the capture of "
            + capture.origin()
            + ", begun at "
            + capture.begun()
            + ", was never ended: what it recorded is lost");
  }

  /** The captures that nobody has ended, in words. */
  List<String> lostCaptures() {
    defaultStream.loseCapture();
    streams.forEach(SimStream::loseCapture);
    return lostCaptures;
  }

  /** The stream that the calling thread captures, or null. */
  @Nullable SimStream capturedHere() {
    if (isCapturedHere(defaultStream)) {
      return defaultStream;
    }
    for (SimStream each : streams) {
      if (isCapturedHere(each)) {
        return each;
      }
    }
    return null;
  }

  private static boolean isCapturedHere(SimStream stream) {
    Capture capture = stream.capture();
    return capture != null && capture.thread() == Thread.currentThread();
  }

  /** A stream of this device, as what it is. */
  SimStream own(Stream stream) {
    if (stream instanceof SimStream own && own.context() == this) {
      return own;
    }
    throw new IllegalArgumentException(
        stream + " is not a stream of device " + index + " of this simulator (SIM-31)");
  }

  /** The stream with that handle, or null. */
  @Nullable SimStream streamOf(long handle) {
    int number = (int) handle - 1;
    if (handle >>> 32 != index + 1) {
      return null;
    }
    if (number == 0) {
      return defaultStream;
    }
    for (SimStream each : streams) {
      if (each.number() == number) {
        return each;
      }
    }
    return null;
  }

  void requireOpen() {
    if (closed) {
      throw new IllegalStateException("device " + index + " is closed");
    }
  }

  /** No stream is made any more. False if that was so already. */
  boolean close() {
    boolean wasOpen = !closed;
    closed = true;
    return wasOpen;
  }

  // ---------------------------------------------------------------- reports

  /** How reports name the thread of {@code task}: its rank, or the device's index. */
  int rankOf(HostTask task) {
    return task.isOwned() ? task.rank() : index;
  }

  /** A report that the caller throws. */
  RuntimeException misuse(MisuseKind kind, String text) {
    return simulation.misuse(kind, index, text);
  }

  /** Says where a range of memory lies, as an object: two ranges in one object may overlap. */
  @FunctionalInterface
  interface Blocks {
    Object of(long address);
  }

  /** {@code value} knows its memory. */
  void blocksIn(Blocks value) {
    blocks = value;
  }

  /** The work of one event uses memory: {@code steering} is told. */
  void tells(Steering steering, @Nullable Accessor used) {
    for (Accessor each = used; each != null; each = each.next()) {
      for (Hazards.Access access = each.accesses(); access != null; access = access.next()) {
        steering.effect(blocks.of(access.start()), access.writes() ? Effect.WRITE : Effect.READ);
      }
    }
  }

  /** Whoever looks whether a report waits to be thrown sees what others have reported. */
  void looksForReport(Steering steering) {
    steering.effect(hazards, Effect.READ);
  }

  /** A report found by a device step; the first one counts. */
  void report(ReportBuilder report) {
    Steering steering = simulation.kernel().steering();
    if (steering != null) {
      steering.effect(hazards, Effect.WRITE);
    }
    if (pending == null) {
      pending = simulation.findings().keep(report);
    }
  }

  /**
   * Work on {@code stream} has failed: the rank that waits now throws it, for whatever it waits;
   * else the next call that uses the device. It is told once.
   */
  void failed(SimStream stream, RuntimeException why) {
    simulation.findings().workFailed();
    lastFailed = why;
    for (HostTask task : simulation.kernel().tasks()) {
      if (task.rank() == index && task.state() == HostTask.State.BLOCKED) {
        task.fail(why);
        return;
      }
    }
    if (!stream.failFirstWaiter(why) && pending == null) {
      pending = why;
    }
  }

  /** Whether it is what {@link #failed} has told last: what is waited for goes on. */
  boolean isOfWork(RuntimeException thrown) {
    return thrown == lastFailed;
  }

  /** The report of a device step that waits to be thrown, or null. */
  @Nullable RuntimeException report() {
    return pending;
  }

  /** Takes the report that {@link #report} has. */
  RuntimeException takeReport() {
    RuntimeException found = Objects.requireNonNull(pending);
    pending = null;
    return found;
  }
}
