package org.jccl.conformance.misuse.matrix;

import static org.jccl.MisuseKind.CAPTURE_MISMATCH;
import static org.jccl.MisuseKind.DEADLOCK;
import static org.jccl.MisuseKind.GROUP_HAZARD;
import static org.jccl.MisuseKind.GROUP_REQUIRED;
import static org.jccl.MisuseKind.HOST_WAIT;
import static org.jccl.MisuseKind.LAUNCH_ORDER_MIXED;
import static org.jccl.MisuseKind.MISMATCH;
import static org.jccl.MisuseKind.ORDER_INVERSION;

import java.util.ArrayList;
import java.util.List;
import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Graph;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.UniqueId;
import org.jccl.config.ConfigField;
import org.jccl.conformance.misuse.matrix.Axes.Axis;
import org.jccl.conformance.misuse.matrix.Marks.Role;

/**
 * SIM-18 to SIM-22, SIM-50, SIM-61 and SIM-69: the order of communicators, graphs and group
 * members.
 */
final class OrderFamilies {
  private OrderFamilies() {}

  static List<Family> all() {
    return List.of(
        Family.of("SIM-18", "order of communicators", ORDER_INVERSION, 3, OrderFamilies::order)
            .without(Axis.GROUP),
        Family.of("SIM-19", "order on two streams", ORDER_INVERSION, 3, OrderFamilies::streams)
            .without(Axis.GROUP, Axis.GRAPH),
        Family.of("SIM-19", "order round a grid", ORDER_INVERSION, 4, OrderFamilies::grid)
            .exactly(4)
            .without(Axis.GROUP, Axis.GRAPH),
        Family.of("SIM-69", "launch orders", LAUNCH_ORDER_MIXED, 4, OrderFamilies::bothOrders)
            .without(Axis.GROUP, Axis.GRAPH)
            .since(ConfigField.LAUNCH_ORDER_IMPLICIT.since()),
        Family.of("SIM-20", "circle through events", DEADLOCK, 1, OrderFamilies::events)
            .or(ORDER_INVERSION)
            .without(Axis.GROUP, Axis.GRAPH),
        Family.of("SIM-21", "one thread, no group", GROUP_REQUIRED, 4, OrderFamilies::oneThread)
            .oneThread()
            .without(Axis.GROUP, Axis.GRAPH, Axis.TRAFFIC),
        Family.of("SIM-22", "members of a group", GROUP_HAZARD, 5, OrderFamilies::hazard)
            .without(Axis.GROUP),
        Family.of("SIM-50", "some capture", CAPTURE_MISMATCH, 5, OrderFamilies::capture)
            .without(Axis.GRAPH),
        Family.of("SIM-50", "order of graphs", ORDER_INVERSION, 3, OrderFamilies::graphs)
            .or(MISMATCH)
            .without(Axis.GRAPH),
        Family.of("SIM-61", "host waits for a peer", HOST_WAIT, 3, OrderFamilies::hostWait)
            .without(Axis.GRAPH, Axis.SPLIT, Axis.SHRUNK)
            .strict(),
        Family.of("SIM-61", "closes and goes on", HOST_WAIT, 3, OrderFamilies::goesOn)
            .without(Axis.GRAPH, Axis.SPLIT, Axis.SHRUNK));
  }

  /** On one stream; way 1 waits on the host between, way 2 has both in one group. */
  private static void order(Scene s, boolean wrong) {
    Communicator a = s.comm();
    Communicator b = s.own(a.split(0, s.me()));
    boolean swapped = wrong && s.isOdd();
    Communicator first = swapped ? b : a;
    Communicator second = swapped ? a : b;
    Ask one = s.ask(swapped ? Form.ALL_GATHER : Form.ALL_REDUCE).ready();
    Ask other = s.ask(swapped ? Form.ALL_REDUCE : Form.ALL_GATHER).ready();
    if (s.way() == 2) {
      s.rank()
          .backend()
          .group(
              g -> {
                one.make(g.on(first), s.eitherOrSide(), s.isOdd());
                other.make(g.on(second), s.eitherOrSide(), s.isOdd());
              });
    } else {
      s.issue(
          c -> {
            one.make(first, s.eitherOrSide(), s.isOdd());
            if (s.way() == 1 && !s.has(Axis.GRAPH)) {
              s.settle();
            }
            other.make(second, s.eitherOrSide(), s.isOdd());
          });
    }
    s.settle();
  }

