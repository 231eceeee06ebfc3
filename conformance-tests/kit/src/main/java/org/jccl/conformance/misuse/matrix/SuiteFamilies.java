package org.jccl.conformance.misuse.matrix;

import static org.jccl.MisuseKind.BUFFER_INVALID;
import static org.jccl.MisuseKind.BUFFER_RANGE;
import static org.jccl.MisuseKind.DEADLOCK;
import static org.jccl.MisuseKind.MISMATCH;
import static org.jccl.MisuseKind.MISSING_RANK;
import static org.jccl.MisuseKind.ORDER_INVERSION;
import static org.jccl.MisuseKind.P2P_LENGTH;

import java.util.Arrays;
import java.util.List;
import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Graph;
import org.jccl.ReduceOp;
import org.jccl.conformance.misuse.matrix.Axes.Axis;
import org.jccl.conformance.misuse.matrix.Marks.Role;

/**
 * Classes of the bug suites of MPI and CUDA (MBI, CorrBench, BugBench, CuSan) that no other family
 * has: communicators and iterations that do not fit, messages beside collectives, uneven counts,
 * things that are closed or never closed.
 */
final class SuiteFamilies {
  private static final int N = Scene.COUNT;
  private static final int ROUNDS = 5;

  private SuiteFamilies() {}

  static List<Family> all() {
    return List.of(
        Family.of("SIM-07", "another communicator", MISSING_RANK, 3, SuiteFamilies::another)
            .or(DEADLOCK, ORDER_INVERSION)
            .without(Axis.GROUP, Axis.GRAPH),
        Family.of("SIM-07", "a round less", MISSING_RANK, 3, SuiteFamilies::rounds)
            .without(Axis.GROUP),
        Family.of("SIM-06", "rounds by turns", MISMATCH, 4, SuiteFamilies::turns)
            .without(Axis.GROUP),
        Family.of("SIM-01", "uneven counts", MISMATCH, 5, SuiteFamilies::uneven).or(P2P_LENGTH),
        Family.of("SIM-13", "message and collective", DEADLOCK, 2, SuiteFamilies::beside)
            .without(Axis.GROUP),
        Family.of("SIM-09", "messages swapped", P2P_LENGTH, 2, SuiteFamilies::swapped),
        Family.of("SIM-31", "used after close", Family.REFUSAL, 3, SuiteFamilies::closed)
            .or(BUFFER_INVALID, BUFFER_RANGE)
            .without(Axis.GRAPH),
        Family.of("leak", "never closed", Family.LEAK, 5, SuiteFamilies::neverClosed)
            .without(Axis.GRAPH));
  }

  /** The odd rank takes part in another communicator of the same ranks. */
  private static void another(Scene s, boolean wrong) {
    Communicator b = s.own(s.comm().split(0, s.me()));
    Ask ask = s.ask(Form.MEETING.get(s.way())).ready();
    ask.make(wrong && s.isOdd() ? b : s.comm(), s.eitherOrSide(), s.isOdd());
    s.settle();
  }

  /** A loop that the odd rank leaves before the others. */
  private static void rounds(Scene s, boolean wrong) {
    Ask ask = s.ask(Form.MEETING.get(s.way())).ready();
    int rounds = wrong && s.isOdd() ? ROUNDS - 1 : ROUNDS;
    s.issue(
        c -> {
          for (int i = 0; i < ROUNDS - 1; i++) {
            ask.make(c);
          }
        });
    s.settle();
    if (rounds < ROUNDS) {
      s.absent(Role.GUILTY);
      return;
    }
    s.issue(c -> ask.make(c, s.isOdd() ? null : Role.SIDE, false));
    s.settle();
  }

  /** By turns one of two calls, and the odd rank begins with the other. */
  private static void turns(Scene s, boolean wrong) {
    Ask one = s.ask(Form.ALL.get(s.way())).ready();
    Ask other = s.ask(Form.ALL.get(s.way() + 4)).ready();
    int first = wrong && s.isOdd() ? 1 : 0;
    s.issue(
        c -> {
          for (int i = first; i < ROUNDS; i++) {
            (i % 2 == 0 ? one : other).make(c, s.eitherOrSide(), s.isOdd());
          }
        });
    s.settle();
  }

  private static void uneven(Scene s, boolean wrong) {
    int n = s.size();
    long[] counts = new long[n];
    Arrays.setAll(counts, i -> i + 2);
    if (wrong && s.isOdd()) {
      counts[s.peer()]++;
    }
    long[] back = new long[n];
    Arrays.fill(back, s.me() + 2);
    if (wrong && s.isOdd()) {
      back[s.peer()]++;
    }
    int all = (int) Arrays.stream(counts).sum();
    int own = (int) counts[s.me()];
    DeviceBuffer many = s.floats(all);
    DeviceBuffer few = s.floats(own);
    DeviceBuffer sent = s.floats((int) Arrays.stream(back).sum());
    s.issue(c -> unevenCall(s, c, counts, back, many, few, sent));
    s.settle();
  }

