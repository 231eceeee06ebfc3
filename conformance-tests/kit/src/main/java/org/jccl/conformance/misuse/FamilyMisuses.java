package org.jccl.conformance.misuse;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.jccl.MisuseKind.MISMATCH;
import static org.jccl.MisuseKind.MISSING_RANK;

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
  private static final int COUNT = MisuseRank.COUNT;

  private FamilyMisuses() {}

  static List<MisuseCase> rows() {
    return List.of(twoThreads(), virtualThread(), splitAlone(), shrinkLists(), sharedResources());
  }

  private static MisuseCase twoThreads() {
    return MisuseCase.of("SIM-42")
        .alsoShows("GRP-26")
        .misuse(r -> both(r, true))
        .neighbour(r -> both(r, false));
  }

  /** A sum on this thread and one on another; between start and end of a group if they race. */
  private static void both(MisuseRank r, boolean inside) throws Exception {
    long comm = r.openWarm();
    parallel(r, comm, comm, inside);
  }

  private static void parallel(MisuseRank r, long own, long others, boolean inside)
      throws Exception {
    DeviceBuffer one = r.floats(COUNT, r.rank() + 1);
    DeviceBuffer other = r.floats(COUNT, r.rank() + 10);
    Stream s = r.stream();
    Stream t = r.stream();
    Device device = r.device();
    Runnable elsewhere =
        () -> {
          device.makeCurrent();
          r.group(
              () ->
                  r.call(
                      "ncclAllReduce (other thread)",
                      () -> r.allReduce(other, other, COUNT, others, t)));
        };
    r.call("ncclGroupStart", () -> r.abi().groupStart());
    r.call("ncclAllReduce", () -> r.allReduce(one, one, COUNT, own, s));
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

  private static MisuseCase virtualThread() {
    return MisuseCase.of("SIM-43")
        .ranks(1)
        .misuse(r -> groupOn(r, true))
        .neighbour(r -> groupOn(r, false));
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

  private static MisuseCase splitAlone() {
    return MisuseCase.of("SIM-47")
        .alsoShows("SPL-11")
        .reports(MISSING_RANK)
        .naming(1)
        .misuse(r -> split(r, r.rank() == 0))
        .neighbour(r -> split(r, true));
  }

  private static void split(MisuseRank r, boolean takesPart) {
    long comm = r.openWarm();
    if (takesPart) {
      useChild(r, child(r, comm, MemorySegment.NULL));
    }
  }

  private static long child(MisuseRank r, long comm, MemorySegment config) {
    MemorySegment out = r.memory(8);
    r.call("ncclCommSplit", () -> r.abi().commSplit(comm, 0, r.rank(), out, config));
    return r.made(out.get(JAVA_LONG, 0));
  }

  private static void useChild(MisuseRank r, long child) {
    DeviceBuffer data = r.floats(COUNT, r.rank() + 1);
    Stream s = r.stream();
    r.call("ncclAllReduce (child)", () -> r.allReduce(data, data, COUNT, child, s));
    r.expectAll(data, COUNT, 3);
  }

  private static MisuseCase shrinkLists() {
    return MisuseCase.of("SIM-48")
        .reports(MISMATCH)
        .naming(0, 1)
        .misuse(r -> shrink(r, 1 - r.rank()))
        .neighbour(r -> shrink(r, 1));
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

  private static MisuseCase sharedResources() {
    return MisuseCase.of("SIM-49").misuse(r -> family(r, true)).neighbour(r -> family(r, false));
  }

  private static void family(MisuseRank r, boolean inside) throws Exception {
    long parent = r.openWith(ConfigField.SPLIT_SHARE, 1);
    long child = child(r, parent, MemorySegment.NULL);
    r.warmUp(child);
    r.barrier();
    parallel(r, parent, child, inside);
  }
}