  private static void streams(Scene s, boolean wrong) {
    Communicator a = s.comm();
    Communicator b = s.own(a.split(0, s.me()));
    Stream t = s.newStream();
    Ask one = s.ask(Form.MEETING.get(s.way())).ready();
    Ask other = s.ask().stream(t).ready();
    if (wrong && s.isOdd()) {
      other.make(b, s.eitherOrSide(), true);
      one.make(a, s.eitherOrSide(), true);
    } else {
      one.make(a, s.eitherOrSide(), s.isOdd());
      other.make(b, s.eitherOrSide(), s.isOdd());
    }
    s.settle();
    t.synchronize();
  }

  /** Rows and columns of a grid of four, on two streams: each pair agrees, the round does not. */
  private static void grid(Scene s, boolean wrong) {
    int me = s.me();
    Communicator column = s.own(s.comm().split(me % 2, me));
    Communicator row = s.own(s.comm().split(me / 2, me));
    Stream t = s.way() % 2 == 0 ? s.newStream() : s.stream();
    Ask one = s.ask().ready();
    Ask other = s.ask().stream(t).ready();
    boolean columnFirst = me == 0 || me == 3;
    if (s.way() >= 2) {
      columnFirst = !columnFirst;
    }
    if (columnFirst || !wrong) {
      one.make(column, Role.EITHER, false);
      other.make(row, Role.EITHER, false);
    } else {
      other.make(row, Role.EITHER, true);
      one.make(column, Role.EITHER, true);
    }
    s.settle();
    t.synchronize();
  }

  /**
   * A communicator with launchOrderImplicit on another stream than one without, and nothing between
   * them on the odd rank. Else an event, a wait of the host, or the same configuration.
   */
  private static void bothOrders(Scene s, boolean wrong) {
    var implicit = CommunicatorConfig.builder().set(ConfigField.LAUNCH_ORDER_IMPLICIT, 1).build();
    Communicator a = s.comm();
    boolean alike = s.way() == 3 && !wrong;
    Communicator b = s.own(alike ? a.split(0, s.me()) : a.split(0, s.me(), implicit));
    Stream t = s.newStream();
    Event event = s.newEvent();
    Ask one = s.ask(Form.MEETING.get(s.way() % 3)).ready();
    Ask other = s.ask().stream(t).ready();
    one.make(a, s.isOdd() ? Role.GUILTY : null, false);
    if (alike || (wrong && s.isOdd())) {
      event.record(s.stream()); // nobody waits for it
    } else if (s.way() == 1) {
      s.settle();
    } else {
      event.record(s.stream());
      t.waitFor(event);
    }
    other.make(b, s.isOdd() ? Role.GUILTY : null, false);
    s.settle();
    t.synchronize();
  }

  private static void events(Scene s, boolean wrong) {
    Communicator a = s.comm();
    Communicator b = s.own(a.split(0, s.me()));
    boolean swapped = wrong && s.isOdd();
    Stream t = s.newStream();
    Stream early = swapped ? t : s.stream();
    Stream late = swapped ? s.stream() : t;
    Ask first = s.ask(swapped ? Form.ALL_GATHER : Form.ALL_REDUCE).stream(early).ready();
    Ask second = s.ask(swapped ? Form.ALL_REDUCE : Form.ALL_GATHER).stream(late).ready();
    Event event = s.newEvent();
    first.make(swapped ? b : a, s.eitherOrSide(), s.isOdd());
    event.record(early);
    late.waitFor(event);
    second.make(swapped ? a : b, s.eitherOrSide(), s.isOdd());
    early.synchronize();
    late.synchronize();
  }

  /** Drives all ranks of a communicator from one thread. */
  private static void oneThread(Scene s, boolean wrong) {
    var backend = s.rank().backend();
    var devices = backend.devices().subList(0, s.size());
    CommunicatorConfig config = CommunicatorConfig.defaults();
    if (s.way() == 3) {
      UniqueId id = backend.newUniqueId();
      if (wrong) {
        for (int i = 0; i < s.size(); i++) {
          s.mayBeNamed(i);
        }
        for (int i = 0; i < s.size(); i++) {
          Device device = devices.get(i);
          s.own(s.driven(i, backend).newCommunicator(id, i, s.size(), device, config));
        }
      }
      return;
    }
    List<Communicator> all = backend.openAll(devices, config);
    all.forEach(s::own);
    List<DeviceBuffer> data = new ArrayList<>();
    for (int i = 0; i < s.size(); i++) {
      data.add(s.filled(devices.get(i), DataType.INT32, s.size()));
    }
    if (wrong) {
      for (int i = 0; i < s.size(); i++) {
        one(s, i, all.get(i), data.get(i));
        if (s.way() == 2) {
          all.get(i).defaultStream().synchronize();
        }
      }
    } else {
      backend.group(
          g -> {
            for (int i = 0; i < s.size(); i++) {
              one(s, i, g.on(all.get(i)), data.get(i));
            }
          });
    }
    all.forEach(each -> each.defaultStream().synchronize());
  }

