package org.jccl.conformance.misuse.matrix;

import static org.jccl.MisuseKind.BUFFER_FREED;
import static org.jccl.MisuseKind.BUFFER_REUSE;
import static org.jccl.MisuseKind.HOST_FUNCTION;
import static org.jccl.MisuseKind.UNDECLARED_ACCESS;

import java.util.List;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Stream;
import org.jccl.Work;
import org.jccl.conformance.misuse.matrix.Axes.Axis;
import org.jccl.conformance.misuse.matrix.Marks.Role;
import org.jspecify.annotations.Nullable;

/** SIM-28, SIM-29, SIM-64 and SIM-65 by work of the program's own, on the odd rank. */
final class WorkFamilies {
  private static final int N = Scene.COUNT;

  private WorkFamilies() {}

  static List<Family> all() {
    return List.of(
        Family.of("SIM-28", "work in flight", BUFFER_REUSE, 4, WorkFamilies::reuse),
        Family.of("SIM-28", "work before it is written", BUFFER_REUSE, 3, WorkFamilies::early),
        Family.of("SIM-29", "freed under work", BUFFER_FREED, 2, WorkFamilies::freed)
            .without(Axis.GROUP, Axis.GRAPH),
        Family.of("SIM-64", "undeclared", UNDECLARED_ACCESS, 4, WorkFamilies::undeclared)
            .without(Axis.GROUP, Axis.GRAPH),
        Family.of("SIM-65", "host function", HOST_FUNCTION, 5, WorkFamilies::calls)
            .without(Axis.GROUP, Axis.GRAPH));
  }

  private static @Nullable Role role(Scene s) {
    return s.isOdd() ? Role.GUILTY : null;
  }

  /** The odd rank's operation is in flight while work on another stream uses its buffer. */
  private static void reuse(Scene s, boolean wrong) {
    DeviceBuffer in = s.floats(N);
    DeviceBuffer out = s.floats(N);
    Stream t = s.newStream();
    Event done = s.newEvent();
    Ask ask = s.ask().buffers(in, out);
    s.issue(c -> ask.make(c, role(s), s.isOdd()));
    if (s.isOdd()) {
      if (!wrong) {
        done.record(s.stream());
        t.waitFor(done);
      }
      touch(s, s.way(), s.way() % 2 == 0 ? out : in, t);
    }
    t.synchronize();
    s.settle();
  }

  /** The odd rank's operation does not wait for the work that fills its buffer. */
  private static void early(Scene s, boolean wrong) {
    DeviceBuffer in = s.floats(N);
    DeviceBuffer out = s.floats(N);
    Stream t = s.newStream();
    Event filled = s.newEvent();
    if (s.isOdd()) {
      touch(s, s.way(), s.way() == 0 ? out : in, t);
      filled.record(t);
      if (!wrong) {
        s.stream().waitFor(filled);
      }
    }
    Ask ask = s.ask().buffers(in, out);
    s.issue(c -> ask.make(c, role(s), s.isOdd()));
    s.settle();
    t.synchronize();
  }

  /** Reads it, writes it, writes a part of it, or copies it and reads it. */
  private static void touch(Scene s, int how, DeviceBuffer memory, Stream on) {
    DeviceBuffer part = memory.slice(N / 2, 1);
    Work work = Work.named("touch").takes(10);
    switch (how) {
      case 0 -> s.guilty(on).run(work.reads(memory), seen -> seen.floats(memory).get(0));
      case 1 -> s.guilty(on).run(work.writes(memory), seen -> seen.floats(memory).put(0, 1));
      case 2 -> s.guilty(on).run(work.reads(part).writes(part), seen -> seen.of(part));
      default -> s.guilty(on).run(work.reads(part).writes(memory), seen -> seen.of(part));
    }
  }

  private static void freed(Scene s, boolean wrong) {
    DeviceBuffer memory = s.floats(N);
    if (s.isOdd()) {
      touch(s, s.way(), memory, s.stream());
      if (!wrong) {
        s.settle();
      }
      s.disown(memory);
      s.guilty(memory).close();
    }
    s.settle();
    s.issue(c -> s.ask().ready().make(c));
    s.settle();
  }

  private static void undeclared(Scene s, boolean wrong) {
    DeviceBuffer memory = s.floats(N);
    DeviceBuffer other = s.floats(N);
    boolean bad = wrong && s.isOdd();
    Work work = Work.named("scale").reads(other.slice(0, N / 2)).writes(memory);
    Work right = work.reads(other).writes(other);
    s.stream()
        .run(
            bad ? work : right,
            seen -> {
              switch (s.way()) {
                case 0 -> s.guiltyIfOdd(seen).of(other);
                case 1 -> s.guiltyIfOdd(seen).of(other.slice(N / 2 - 1, 2));
                case 2 -> s.guiltyIfOdd(seen.floats(other.slice(0, 1))).put(0, 1);
                default -> s.guiltyIfOdd(seen).floats(other.slice(N - 1, 1)).get(0);
              }
            });
    s.settle();
  }

  private static void calls(Scene s, boolean wrong) {
    DeviceBuffer memory = s.floats(N);
    Stream t = s.newStream();
    Event event = s.newEvent();
    boolean bad = wrong && s.isOdd();
    s.stream()
        .run(
            Work.named("scale").writes(memory),
            seen -> {
              if (bad) {
                switch (s.way()) {
                  case 0 -> s.guilty(t).synchronize();
                  case 1 -> s.guilty(memory).copyTo(new float[N]);
                  case 2 -> s.guilty(event).record(t);
                  case 3 -> s.guilty(s.rank().processGroup()).barrier(Scene.LIMIT);
                  default -> s.guilty(s.comm()).barrier();
                }
              }
            });
    s.settle();
  }
}
