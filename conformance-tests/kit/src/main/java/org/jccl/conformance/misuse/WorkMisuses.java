package org.jccl.conformance.misuse;

import static org.jccl.conformance.misuse.MisuseRank.COUNT;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Stream;
import org.jccl.Work;

/** SIM-64 to SIM-66: work of the program's own. */
final class WorkMisuses {
  private WorkMisuses() {}

  static List<MisuseCase> rows() {
    return List.of(
        MisuseCase.of("SIM-64").naming(0).saying("doubles").pair(WorkMisuses::undeclared),
        MisuseCase.of("SIM-65").naming(0).saying("doubles").pair(WorkMisuses::calls),
        MisuseCase.of("SIM-66").naming(0).saying("waits").pair(WorkMisuses::waits));
  }

  private static boolean isWrong(MisuseRank r, boolean wrong) {
    return wrong && r.rank() == 0;
  }

  private static void undeclared(MisuseRank r, boolean wrong) {
    DeviceBuffer in = r.floats(COUNT, 7);
    DeviceBuffer out = r.floats(COUNT, 0);
    Stream s = r.stream();
    Work doubles = Work.named("doubles").writes(out);
    s.run(
        isWrong(r, wrong) ? doubles : doubles.reads(in),
        memory -> {
          for (int i = 0; i < COUNT; i++) {
            memory.floats(out).put(i, 2 * memory.floats(in).get(i));
          }
        });
    r.expectAll(out, COUNT, 14);
  }

  private static void calls(MisuseRank r, boolean wrong) {
    DeviceBuffer out = r.floats(COUNT, 7);
    Stream s = r.stream();
    float[] factor = {2};
    s.run(
        Work.named("doubles").writes(out),
        memory -> {
          if (isWrong(r, wrong)) {
            out.copyTo(new float[COUNT]);
          }
          for (int i = 0; i < COUNT; i++) {
            memory.floats(out).put(i, factor[0] * memory.floats(out).get(i));
          }
        });
    r.expectAll(out, COUNT, 14);
  }

  private static void waits(MisuseRank r, boolean wrong) {
    DeviceBuffer out = r.floats(COUNT, 14);
    Stream s = r.stream();
    Stream t = r.stream();
    CountDownLatch open = new CountDownLatch(1);
    Event opened = r.device().newEvent();
    if (isWrong(r, wrong)) {
      s.run(Work.named("waits").writes(out), memory -> open.await());
    }
    t.run(Work.named("opens"), memory -> open.countDown());
    opened.record(t);
    s.waitFor(opened);
    s.run(Work.named("waits").writes(out), memory -> open.await());
    r.expectAll(out, COUNT, 14);
    opened.close();
  }
}
