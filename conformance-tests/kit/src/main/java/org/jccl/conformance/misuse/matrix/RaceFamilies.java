package org.jccl.conformance.misuse.matrix;

import static org.jccl.DataType.FLOAT32;
import static org.jccl.MisuseKind.BUFFER_FREED;
import static org.jccl.MisuseKind.BUFFER_REUSE;
import static org.jccl.MisuseKind.RMA_RACE;
import static org.jccl.MisuseKind.UNINITIALIZED_DATA;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jccl.CheckLevel;
import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Graph;
import org.jccl.SignalWait;
import org.jccl.Stream;
import org.jccl.Window;
import org.jccl.WindowFlag;
import org.jccl.conformance.misuse.matrix.Axes.Axis;
import org.jccl.ops.NcclFunction;

/**
 * SIM-28, SIM-29, SIM-60 and SIM-63: two uses of the same memory, in pairs of everything that can
 * use it, and everything that orders them or only seems to.
 */
final class RaceFamilies {
  private static final int N = Scene.COUNT;
  private static final int WINDOW = 1024;

  private RaceFamilies() {}

  static List<Family> all() {
    return List.of(
        Family.of("SIM-28", "pairs", BUFFER_REUSE, Pair.ALL.size(), RaceFamilies::pair)
            .without(Axis.GROUP, Axis.GRAPH),
        Family.of("SIM-28", "host side of a copy", BUFFER_REUSE, 4, RaceFamilies::host)
            .or(BUFFER_FREED)
            .without(Axis.GROUP, Axis.GRAPH),
        Family.of("SIM-28", "read before it is written", BUFFER_REUSE, 4, RaceFamilies::unwaited)
            .without(Axis.GROUP, Axis.GRAPH),
        Family.of("SIM-60", "used when a put comes", RMA_RACE, 4, RaceFamilies::put)
            .without(Axis.GROUP, Axis.GRAPH)
            .since(NcclFunction.PUT_SIGNAL.since()),
        Family.of("SIM-63", "nobody has written it", UNINITIALIZED_DATA, 6, RaceFamilies::unwritten)
            .at(CheckLevel.FULL)
            .without(Axis.GRAPH));
  }

  // ---------------------------------------------------------------- pairs

  /** What uses the memory. */
  private enum Use {
    OUTPUT(true),
    INPUT(false),
    FILL(true),
    COPY_IN(true),
    COPY_OUT(false),
    COPY_AWAY(false),
    GRAPH(true),
    RECEIVE(true);

    private final boolean writes;

    Use(boolean writes) {
      this.writes = writes;
    }
  }

  /** What stands between the two uses, and what orders them instead. */
  private enum Link {
    NOTHING,
    EVENT_TOO_EARLY,
    EVENT_OF_ANOTHER,
    HOST_WAITS_FOR_ANOTHER,
    HOSTS_MEET,
    ANOTHER_COMMUNICATOR
  }

  private record Pair(Use first, Link link, Use second) {
    /** Each first use with two second ones, and each link several times. */
    static final List<Pair> ALL =
        List.of(
            new Pair(Use.OUTPUT, Link.NOTHING, Use.INPUT),
            new Pair(Use.OUTPUT, Link.EVENT_TOO_EARLY, Use.COPY_OUT),
            new Pair(Use.OUTPUT, Link.NOTHING, Use.OUTPUT),
            new Pair(Use.OUTPUT, Link.ANOTHER_COMMUNICATOR, Use.GRAPH),
            new Pair(Use.INPUT, Link.EVENT_OF_ANOTHER, Use.FILL),
            new Pair(Use.INPUT, Link.HOSTS_MEET, Use.RECEIVE),
            new Pair(Use.INPUT, Link.ANOTHER_COMMUNICATOR, Use.COPY_IN),
            new Pair(Use.FILL, Link.HOST_WAITS_FOR_ANOTHER, Use.INPUT),
            new Pair(Use.FILL, Link.HOSTS_MEET, Use.COPY_AWAY),
            new Pair(Use.FILL, Link.ANOTHER_COMMUNICATOR, Use.OUTPUT),
            new Pair(Use.FILL, Link.NOTHING, Use.COPY_IN),
            new Pair(Use.INPUT, Link.EVENT_TOO_EARLY, Use.OUTPUT),
            new Pair(Use.COPY_IN, Link.EVENT_TOO_EARLY, Use.GRAPH),
            new Pair(Use.COPY_IN, Link.HOSTS_MEET, Use.INPUT),
            new Pair(Use.COPY_OUT, Link.EVENT_OF_ANOTHER, Use.OUTPUT),
            new Pair(Use.COPY_OUT, Link.HOST_WAITS_FOR_ANOTHER, Use.RECEIVE),
            new Pair(Use.COPY_AWAY, Link.ANOTHER_COMMUNICATOR, Use.RECEIVE),
            new Pair(Use.COPY_AWAY, Link.HOSTS_MEET, Use.OUTPUT),
            new Pair(Use.GRAPH, Link.EVENT_OF_ANOTHER, Use.INPUT),
            new Pair(Use.GRAPH, Link.HOST_WAITS_FOR_ANOTHER, Use.COPY_AWAY),
            new Pair(Use.RECEIVE, Link.NOTHING, Use.COPY_OUT),
            new Pair(Use.RECEIVE, Link.EVENT_TOO_EARLY, Use.INPUT),
            new Pair(Use.RECEIVE, Link.HOSTS_MEET, Use.FILL));