  private static void one(Scene s, int rank, Collectives c, DeviceBuffer data) {
    if (s.way() == 1) {
      s.driven(rank, c).broadcast(data, 0);
    } else {
      s.driven(rank, c).allReduce(data, ReduceOp.SUM);
    }
  }

  /** The odd rank's group has two members that touch the same memory. */
  private static void hazard(Scene s, boolean wrong) {
    boolean bad = wrong && s.isOdd();
    int n = Scene.COUNT;
    DeviceBuffer x = s.floats(4 * n);
    DeviceBuffer y = s.floats(4 * n);
    DeviceBuffer in = x.slice(0, n);
    DeviceBuffer out = x.slice(n, n);
    DeviceBuffer in2 = bad && s.way() == 0 ? out : y.slice(0, n);
    DeviceBuffer out2 =
        !bad || s.way() == 0
            ? y.slice(n, n)
            : s.way() == 1 ? out : s.way() == 2 ? x.slice(n + 5, n) : s.way() == 3 ? in : out;
    int me = s.me();
    s.issue(
        c ->
            s.comm()
                .group(
                    g -> {
                      if (s.way() == 4) {
                        g.send(in, me, s.stream());
                        (s.isOdd() ? s.guilty(g) : g).recv(out, me, s.stream());
                      } else {
                        s.ask().buffers(in, out).make(g, s.isOdd() ? Role.GUILTY : null, false);
                      }
                      s.ask().buffers(in2, out2).make(g, s.isOdd() ? Role.GUILTY : null, true);
                    }));
    s.settle();
  }

  /** The odd rank captures where others do not, or the other way round. */
  private static void capture(Scene s, boolean wrong) {
    Ask ask = s.ask(Form.MEETING.get(s.way() % 3)).ready();
    boolean captures = s.way() < 3 == (wrong && s.isOdd());
    Role role = s.isOdd() ? Role.GUILTY : Role.SIDE;
    if (captures) {
      s.stream().beginCapture();
    }
    s.issue(c -> ask.make(c, role, s.isOdd()));
    if (captures) {
      Graph graph = s.own(s.stream().endCapture());
      graph.launch(s.stream());
    }
    s.settle();
  }

  private static void graphs(Scene s, boolean wrong) {
    List<Graph> graphs = new ArrayList<>();
    List<Ask> asks = List.of(s.ask().ready(), s.ask(Form.MEETING.get(s.way())).ready());
    for (Ask ask : asks) {
      s.stream().beginCapture();
      s.issue(c -> ask.make(c, s.eitherOrSide(), s.isOdd()));
      graphs.add(s.own(s.stream().endCapture()));
    }
    boolean swapped = wrong && s.isOdd();
    Graph first = graphs.get(swapped ? 1 : 0);
    Graph second = graphs.get(swapped ? 0 : 1);
    if (s.isOdd()) {
      s.either(first).launch(s.stream());
      s.either(second).launch(s.stream());
    } else {
      s.side(first).launch(s.stream());
      s.side(second).launch(s.stream());
    }
    s.settle();
  }

  /** The odd rank meets its peers before it calls, the others after they have called. */
  private static void hostWait(Scene s, boolean wrong) {
    Ask ask = s.ask(Form.MEETING.get(s.way())).ready();
    if (wrong && s.isOdd()) {
      s.guilty(s.rank().processGroup()).barrier(Scene.LIMIT);
    }
    s.issue(c -> ask.make(c, s.isOdd() ? null : Role.SIDE, s.isOdd()));
    if (!wrong || !s.isOdd()) {
      s.rank().processGroup().barrier(Scene.LIMIT);
    }
    s.settle();
  }

  /** All close a child; then they go on with its parent, another child, or a message, unmet. */
  private static void goesOn(Scene s, boolean wrong) {
    Communicator child = s.comm().split(0, -s.me());
    Communicator other = s.way() == 1 ? s.own(s.comm().split(0, s.me())) : s.comm();
    Ask ask = s.ask(s.way() == 2 ? Form.MEETING.get(1) : Form.ALL_REDUCE).ready();
    s.ask().ready().make(child);
    child.defaultStream().synchronize();
    s.guilty(child).close();
    if (!wrong) {
      s.meet();
    }
    ask.make(other, Role.SIDE, false);
    s.settle();
    other.defaultStream().synchronize();
    s.meet();
  }
}
