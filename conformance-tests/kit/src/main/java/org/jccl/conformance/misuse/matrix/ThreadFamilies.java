package org.jccl.conformance.misuse.matrix;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.jccl.MisuseKind.GROUP_LEAK;
import static org.jccl.MisuseKind.THREAD_RACE;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jccl.CommunicatorConfig;
import org.jccl.DeviceBuffer;
import org.jccl.MisuseKind;
import org.jccl.ResultCode;
import org.jccl.Stream;
import org.jccl.config.ConfigField;
import org.jccl.conformance.misuse.matrix.Axes.Axis;
import org.jspecify.annotations.Nullable;

/** SIM-41 to SIM-43, SIM-49 and SIM-51 to SIM-53: threads, and reductions that were made. */
final class ThreadFamilies {
  private static final int N = Scene.COUNT;
  private static final int SUM = 0;
  private static final int HOST_IMMEDIATE = 1;

  private ThreadFamilies() {}

  static List<Family> all() {
    return List.of(
        raw("SIM-41", "group left open", GROUP_LEAK, 4, ThreadFamilies::leftOpen),
        raw("SIM-42", "two threads", THREAD_RACE, 3, ThreadFamilies::twoThreads),
        raw("SIM-49", "family of two threads", THREAD_RACE, 2, ThreadFamilies::family),
        code("SIM-43", "virtual thread", ResultCode.INVALID_USAGE, 3, ThreadFamilies::virtual),
        code("SIM-51", "foreign sum", ResultCode.INVALID_ARGUMENT, 3, ThreadFamilies::foreign),
        code("SIM-52", "stale sum", ResultCode.INVALID_ARGUMENT, 3, ThreadFamilies::stale),
        code("SIM-53", "null scalar", ResultCode.INVALID_ARGUMENT, 3, ThreadFamilies::nullScalar));
  }

  private static Family raw(
      String rule, String name, MisuseKind kind, int ways, Family.Program program) {
    return MemoryFamilies.raw(rule, name, kind, ways, program);
  }

  private static Family code(
      String rule, String name, ResultCode code, int ways, Family.Program program) {
    return Family.of(rule, name, code, ways, program)
        .without(Axis.GROUP, Axis.GRAPH, Axis.SPLIT, Axis.SHRUNK);
  }

  /** Runs a body on a thread of its own and waits for it; gives on what it throws. */
  private static void elsewhere(Scene s, Thread.Builder builder, Runnable body) throws Exception {
    @Nullable RuntimeException[] failure = new RuntimeException[1];
    Thread thread =
        builder.unstarted(
            () -> {
              try {
                s.device().makeCurrent();
                body.run();
              } catch (RuntimeException thrown) {
                failure[0] = thrown;
              }
            });
    s.rank()
        .blocking(
            () -> {
              thread.start();
              thread.join();
              return true;
            });
    RuntimeException thrown = failure[0];
    if (thrown != null) {
      throw thrown;
    }
  }

  /** The odd rank, or a thread of it, ends within a group. */
  private static void leftOpen(Scene s, boolean wrong) throws Exception {
    Raw raw = new Raw(s);
    DeviceBuffer data = s.floats(N);
    long at = data.address();
    long comm = raw.comm();
    long stream = s.stream().handle();
    Runnable group =
        () -> {
          raw.ok((s.isOdd() ? s.guilty(raw.abi()) : raw.abi()).groupStart());
          if (s.way() < 2) {
            raw.ok(raw.abi().allReduce(at, at, N, Raw.FLOAT, SUM, comm, stream));
          }
          if (!wrong || !s.isOdd()) {
            raw.ok(raw.abi().groupEnd());
          }
        };
    if (wrong && !s.isOdd() && s.way() < 2) {
      return; // nobody to meet
    }
    if (s.way() % 2 == 0) {
      group.run();
    } else {
      elsewhere(s, Thread.ofPlatform().daemon(), group);
    }
    s.settle();
    if (wrong && s.isOdd() && s.way() % 2 == 0) {
      raw.gone();
    }
  }

  /** A second thread uses the odd rank's communicator while the first is in a group with it. */
  private static void twoThreads(Scene s, boolean wrong) throws Exception {
    Raw raw = new Raw(s);
    atOnce(s, wrong, raw.comm(), raw.comm(), raw);
  }

