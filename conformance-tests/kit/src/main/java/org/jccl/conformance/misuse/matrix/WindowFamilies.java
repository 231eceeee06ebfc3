package org.jccl.conformance.misuse.matrix;

import static org.jccl.MisuseKind.BUFFER_FREED;
import static org.jccl.MisuseKind.DEADLOCK;
import static org.jccl.MisuseKind.MISSING_RANK;
import static org.jccl.MisuseKind.MISSING_SIGNAL;
import static org.jccl.MisuseKind.REGISTRATION_MISMATCH;
import static org.jccl.MisuseKind.RMA_RACE;
import static org.jccl.ResultCode.INVALID_USAGE;

import java.util.List;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DeviceBuffer;
import org.jccl.MisuseKind;
import org.jccl.Registration;
import org.jccl.ResultCode;
import org.jccl.SignalWait;
import org.jccl.Window;
import org.jccl.WindowFlag;
import org.jccl.config.ConfigField;
import org.jccl.conformance.misuse.matrix.Axes.Axis;
import org.jccl.conformance.misuse.matrix.Marks.Role;
import org.jccl.ops.NcclFunction;

/**
 * SIM-54 to SIM-60 and SIM-70: registration, windows, one-sided operations from peer to odd rank.
 */
final class WindowFamilies {
  private static final int N = Scene.COUNT;
  private static final int WINDOW = 1024;
  private static final long END = 4L * WINDOW;

  private WindowFamilies() {}

  static List<Family> all() {
    return List.of(
        Family.of("SIM-54", "registered alike", REGISTRATION_MISMATCH, 4, WindowFamilies::alike),
        Family.of("SIM-55", "ended in flight", BUFFER_FREED, 4, WindowFamilies::ended)
            .without(Axis.GRAPH),
        oneSided("SIM-55", "put to a window that ends", BUFFER_FREED, 3, WindowFamilies::putLate)
            .without(Axis.SPLIT, Axis.SHRUNK),
        oneSided("SIM-58", "too few signals", MISSING_SIGNAL, 2, WindowFamilies::tooFew)
            .or(DEADLOCK, MISSING_RANK),
        oneSided("SIM-58", "all wait first", DEADLOCK, 2, WindowFamilies::allWait)
            .or(MISSING_SIGNAL),
        oneSided("SIM-59", "first call not by all", MISSING_RANK, 2, WindowFamilies::firstCall),
        oneSided("SIM-60", "puts overlap", RMA_RACE, 2, WindowFamilies::overlap).fewest(3),
        oneSided("SIM-60", "read before the wait", RMA_RACE, 2, WindowFamilies::early),
        refused("SIM-56", "beyond the window", 4, WindowFamilies::beyond),
        refused("SIM-57", "bad descriptors", 3, WindowFamilies::descriptors),
        Family.of("SIM-70", "before a window", INVALID_USAGE, 4, WindowFamilies::beforeWindow)
            .without(Axis.GRAPH)
            .since(ConfigField.RMA_EAGER_INIT.since()));
  }

  private static Family oneSided(
      String rule, String name, MisuseKind kind, int ways, Family.Program program) {
    return Family.of(rule, name, kind, ways, program)
        .without(Axis.GROUP, Axis.GRAPH)
        .since(NcclFunction.PUT_SIGNAL.since());
  }

  private static Family refused(String rule, String name, int ways, Family.Program program) {
    return Family.of(rule, name, Family.REFUSAL, ways, program)
        .or(ResultCode.INVALID_ARGUMENT)
        .without(Axis.GROUP, Axis.GRAPH)
        .since(NcclFunction.PUT_SIGNAL.since());
  }

  private static boolean bad(Scene s, boolean wrong) {
    return wrong && s.isOdd();
  }

  private static Window window(Scene s, DeviceBuffer memory) {
    return s.own(s.comm().registerWindow(memory, WindowFlag.COLLECTIVE_SYMMETRIC));
  }