    Pair {
      if (!first.writes && !second.writes) {
        throw new IllegalArgumentException("two reads are no race");
      }
    }
  }

  /** The odd rank uses memory on two streams; the others only take part. */
  private static void pair(Scene s, boolean wrong) {
    Pair pair = Pair.ALL.get(s.way());
    Communicator other = s.own(s.comm().split(0, s.me()));
    DeviceBuffer memory = s.floats(N);
    DeviceBuffer again = s.isOdd() ? memory : s.floats(N);
    Stream t = s.newStream();
    Event event = s.newEvent();
    if (wrong && pair.link == Link.EVENT_TOO_EARLY) {
      event.record(s.stream());
    }
    use(s, pair.first, memory, s.comm(), s.stream());
    if (wrong) {
      seemsToOrder(s, pair.link, other, t, event);
    } else {
      orders(s, pair.link, t, event);
    }
    use(s, pair.second, again, other, t);
    t.synchronize();
    s.settle();
  }

  private static void seemsToOrder(Scene s, Link link, Communicator other, Stream t, Event event) {
    switch (link) {
      case NOTHING -> {}
      case EVENT_TOO_EARLY -> t.waitFor(event);
      case EVENT_OF_ANOTHER -> {
        event.record(s.newStream());
        t.waitFor(event);
      }
      case HOST_WAITS_FOR_ANOTHER -> s.newStream().synchronize();
      case HOSTS_MEET -> s.meet();
      case ANOTHER_COMMUNICATOR -> other.barrier(t);
    }
  }

  private static void orders(Scene s, Link link, Stream t, Event event) {
    switch (link) {
      case NOTHING, EVENT_TOO_EARLY -> {
        event.record(s.stream());
        t.waitFor(event);
      }
      case EVENT_OF_ANOTHER -> {
        event.record(s.stream());
        event.synchronize();
      }
      case HOST_WAITS_FOR_ANOTHER -> s.settle();
      case HOSTS_MEET -> s.stream().completion().join();
      case ANOTHER_COMMUNICATOR -> {
        s.comm().barrier(s.stream());
        s.comm().barrier(t); // one communicator's operations are ordered (STR-03)
      }
    }
  }

  private static void use(Scene s, Use use, DeviceBuffer memory, Communicator c, Stream on) {
    boolean odd = s.isOdd();
    switch (use) {
      case OUTPUT -> s.ask().stream(on).buffers(s.floats(N), memory).make(c, s.guiltyIfOdd(), odd);
      case INPUT -> s.ask().stream(on).buffers(memory, s.floats(N)).make(c, s.guiltyIfOdd(), odd);
      case RECEIVE -> receive(s, memory, c, on);
      default -> {
        if (odd) {
          touch(s, use, memory, on);
        }
      }
    }
  }

  private static void receive(Scene s, DeviceBuffer memory, Collectives c, Stream on) {
    if (s.isOdd()) {
      s.guilty(c).recv(memory, s.peer(), on);
    } else if (s.isPeer()) {
      c.send(memory, s.odd(), on);
    }
  }

  private static void touch(Scene s, Use use, DeviceBuffer memory, Stream on) {
    switch (use) {
      case FILL -> s.guilty(memory).fill((byte) 1, on);
      case COPY_IN -> s.guilty(memory).copyFrom(s.host(memory.bytes()), on);
      case COPY_OUT -> s.guilty(memory).copyTo(s.host(memory.bytes()), on);
      case COPY_AWAY -> s.guilty(s.floats(N)).copyFrom(memory, on);
      default -> {
        Stream captured = s.newStream();
        captured.beginCapture();
        s.guilty(memory).fill((byte) 2, captured);
        Graph graph = s.own(captured.endCapture());
        s.guilty(graph).launch(on);
      }
    }
  }

  // ---------------------------------------------------------------- the host's side

  /** The odd rank's host uses memory of an enqueued copy before it has waited. */
  private static void host(Scene s, boolean wrong) {
    DeviceBuffer data = s.floats(N);
    if (s.isOdd()) {
      Arena arena = Arena.ofShared();
      MemorySegment host = arena.allocate(data.bytes(), 16);
      boolean out = s.way() % 2 == 1;
      if (out) {
        s.guilty(data).copyTo(host, s.stream());
      } else {
        s.guilty(data).copyFrom(host, s.stream());
      }
      if (!wrong) {
        s.settle();
      } else if (s.way() >= 2) {
        s.newStream().synchronize(); // the wrong one
      }
      if (s.way() == 2) {
        arena.close();
      } else {
        host.fill((byte) 7);
      }
    }
    s.ask().ready().make(s.comm());
    s.settle();
  }

