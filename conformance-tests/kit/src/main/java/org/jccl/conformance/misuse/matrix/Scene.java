package org.jccl.conformance.misuse.matrix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.function.Consumer;
import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Graph;
import org.jccl.Rank;
import org.jccl.Stream;
import org.jccl.conformance.misuse.matrix.Axes.Axis;
import org.jccl.conformance.misuse.matrix.Marks.Role;
import org.jccl.sim.Simulator;
import org.jccl.spi.NcclAbi;
import org.jspecify.annotations.Nullable;

/** What one rank of a program has: communicator and stream as its axes say, and all it makes. */
final class Scene implements AutoCloseable {
  /** Elements of an ordinary buffer. */
  static final int COUNT = 12;

  /** Elements that fit no connection's own buffers. */
  static final int MANY = 1 << 16;

  /** More than any wait takes. */
  static final Duration LIMIT = Duration.ofMinutes(1);

  private final Rank rank;
  private final Axes axes;
  private final Marks marks;
  private final Deque<AutoCloseable> owned = new ArrayDeque<>();
  private final Communicator comm;
  private final boolean member;
  private final Stream stream;
  private boolean failed;

  Scene(Rank rank, Axes axes, Marks marks) {
    this.rank = rank;
    this.axes = axes;
    this.marks = marks;
    this.member = !axes.isChild() || rank.rank() != 1;
    this.comm = opened();
    this.stream = axes.has(Axis.STREAM) && member ? newStream() : comm.defaultStream();
    if (axes.has(Axis.TRAFFIC) && member) {
      for (Form form : Form.REDUCING) {
        new Ask(this).form(form).ready().make(comm);
      }
      stream.synchronize();
    }
  }

  private Communicator opened() {
    Communicator world = rank.communicator();
    if (axes.has(Axis.SPLIT)) {
      if (member) {
        return own(world.split(0, rank.rank()));
      }
      world.splitNoColor();
    } else if (axes.has(Axis.SHRUNK) && member) {
      return own(world.shrink(Set.of(1)));
    }
    return world;
  }

  /** Runs the program of this rank, if it is in the communicator. */
  void run(Family.Program program, boolean wrong) throws Exception {
    boolean ended = false;
    try {
      if (member) {
        program.run(this, wrong);
      }
      ended = true;
    } finally {
      failed = !ended;
    }
  }

  /** Whether the program of this rank ended by an exception. */
  boolean hasFailed() {
    return failed;
  }

  Rank rank() {
    return rank;
  }

  Communicator comm() {
    return comm;
  }

  Device device() {
    return rank.device();
  }

  NcclAbi abi() {
    device().makeCurrent();
    return Simulator.of(rank.backend()).orElseThrow().raw();
  }

  Stream stream() {
    return stream;
  }

  int me() {
    return comm.rank();
  }

  /** The next rank of the ring. */
  int next() {
    return (me() + 1) % size();
  }

  /** The rank before this one in the ring. */
  int before() {
    return (me() + size() - 1) % size();
  }

  int size() {
    return axes.ranks();
  }

  int way() {
    return axes.way();
  }

  /** The rank that does otherwise. */
  int odd() {
    return axes.odd();
  }

  boolean isOdd() {
    return me() == axes.odd();
  }

  /** The first rank that is not the odd one. */
  int peer() {
    return axes.odd() == 0 ? 1 : 0;
  }

  boolean isPeer() {
    return me() == peer();
  }

  boolean has(Axis axis) {
    return axes.has(axis);
  }

  // ---------------------------------------------------------------- marks

  /** Notes that this line has to do with the misuse. */
  void mark(Role role) {
    marks.here(role, rank.rank(), me());
  }

  /** Notes that this line has to do with the misuse. */
  <T> T marked(Role role, T on) {
    mark(role);
    return on;
  }

  /** This line is to be shown, this rank to be named. */
  <T> T guilty(T on) {
    mark(Role.GUILTY);
    return on;
  }