  /** The odd rank's buffers are registered otherwise. */
  private static void alike(Scene s, boolean wrong) {
    DeviceBuffer in = s.registrable(WINDOW);
    DeviceBuffer out = s.registrable(WINDOW);
    DeviceBuffer plain = s.registrable(WINDOW);
    if (s.way() < 3) {
      window(s, in);
      window(s, out);
    } else if (!bad(s, wrong)) {
      s.own(s.comm().register(in));
      s.own(s.comm().register(out));
    }
    int at = bad(s, wrong) && s.way() == 0 ? 64 : 0;
    boolean outside = bad(s, wrong) && s.way() == 1;
    DeviceBuffer from = outside ? plain.slice(0, N) : in.slice(at, N);
    int shift = bad(s, wrong) && s.way() == 2 ? 64 : at;
    Ask ask = s.ask().buffers(from, out.slice(shift, N));
    s.issue(c -> ask.make(c, s.isOdd() ? Role.GUILTY : Role.SIDE, s.isOdd()));
    s.settle();
  }

  /** The odd rank ends window or registration behind a call. */
  private static void ended(Scene s, boolean wrong) {
    DeviceBuffer data = s.registrable(WINDOW);
    boolean windows = s.way() % 2 == 0;
    Window window = windows ? window(s, data) : null;
    Registration registration = windows ? null : s.own(s.comm().register(data));
    Ask ask = s.ask().buffers(data.slice(0, N), data.slice(0, N));
    s.issue(c -> ask.make(c, s.isOdd() ? Role.GUILTY : null, s.isOdd()));
    if (!bad(s, wrong)) {
      s.settle();
    } else if (s.way() >= 2) {
      s.newStream().synchronize(); // the wrong one
    }
    if (s.isOdd() && window != null) {
      s.guilty(window).close();
    } else if (s.isOdd() && registration != null) {
      s.guilty(registration).close();
    }
    s.settle();
  }

  // ---------------------------------------------------------------- one-sided

  /**
   * The peer puts to the odd rank, which ends its window before (way 0) or has not met the peer
   * behind the put (way 1), or goes on to free the memory (way 2). Nobody waits for the signal.
   */
  private static void putLate(Scene s, boolean wrong) {
    DeviceBuffer data = s.registrable(WINDOW);
    Window window = window(s, data);
    first(s);
    boolean before = wrong && s.way() == 0;
    if (before) {
      endsOddWindow(s, window);
      s.meet();
    }
    if (s.isPeer()) {
      s.guilty(s.comm()).putSignal(data.slice(0, N), s.odd(), window, END / 2, s.stream());
      s.settle();
    }
    if (!wrong) {
      s.meet();
    }
    if (!before) {
      endsOddWindow(s, window);
    }
    if (s.way() == 2 && s.isOdd()) {
      s.disown(data);
      data.close();
    }
    s.meet();
  }

  private static void endsOddWindow(Scene s, Window window) {
    if (s.isOdd()) {
      s.guilty(window).close();
    }
  }

  /** Everybody has made a one-sided call before (RMA-07). */
  private static void first(Scene s) {
    s.comm().signal(s.me(), s.stream());
    s.comm().waitSignal(List.of(new SignalWait(s.me(), 1)), s.stream());
    s.settle();
  }

  private static void tooFew(Scene s, boolean wrong) {
    first(s);
    if (s.isPeer()) {
      s.comm().signal(s.odd(), s.stream());
      if (!wrong) {
        s.comm().signal(s.odd(), s.stream());
      }
      s.absent(Role.WAITS);
    } else if (s.isOdd()) {
      if (s.way() == 1) {
        s.comm().waitSignal(List.of(new SignalWait(s.peer(), 1)), s.stream());
      }
      int count = s.way() == 1 ? 1 : 2;
      s.guilty(s.comm()).waitSignal(List.of(new SignalWait(s.peer(), count)), s.stream());
    }
    s.settle();
  }

  private static void allWait(Scene s, boolean wrong) {
    first(s);
    if (!wrong) {
      s.comm().signal(s.next(), s.stream());
    }
    s.guilty(s.comm()).waitSignal(List.of(new SignalWait(s.before(), 1)), s.stream());
    if (wrong) {
      if (s.way() == 1) {
        s.settle();
      }
      s.comm().signal(s.next(), s.stream());
    }
    s.settle();
  }

  private static void firstCall(Scene s, boolean wrong) {
    DeviceBuffer data = s.registrable(WINDOW);
    Window window = window(s, data);
    if (bad(s, wrong)) {
      s.absent(Role.GUILTY);
      return;
    }
    if (s.way() == 0) {
      s.side(s.comm()).signal(s.me(), s.stream());
    } else {
      s.side(s.comm()).putSignal(data.slice(0, N), s.me(), window, END / 2, s.stream());
    }
    s.comm().waitSignal(List.of(new SignalWait(s.me(), 1)), s.stream());
    s.settle();
  }