  private static void atOnce(Scene s, boolean wrong, long one, long two, Raw raw) throws Exception {
    DeviceBuffer data = s.floats(N * s.size());
    DeviceBuffer more = s.floats(N * s.size());
    long at = data.address();
    long to = more.address();
    Stream t = s.newStream();
    boolean bad = wrong && s.isOdd();
    var abi = raw.abi();
    Runnable second =
        () -> raw.ok(s.guilty(abi).allReduce(to, to, N, Raw.FLOAT, SUM, two, t.handle()));
    raw.ok(abi.groupStart());
    raw.ok(
        (bad ? s.either(abi) : abi).allReduce(at, at, N, Raw.FLOAT, SUM, one, s.stream().handle()));
    if (bad) {
      elsewhere(s, Thread.ofPlatform().daemon(), second);
    }
    raw.ok(abi.groupEnd());
    s.settle();
    if (!wrong) {
      elsewhere(s, Thread.ofPlatform().daemon(), second);
    }
    t.synchronize();
  }

  private static void family(Scene s, boolean wrong) throws Exception {
    CommunicatorConfig shares =
        CommunicatorConfig.builder().set(ConfigField.SPLIT_SHARE, 1).build();
    Raw parent = new Raw(s, shares);
    Raw child = new Raw(s, parent);
    boolean first = s.way() == 0;
    atOnce(s, wrong, (first ? parent : child).comm(), (first ? child : parent).comm(), parent);
  }

  private static void virtual(Scene s, boolean wrong) throws Exception {
    Raw raw = new Raw(s);
    DeviceBuffer data = s.floats(N);
    Runnable group =
        () -> {
          raw.ok((s.isOdd() ? s.guilty(raw.abi()) : raw.abi()).groupStart());
          raw.ok(raw.abi().groupEnd());
        };
    if (wrong && !s.isOdd()) {
      return;
    }
    Thread.Builder threads = wrong ? Thread.ofVirtual() : Thread.ofPlatform().daemon();
    elsewhere(s, threads.name("group " + s.way() + data.count()), group);
    s.settle();
  }

  // ---------------------------------------------------------------- reductions

  private static int sum(Raw raw, long comm, float factor) {
    MemorySegment scalar = raw.memory(4);
    scalar.set(JAVA_FLOAT, 0, factor);
    MemorySegment op = raw.memory(4);
    long at = scalar.address();
    raw.ok(raw.abi().redOpCreatePreMulSum(op, at, Raw.FLOAT, HOST_IMMEDIATE, comm));
    return op.get(JAVA_INT, 0);
  }

  private static void reduce(Scene s, Raw raw, int op) {
    DeviceBuffer data = s.floats(N * s.size());
    long at = data.address();
    long to = s.floats(N * s.size()).address();
    long stream = s.stream().handle();
    var abi = raw.abi();
    switch (s.way()) {
      case 0 -> raw.ok(s.guilty(abi).allReduce(at, to, N, Raw.FLOAT, op, raw.comm(), stream));
      case 1 -> raw.ok(s.guilty(abi).reduce(at, to, N, Raw.FLOAT, op, 0, raw.comm(), stream));
      default -> raw.ok(s.guilty(abi).reduceScatter(at, to, N, Raw.FLOAT, op, raw.comm(), stream));
    }
  }

  private static void foreign(Scene s, boolean wrong) {
    Raw one = new Raw(s);
    Raw other = new Raw(s);
    int own = sum(one, one.comm(), 2);
    int foreign = sum(other, other.comm(), 10);
    if (!wrong || s.isOdd()) {
      reduce(s, one, wrong ? foreign : own);
    }
    s.settle();
    one.ok(one.abi().redOpDestroy(own, one.comm()));
    one.ok(one.abi().redOpDestroy(foreign, other.comm()));
  }

  private static void stale(Scene s, boolean wrong) {
    Raw raw = new Raw(s);
    int op = sum(raw, raw.comm(), 2);
    if (wrong) {
      raw.ok(raw.abi().redOpDestroy(op, raw.comm()));
    }
    int newer = sum(raw, raw.comm(), 10);
    if (!wrong || s.isOdd()) {
      reduce(s, raw, op);
    }
    s.settle();
    raw.ok(raw.abi().redOpDestroy(newer, raw.comm()));
    if (!wrong) {
      raw.ok(raw.abi().redOpDestroy(op, raw.comm()));
    }
  }

  private static void nullScalar(Scene s, boolean wrong) {
    Raw raw = new Raw(s);
    MemorySegment scalar = raw.memory(8);
    MemorySegment op = raw.memory(4);
    long at = wrong && s.isOdd() ? 0 : scalar.address();
    var abi = raw.abi();
    int code = abi.redOpCreatePreMulSum(op, at, Raw.FLOAT, HOST_IMMEDIATE, raw.comm());
    (s.isOdd() ? s.guilty(raw) : raw).ok(code);
    raw.ok(abi.redOpDestroy(op.get(JAVA_INT, 0), raw.comm()));
    s.settle();
  }
}