  /** The same, on the odd rank alone. */
  <T> T guiltyIfOdd(T on) {
    if (isOdd()) {
      mark(Role.GUILTY);
    }
    return on;
  }

  /** One of the lines of the other side. */
  <T> T side(T on) {
    mark(Role.SIDE);
    return on;
  }

  /** That rank, which this thread drives too, is to be named, and one of these lines shown. */
  <T> T driven(int driven, T on) {
    marks.here(Role.EITHER, driven, driven);
    return on;
  }

  /** That rank, which this thread drives too, may be named. */
  void mayBeNamed(int driven) {
    marks.absent(Role.WAITS, driven, driven);
  }

  /** One of this rank's lines must be shown. */
  <T> T either(T on) {
    mark(Role.EITHER);
    return on;
  }

  /** The odd rank's line is to be shown, no other rank's. */
  @Nullable Role guiltyIfOdd() {
    return isOdd() ? Role.GUILTY : null;
  }

  /** The odd rank stands on one side, all others on the other. */
  Role eitherOrSide() {
    return isOdd() ? Role.EITHER : Role.SIDE;
  }

  /** This rank is to be named, or may be; it makes no call. */
  void absent(Role role) {
    marks.absent(role, rank.rank(), me());
  }

  // ---------------------------------------------------------------- what a program makes

  <T extends AutoCloseable> T own(T made) {
    owned.addFirst(made);
    return made;
  }

  /** No longer closed at the end: the program has done so, or must not. */
  void disown(AutoCloseable made) {
    owned.remove(made);
  }

  /** Closes what was made last. */
  void closeLast() throws Exception {
    owned.removeFirst().close();
  }

  DeviceBuffer floats(int count) {
    return filled(DataType.FLOAT32, count);
  }

  DeviceBuffer filled(DataType type, int count) {
    return filled(device(), type, count);
  }

  DeviceBuffer filled(Device on, DataType type, int count) {
    DeviceBuffer buffer = own(on.allocate(type, count));
    buffer.copyFrom(MemorySegment.ofArray(new byte[(int) buffer.bytes()]));
    return buffer;
  }

  /** Memory for windows. */
  DeviceBuffer registrable(int count) {
    DeviceBuffer buffer = own(device().allocateRegistrable(DataType.FLOAT32, count));
    buffer.copyFrom(new float[count]);
    return buffer;
  }

  /** Host memory that copies can be enqueued from and to. */
  MemorySegment host(long bytes) {
    return Arena.ofAuto().allocate(bytes, 16);
  }

  Stream newStream() {
    return own(device().newStream());
  }

  Event newEvent() {
    return own(device().newEvent());
  }

  /** One more communicator over the whole world. */
  Communicator another() {
    return own(Communicator.open(rank.processGroup(), device(), CommunicatorConfig.defaults()));
  }

  Ask ask() {
    return new Ask(this);
  }

  Ask ask(Form form) {
    return new Ask(this).form(form);
  }

  /** Makes calls as the axes say: one by one, in a group, captured. */
  void issue(Consumer<Collectives> calls) {
    if (!has(Axis.GRAPH)) {
      grouped(calls);
      return;
    }
    stream.beginCapture();
    grouped(calls);
    Graph graph = own(stream.endCapture());
    graph.launch(stream);
  }

  private void grouped(Consumer<Collectives> calls) {
    if (has(Axis.GROUP)) {
      comm.group(calls);
    } else {
      calls.accept(comm);
    }
  }

  /** Waits for the stream. */
  void settle() {
    stream.synchronize();
  }

  /** Waits for all ranks of the world. */
  void meet() {
    rank.processGroup().barrier(LIMIT);
  }

  @Override
  public void close() throws Exception {
    Exception failure = null;
    for (AutoCloseable each : owned) {
      try {
        each.close();
      } catch (Exception broken) {
        if (failure == null) {
          failure = broken;
        } else {
          failure.addSuppressed(broken);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
