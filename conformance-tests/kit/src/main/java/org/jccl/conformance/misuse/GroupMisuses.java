package org.jccl.conformance.misuse;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.jccl.conformance.misuse.MisuseRank.COUNT;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Stream;

/** SIM-17 to SIM-22 and SIM-38 to SIM-41: groups, and the order among communicators. */
final class GroupMisuses {
  private GroupMisuses() {}

  static List<MisuseCase> rows() {
    return List.of(
        MisuseCase.of("SIM-17")
            .naming(0, 1)
            .pair((r, wrong) -> twoSums(r, r.openWarm(), !wrong || r.rank() == 0)),
        MisuseCase.of("SIM-18")
            .alsoShows("GRP-19")
            .naming(0, 1)
            .pair((r, wrong) -> twoCommunicators(r, !wrong || r.rank() == 0, false)),
        MisuseCase.of("SIM-19")
            .naming(0, 1)
            .pair((r, wrong) -> twoCommunicators(r, !wrong || r.rank() == 0, true)),
        MisuseCase.of("SIM-20")
            .naming(0, 1)
            .pair((r, wrong) -> chained(r, !wrong || r.rank() == 0)),
        MisuseCase.of("SIM-21").oneThread(2).naming(0).pair(GroupMisuses::createBoth),
        MisuseCase.of("SIM-22").pair(GroupMisuses::chain),
        MisuseCase.of("SIM-38").alsoShows("LIF-13").pair(GroupMisuses::destroy),
        MisuseCase.of("SIM-39").alsoShows("GRP-22").pair(GroupMisuses::createAndSum),
        MisuseCase.of("SIM-40").alsoShows("GRP-23").pair(GroupMisuses::bothModes),
        MisuseCase.of("SIM-41").alsoShows("GRP-05").pair(GroupMisuses::groupOfAnotherThread));
  }

  /** What two sums end with: of {@code rank + 1} and of {@code rank + 10}. */
  private static void expectBoth(MisuseRank r, DeviceBuffer one, DeviceBuffer other) {
    r.expectAll(one, COUNT, 3);
    r.expectAll(other, COUNT, 21);
  }

  private static void twoSums(MisuseRank r, long comm, boolean grouped) {
    DeviceBuffer one = r.mine();
    DeviceBuffer other = r.floats(COUNT, r.rank() + 10);
    Stream s = r.stream();
    r.maybeGrouped(
        grouped,
        () -> {
          r.sum(one, comm, s);
          r.sum(other, comm, s);
        });
    expectBoth(r, one, other);
  }

  private static void twoCommunicators(MisuseRank r, boolean inOrder, boolean ownStreams) {
    long a = r.openWarm();
    long b = r.openWarm();
    DeviceBuffer one = r.big(r.rank() + 1);
    DeviceBuffer other = r.big(r.rank() + 10);
    Stream s = r.stream();
    Stream t = ownStreams ? r.stream() : s;
    Runnable first = () -> r.sum(one, one, r.many(), a, s);
    Runnable second = () -> r.sum(other, other, r.many(), b, t);
    (inOrder ? first : second).run();
    (inOrder ? second : first).run();
    expectBoth(r, one, other);
  }

  private static void chained(MisuseRank r, boolean firstA) {
    long a = r.openWarm();
    long b = r.openWarm();
    DeviceBuffer one = r.mine();
    DeviceBuffer other = r.floats(COUNT, r.rank() + 10);
    Stream early = r.stream();
    Stream late = r.stream();
    Event event = r.own(r.device().newEvent());
    for (Stream stream : List.of(early, late)) {
      if (stream == late) {
        event.record(early);
        late.waitFor(event);
      }
      boolean isA = firstA == (stream == early);
      r.sum(isA ? one : other, isA ? a : b, stream);
    }
    expectBoth(r, one, other);
  }

  private static void createBoth(MisuseRank r, boolean wrong) {
    MemorySegment id = r.newId();
    MemorySegment out = r.memory(16);
    r.maybeGrouped(
        !wrong,
        () -> {
          for (int rank = 0; rank < 2; rank++) {
            int own = rank;
            r.device(own);
            r.call(
                "ncclCommInitRank (rank " + own + ")",
                () -> r.abi().commInitRank(out.asSlice(8L * own), 2, id, own));
          }
        });
    r.made(out.get(JAVA_LONG, 0));
    r.made(out.get(JAVA_LONG, 8));
  }

  private static void chain(MisuseRank r, boolean grouped) {
    long comm = r.openWarm();
    DeviceBuffer in = r.big(r.rank() + 1);
    DeviceBuffer middle = r.big(0);
    DeviceBuffer out = r.big(0);
    Stream s = r.stream();
    r.maybeGrouped(
        grouped,
        () -> {
          r.sum(in, middle, r.many(), comm, s);
          r.sum(middle, out, r.many(), comm, s);
        });
    r.expectAll(out, COUNT, 6);
  }

  private static void destroy(MisuseRank r, boolean within) {
    long comm = r.openWarm();
    DeviceBuffer data = r.mine();
    Stream s = r.stream();
    r.group(
        () -> {
          r.sum(data, comm, s);
          if (within) {
            r.destroy(comm);
          }
        });
    r.expectAll(data, COUNT, 3);
    if (!within) {
      r.destroy(comm);
    }
  }

  private static void createAndSum(MisuseRank r, boolean together) {
    long comm = r.openWarm();
    MemorySegment id = r.sharedId();
    MemorySegment out = r.memory(8);
    DeviceBuffer data = r.mine();
    Stream s = r.stream();
    r.group(
        () -> {
          r.call("ncclCommInitRank", () -> r.abi().commInitRank(out, r.size(), id, r.rank()));
          if (together) {
            r.sum(data, comm, s);
          }
        });
    r.made(out.get(JAVA_LONG, 0));
    if (!together) {
      r.group(() -> r.sum(data, comm, s));
    }
    r.expectAll(data, COUNT, 3);
  }

  private static void bothModes(MisuseRank r, boolean together) {
    long blocking = r.openWarm();
    long polled = r.openPolled();
    DeviceBuffer one = r.mine();
    DeviceBuffer other = r.floats(COUNT, r.rank() + 10);
    Stream s = r.stream();
    if (together) {
      r.group(
          () -> {
            r.sum(one, blocking, s);
            r.sum(other, polled, s);
          });
    } else {
      r.sum(one, blocking, s);
      r.sumPolled(other, polled, s);
    }
    expectBoth(r, one, other);
  }

  private static void groupOfAnotherThread(MisuseRank r, boolean wrong) throws Exception {
    long comm = r.openWarm();
    DeviceBuffer one = r.mine();
    DeviceBuffer other = r.floats(COUNT, r.rank() + 10);
    Stream s = r.stream();
    Device device = r.device();
    r.elsewhere(
        "opens-a-group",
        () -> {
          device.makeCurrent();
          r.call("ncclGroupStart", () -> r.abi().groupStart());
          r.sum(one, comm, s);
          if (!wrong) {
            r.call("ncclGroupEnd", () -> r.abi().groupEnd());
          }
        });
    r.sum(other, comm, s);
    r.expectAll(other, COUNT, 21);
    r.expectAll(one, COUNT, 3);
  }
}
