package org.jccl.conformance.misuse;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.jccl.MisuseKind.MISMATCH;
import static org.jccl.MisuseKind.MISSING_RANK;
import static org.jccl.conformance.misuse.MisuseRank.COUNT;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Stream;
import org.jccl.config.ConfigField;

/** SIM-42, SIM-43 and SIM-47 to SIM-49: threads, and families of communicators. */
final class FamilyMisuses {
  private FamilyMisuses() {}

  static List<MisuseCase> rows() {
    return List.of(
        MisuseCase.of("SIM-42").alsoShows("GRP-26").pair(FamilyMisuses::both),
        MisuseCase.of("SIM-43").ranks(1).pair(FamilyMisuses::groupOn),
        MisuseCase.of("SIM-47")
            .alsoShows("SPL-11")
            .reports(MISSING_RANK)
            .naming(1)
            .pair(FamilyMisuses::split),
        MisuseCase.of("SIM-48")
            .reports(MISMATCH)
            .naming(0, 1)
            .pair((r, wrong) -> shrink(r, wrong ? 1 - r.rank() : 1)),
        MisuseCase.of("SIM-49").pair(FamilyMisuses::family));
  }

  /** A sum on this thread and one on another; between start and end of a group if they race. */
  private static void both(MisuseRank r, boolean inside) throws Exception {
    long comm = r.openWarm();
    parallel(r, comm, comm, inside);
  }

  private static void parallel(MisuseRank r, long own, long others, boolean inside)
      throws Exception {
    DeviceBuffer one = r.mine();
    DeviceBuffer other = r.floats(COUNT, r.rank() + 10);
    Stream s = r.stream();
    Stream t = r.stream();
    Device device = r.device();
    Runnable elsewhere =
        () -> {
          device.makeCurrent();
          r.group(() -> r.sum(other, others, t));
        };
    r.call("ncclGroupStart", () -> r.abi().groupStart());
    r.sum(one, own, s);
    if (inside) {
      r.elsewhere("second", elsewhere);
    }
    r.call("ncclGroupEnd", () -> r.abi().groupEnd());
    if (!inside) {
      r.settle();
      r.elsewhere("second", elsewhere);
    }
    r.awaitIdle(t);
    r.expectAll(one, COUNT, 3);
    r.expectAll(other, COUNT, 21);
  }

  /** The thread parks inside its group until it goes on with another carrier, within bounds. */
  private static void groupOn(MisuseRank r, boolean virtual) throws Exception {
    AtomicBoolean moved = new AtomicBoolean();
    Runnable body =
        () -> {
          r.call("ncclGroupStart", () -> r.abi().groupStart());
          if (virtual) {
            moved.set(changesCarrier());
          }
          r.call("ncclGroupEnd", () -> r.abi().groupEnd());
        };
    Thread thread =
        virtual
            ? Thread.ofVirtual().name("virtual").unstarted(r.noted(body))
            : Thread.ofPlatform().daemon().name("platform").unstarted(r.noted(body));
    thread.start();
    r.join(thread);
    if (virtual) {
      r.saw(moved.get() ? "the carrier changed" : "the carrier stayed");
    }
  }

  /** A virtual thread says its carrier behind the {@code @}. */
  private static boolean changesCarrier() {
    String before = carrier();
    AtomicInteger others = new AtomicInteger();
    for (int i = 0; i < 200; i++) {
      Thread.startVirtualThread(
          () -> {
            for (int spin = 0; spin < 10_000; spin++) {
              others.incrementAndGet();
            }
          });
      Thread.yield();
      if (!carrier().equals(before)) {
        return true;
      }
    }
    return false;
  }

  private static String carrier() {
    String text = Thread.currentThread().toString();
    return text.substring(text.indexOf('@') + 1);
  }

  private static void split(MisuseRank r, boolean wrong) {
    long comm = r.openWarm();
    if (!wrong || r.rank() == 0) {
      DeviceBuffer data = r.mine();
      r.sum(data, child(r, comm), r.stream());
      r.expectAll(data, COUNT, 3);
    }
  }

  private static long child(MisuseRank r, long comm) {
    MemorySegment out = r.memory(8);
    r.call("ncclCommSplit", () -> r.abi().commSplit(comm, 0, r.rank(), out, MemorySegment.NULL));
    return r.made(out.get(JAVA_LONG, 0));
  }

  /** Leaves a rank out; that one does not call. */
  private static void shrink(MisuseRank r, int excluded) {
    long comm = r.openWarm();
    if (r.rank() == excluded) {
      return;
    }
    MemorySegment list = r.memory(4);
    list.set(JAVA_INT, 0, excluded);
    MemorySegment out = r.memory(8);
    r.call(
        "ncclCommShrink(without " + excluded + ")",
        () -> r.abi().commShrink(comm, list, 1, out, MemorySegment.NULL, 0));
    long child = r.made(out.get(JAVA_LONG, 0));
    MemorySegment count = r.memory(4);
    if (r.call("ncclCommCount (child)", () -> r.abi().commCount(child, count)) == 0) {
      r.check(count.get(JAVA_INT, 0) == 1, "child of 1 rank");
    }
  }

  private static void family(MisuseRank r, boolean inside) throws Exception {
    long parent = r.openWith(ConfigField.SPLIT_SHARE, 1);
    long child = child(r, parent);
    r.warmUp(child);
    r.barrier();
    parallel(r, parent, child, inside);
  }
}