  private static void unevenCall(
      Scene s,
      Collectives c,
      long[] counts,
      long[] back,
      DeviceBuffer many,
      DeviceBuffer few,
      DeviceBuffer sent) {
    switch (s.way()) {
      case 0 -> s.marked(s.eitherOrSide(), c).allGatherV(few, many, counts, s.stream());
      case 1 ->
          s.marked(s.eitherOrSide(), c).reduceScatterV(many, few, counts, ReduceOp.SUM, s.stream());
      case 2 -> s.marked(s.eitherOrSide(), c).gatherV(few, many, counts, s.odd(), s.stream());
      case 3 -> s.marked(s.eitherOrSide(), c).scatterV(many, few, counts, s.odd(), s.stream());
      default -> s.marked(s.eitherOrSide(), c).allToAllV(many, counts, sent, back, s.stream());
    }
  }

  /** One rank sends and then sums, the other one sums and then receives. */
  private static void beside(Scene s, boolean wrong) {
    DeviceBuffer data = s.floats(Scene.MANY);
    Ask sum = s.ask(Form.MEETING.get(s.way())).ready();
    s.issue(
        c -> {
          if (s.isPeer()) {
            s.guilty(c).send(data, s.odd(), s.stream());
          } else if (s.isOdd() && !wrong) {
            c.recv(data, s.peer(), s.stream());
          }
          sum.make(c, s.isOdd() ? Role.GUILTY : Role.WAITS, s.isOdd());
          if (s.isOdd() && wrong) {
            c.recv(data, s.peer(), s.stream());
          }
        });
    s.settle();
  }

  /** Two messages of different lengths, received in the other order. */
  private static void swapped(Scene s, boolean wrong) {
    DeviceBuffer longer = s.floats(N);
    DeviceBuffer shorter = s.floats(N / 2);
    boolean swaps = wrong && s.isOdd() == (s.way() == 0);
    DeviceBuffer first = swaps ? shorter : longer;
    DeviceBuffer second = swaps ? longer : shorter;
    s.issue(
        c -> {
          if (s.isPeer()) {
            s.either(c).send(first, s.odd(), s.stream());
            s.either(c).send(second, s.odd(), s.stream());
          } else if (s.isOdd()) {
            s.either(c).recv(first, s.peer(), s.stream());
            s.either(c).recv(second, s.peer(), s.stream());
          }
        });
    s.settle();
  }

  /** The odd rank uses a buffer, an event or a graph that it has closed. */
  private static void closed(Scene s, boolean wrong) {
    DeviceBuffer data = s.device().allocate(DataType.FLOAT32, N * s.size());
    data.copyFrom(new float[N * s.size()]);
    Event event = s.device().newEvent();
    s.stream().beginCapture();
    Graph graph = s.stream().endCapture();
    boolean bad = wrong && s.isOdd();
    if (bad) {
      graph.close();
      event.close();
      data.close();
    }
    if (s.way() > 0 && !s.isOdd()) {
      s.settle();
    } else if (s.way() == 1) {
      s.guilty(event).record(s.stream());
    } else if (s.way() == 2) {
      s.guilty(graph).launch(s.stream());
    } else {
      s.issue(c -> (s.isOdd() ? s.guilty(c) : c).allReduce(data, data, ReduceOp.SUM, s.stream()));
    }
    s.settle();
    List.of(graph, event).forEach(s::own);
    s.own(data);
  }

  /** The odd rank leaves something open. */
  private static void neverClosed(Scene s, boolean wrong) {
    boolean bad = wrong && s.isOdd();
    Role role = bad ? Role.GUILTY : Role.WAITS;
    switch (s.way()) {
      case 0 -> keep(s, bad, s.marked(role, s.device()).allocate(DataType.FLOAT32, N));
      case 1 -> keep(s, bad, s.marked(role, s.device()).newStream());
      case 2 -> keep(s, bad, s.marked(role, s.device()).newEvent());
      case 3 -> keep(s, bad, s.marked(role, s.comm()).split(0, s.me()));
      default -> keep(s, bad, s.marked(role, s.comm()).preMulSum(DataType.FLOAT32, 2));
    }
  }

  private static void keep(Scene s, boolean bad, AutoCloseable made) {
    if (!bad) {
      s.own(made);
    }
  }
}