  /** Two ranks put into the same place of the odd one. */
  private static void overlap(Scene s, boolean wrong) {
    DeviceBuffer data = s.registrable(WINDOW);
    Window window = window(s, data);
    first(s);
    int other = 0;
    while (other == s.odd() || other == s.peer()) {
      other++;
    }
    DeviceBuffer from = data.slice(0, N);
    long at = END / 2;
    if (s.isPeer()) {
      s.guilty(s.comm()).putSignal(from, s.odd(), window, at, s.stream());
    } else if (s.me() == other) {
      long behind = !wrong ? 4 * N : s.way() == 0 ? 0 : 4 * N - 4;
      s.guilty(s.comm()).putSignal(from, s.odd(), window, at + behind, s.stream());
    } else if (s.isOdd()) {
      s.absent(Role.WAITS);
      var both = List.of(new SignalWait(s.peer(), 1), new SignalWait(other, 1));
      s.comm().waitSignal(both, s.stream());
    }
    s.settle();
  }

  /** The odd rank reads what a put brings before it has waited for the signal. */
  private static void early(Scene s, boolean wrong) {
    DeviceBuffer data = s.registrable(WINDOW);
    Window window = window(s, data);
    DeviceBuffer copy = s.floats(N);
    first(s);
    if (s.isPeer()) {
      s.guilty(s.comm()).putSignal(data.slice(0, N), s.odd(), window, END / 2, s.stream());
    } else if (s.isOdd()) {
      DeviceBuffer arrived = data.slice(WINDOW / 2, N);
      if (!wrong) {
        s.comm().waitSignal(List.of(new SignalWait(s.peer(), 1)), s.stream());
      }
      if (s.way() == 0) {
        s.guilty(copy).copyFrom(arrived, s.stream());
      } else {
        s.guilty(arrived).fill((byte) 1, s.stream());
      }
      if (wrong) {
        s.comm().waitSignal(List.of(new SignalWait(s.peer(), 1)), s.stream());
      }
    }
    s.settle();
  }

  private static void beyond(Scene s, boolean wrong) {
    DeviceBuffer data = s.registrable(WINDOW);
    DeviceBuffer plain = s.registrable(WINDOW);
    Window window = window(s, data);
    first(s);
    boolean bad = bad(s, wrong);
    long at = bad && s.way() == 0 ? END - 4 : bad && s.way() == 1 ? -4 : END - 4 * N;
    DeviceBuffer from = bad && s.way() == 2 ? plain.slice(0, N) : data.slice(0, N);
    int to = bad && s.way() == 3 ? s.size() : s.peer();
    if (s.isOdd()) {
      s.guilty(s.comm()).putSignal(from, to, window, at, s.stream());
    } else if (s.isPeer() && !wrong) {
      s.comm().waitSignal(List.of(new SignalWait(s.odd(), 1)), s.stream());
    }
    s.settle();
  }

  /** The odd rank signals or waits; else behind a window, or on a communicator that needs none. */
  private static void beforeWindow(Scene s, boolean wrong) {
    var eager = CommunicatorConfig.builder().set(ConfigField.RMA_EAGER_INIT, 1).build();
    boolean bare = wrong || s.way() < 2;
    Communicator comm = bare ? s.comm() : s.own(s.comm().split(0, s.me(), eager));
    if (!wrong && s.way() < 2) {
      window(s, s.registrable(WINDOW));
    }
    if (s.isOdd()) {
      if (!wrong || s.way() % 2 == 0) {
        s.guilty(comm).signal(s.me(), s.stream());
      }
      s.guilty(comm).waitSignal(List.of(new SignalWait(s.me(), 1)), s.stream());
    }
    s.settle();
  }

  private static void descriptors(Scene s, boolean wrong) {
    first(s);
    if (bad(s, wrong)) {
      int from = s.way() == 0 ? s.size() : s.way() == 1 ? -1 : s.peer();
      int count = s.way() == 2 ? -1 : 1;
      s.guilty(s.comm()).waitSignal(List.of(new SignalWait(from, count)), s.stream());
    }
    s.settle();
  }
}