  // ---------------------------------------------------------------- one-sided

  /** The peer puts twice into the odd rank's window, which uses it in between. */
  private static void put(Scene s, boolean wrong) {
    DeviceBuffer data = s.registrable(WINDOW);
    Window window = s.own(s.comm().registerWindow(data, WindowFlag.COLLECTIVE_SYMMETRIC));
    Stream t = s.newStream();
    if (s.isPeer()) {
      putTwice(s, data, window, wrong);
    } else if (s.isOdd()) {
      DeviceBuffer target = data.slice(WINDOW / 2, N);
      await(s, s.peer());
      boolean elsewhere = s.way() % 2 == 1;
      if (elsewhere && (!wrong || s.way() == 1)) {
        Event seen = s.newEvent();
        seen.record(s.stream());
        t.waitFor(seen);
      }
      Stream on = elsewhere ? t : s.stream();
      if (s.way() < 2) {
        s.guilty(s.floats(N)).copyFrom(target, on);
      } else {
        s.guilty(target).fill((byte) 1, on);
      }
      if (elsewhere && !wrong) {
        Event used = s.newEvent();
        used.record(t);
        s.stream().waitFor(used);
      }
      s.comm().signal(s.peer(), s.stream());
      await(s, s.peer());
    } else {
      s.comm().signal(s.me(), s.stream());
      await(s, s.me());
    }
    s.settle();
    t.synchronize();
  }

  private static void putTwice(Scene s, DeviceBuffer data, Window window, boolean wrong) {
    DeviceBuffer from = data.slice(0, N);
    long at = 2L * WINDOW;
    s.either(s.comm()).putSignal(from, s.odd(), window, at, s.stream());
    if (!wrong || s.way() % 2 == 1) {
      await(s, s.odd());
    }
    s.either(s.comm()).putSignal(from, s.odd(), window, at, s.stream());
    if (wrong && s.way() % 2 == 0) {
      await(s, s.odd());
    }
  }

  private static void await(Scene s, int peer) {
    s.comm().waitSignal(List.of(new SignalWait(peer, 1)), s.stream());
  }

  // ---------------------------------------------------------------- memory nobody has written

  /** A rank reads back what nobody has written: its own memory, or what came of the odd rank's. */
  private static void unwritten(Scene s, boolean wrong) {
    int n = s.size();
    boolean sends = s.way() >= 3;
    boolean bad = wrong && s.isOdd();
    DeviceBuffer fresh = s.own((bad ? s.either(s.device()) : s.device()).allocate(FLOAT32, N * n));
    DeviceBuffer in = s.floats(N);
    DeviceBuffer all = s.floats(N * n);
    if (!bad) {
      fresh.copyFrom(new float[N * n]);
    }
    DeviceBuffer part = fresh.slice(0, N);
    int root = sends ? s.odd() : s.peer();
    s.issue(
        c -> {
          switch (s.way()) {
            case 0 -> s.ask(Form.REDUCE).root(root).buffers(in, part).make(c);
            case 1 -> c.barrier(s.stream());
            case 2 -> s.ask(Form.GATHER).root(root).buffers(in, fresh).make(c);
            case 3 -> s.ask().buffers(part, in).make(c);
            case 4 -> s.ask(Form.BROADCAST).root(root).buffers(part, in).make(c);
            default -> s.ask(Form.ALL_GATHER).buffers(part, all).make(c);
          }
        });
    s.settle();
    DeviceBuffer read = !sends ? fresh : s.way() == 5 ? all : in;
    if (sends ? s.isPeer() : bad) {
      s.guilty(read).copyTo(new float[(int) read.count()]);
    }
  }

  /** The odd rank reads an output, which nobody has written before, without waiting for it. */
  private static void unwaited(Scene s, boolean wrong) {
    DeviceBuffer out = s.own(s.device().allocate(FLOAT32, 8 * Scene.COUNT));
    DeviceBuffer copy = s.floats(Scene.COUNT);
    Form form = s.way() < 2 ? Form.ALL_REDUCE : Form.ALL_GATHER;
    long received = form.operation().receiveElements(Scene.COUNT, s.size());
    Ask ask =
        s.ask(form).stream(s.newStream()).buffers(s.floats(Scene.COUNT), out.slice(0, received));
    ask.make(s.comm(), s.guiltyIfOdd(), s.isOdd());
    if (!(wrong && s.isOdd())) {
      ask.stream().synchronize();
    }
    DeviceBuffer part = out.slice(0, Scene.COUNT);
    if (!s.isOdd()) {
      ask.stream().synchronize();
    } else if (s.way() % 2 == 0) {
      s.guilty(part).copyTo(new float[Scene.COUNT]);
    } else {
      s.guilty(copy).copyFrom(part, s.stream());
    }
    ask.stream().synchronize();
    s.settle();
  }
}
