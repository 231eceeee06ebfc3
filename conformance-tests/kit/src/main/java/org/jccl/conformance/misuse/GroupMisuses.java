package org.jccl.conformance.misuse;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Stream;

/** SIM-17 to SIM-22 and SIM-38 to SIM-41: groups, and the order among communicators. */
final class GroupMisuses {
  private static final int COUNT = MisuseRank.COUNT;

  private GroupMisuses() {}

  static List<MisuseCase> rows() {
    return List.of(
        shape(),
        order(),
        streams(),
        events(),
        oneThread(),
        hazard(),
        destroy(),
        init(),
        mixedModes(),
        leak());
  }

  private static MisuseCase shape() {
    return MisuseCase.of("SIM-17")
        .naming(0, 1)
        .misuse(r -> twoSums(r, r.rank() == 0))
        .neighbour(r -> twoSums(r, true));
  }

  private static void twoSums(MisuseRank r, boolean grouped) {
    long comm = r.openWarm();
    DeviceBuffer one = r.floats(COUNT, r.rank() + 1);
    DeviceBuffer other = r.floats(COUNT, r.rank() + 10);
    Stream s = r.stream();
    Runnable calls =
        () -> {
          r.call("ncclAllReduce", () -> r.allReduce(one, one, COUNT, comm, s));
          r.call("ncclAllReduce", () -> r.allReduce(other, other, COUNT, comm, s));
        };
    if (grouped) {
      r.group(calls);
    } else {
      calls.run();
    }
    r.expectAll(one, COUNT, 3);
    r.expectAll(other, COUNT, 21);
  }

  private static MisuseCase order() {
    return MisuseCase.of("SIM-18")
        .alsoShows("GRP-19")
        .naming(0, 1)
        .misuse(r -> twoCommunicators(r, r.rank() == 0, false))
        .neighbour(r -> twoCommunicators(r, true, false));
  }

  private static MisuseCase streams() {
    return MisuseCase.of("SIM-19")
        .naming(0, 1)
        .misuse(r -> twoCommunicators(r, r.rank() == 0, true))
        .neighbour(r -> twoCommunicators(r, true, true));
  }

  private static void twoCommunicators(MisuseRank r, boolean inOrder, boolean ownStreams) {
    long a = r.openWarm();
    long b = r.openWarm();
    DeviceBuffer one = r.big(r.rank() + 1);
    DeviceBuffer other = r.big(r.rank() + 10);
    Stream s = r.stream();
    Stream t = ownStreams ? r.stream() : s;
    Runnable first = () -> r.call("ncclAllReduce (A)", () -> r.allReduce(one, one, r.many(), a, s));
    Runnable second =
        () -> r.call("ncclAllReduce (B)", () -> r.allReduce(other, other, r.many(), b, t));
    (inOrder ? first : second).run();
    (inOrder ? second : first).run();
    r.expectAll(one, COUNT, 3);
    r.expectAll(other, COUNT, 21);
  }

  private static MisuseCase events() {
    return MisuseCase.of("SIM-20")
        .naming(0, 1)
        .misuse(r -> chained(r, r.rank() == 0))
        .neighbour(r -> chained(r, true));
  }

  private static void chained(MisuseRank r, boolean firstA) {
    long a = r.openWarm();
    long b = r.openWarm();
    DeviceBuffer one = r.floats(COUNT, r.rank() + 1);
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
      DeviceBuffer data = isA ? one : other;
      r.call(
          "ncclAllReduce (" + (isA ? "A" : "B") + ")",
          () -> r.allReduce(data, data, COUNT, isA ? a : b, stream));
    }
    r.expectAll(one, COUNT, 3);
    r.expectAll(other, COUNT, 21);
  }

  private static MisuseCase oneThread() {
    return MisuseCase.of("SIM-21")
        .oneThread(2)
        .naming(0)
        .misuse(r -> createBoth(r, false))
        .neighbour(r -> createBoth(r, true));
  }

  private static void createBoth(MisuseRank r, boolean grouped) {
    MemorySegment id = r.newId();
    MemorySegment out = r.memory(16);
    Runnable calls =
        () -> {
          for (int rank = 0; rank < 2; rank++) {
            int own = rank;
            r.device(own);
            r.call(
                "ncclCommInitRank (rank " + own + ")",
                () -> r.abi().commInitRank(out.asSlice(8L * own), 2, id, own));
          }
        };
    if (grouped) {
      r.group(calls);
    } else {
      calls.run();
    }
    r.made(out.get(ValueLayout.JAVA_LONG, 0));
    r.made(out.get(ValueLayout.JAVA_LONG, 8));
  }

  private static MisuseCase hazard() {
    return MisuseCase.of("SIM-22").misuse(r -> chain(r, true)).neighbour(r -> chain(r, false));
  }

  private static void chain(MisuseRank r, boolean grouped) {
    long comm = r.openWarm();
    DeviceBuffer in = r.big(r.rank() + 1);
    DeviceBuffer middle = r.big(0);
    DeviceBuffer out = r.big(0);
    Stream s = r.stream();
    Runnable calls =
        () -> {
          r.call("ncclAllReduce", () -> r.allReduce(in, middle, r.many(), comm, s));
          r.call("ncclAllReduce", () -> r.allReduce(middle, out, r.many(), comm, s));
        };
    if (grouped) {
      r.group(calls);
    } else {
      calls.run();
    }
    r.expectAll(out, COUNT, 6);
  }

  private static MisuseCase destroy() {
    return MisuseCase.of("SIM-38")
        .alsoShows("LIF-13")
        .misuse(
            r -> {
              long comm = r.openWarm();
              DeviceBuffer data = r.floats(COUNT, r.rank() + 1);
              Stream s = r.stream();
              r.group(
                  () -> {
                    r.call("ncclAllReduce", () -> r.allReduce(data, data, COUNT, comm, s));
                    r.destroy(comm);
                  });
              r.expectAll(data, COUNT, 3);
            })
        .neighbour(
            r -> {
              long comm = r.openWarm();
              DeviceBuffer data = r.floats(COUNT, r.rank() + 1);
              Stream s = r.stream();
              r.group(() -> r.call("ncclAllReduce", () -> r.allReduce(data, data, COUNT, comm, s)));
              r.expectAll(data, COUNT, 3);
              r.destroy(comm);
            });
  }

  private static MisuseCase init() {
    return MisuseCase.of("SIM-39")
        .alsoShows("GRP-22")
        .misuse(r -> createAndSum(r, true))
        .neighbour(r -> createAndSum(r, false));
  }

  private static void createAndSum(MisuseRank r, boolean together) {
    long comm = r.openWarm();
    MemorySegment id = r.sharedId();
    MemorySegment out = r.memory(8);
    DeviceBuffer data = r.floats(COUNT, r.rank() + 1);
    Stream s = r.stream();
    Runnable sum = () -> r.call("ncclAllReduce", () -> r.allReduce(data, data, COUNT, comm, s));
    r.group(
        () -> {
          r.call("ncclCommInitRank", () -> r.abi().commInitRank(out, r.size(), id, r.rank()));
          if (together) {
            sum.run();
          }
        });
    r.made(out.get(ValueLayout.JAVA_LONG, 0));
    if (!together) {
      r.group(sum);
    }
    r.expectAll(data, COUNT, 3);
  }

  private static MisuseCase mixedModes() {
    return MisuseCase.of("SIM-40")
        .alsoShows("GRP-23")
        .misuse(r -> bothModes(r, true))
        .neighbour(r -> bothModes(r, false));
  }

  private static void bothModes(MisuseRank r, boolean together) {
    long blocking = r.openWarm();
    long polled = r.openPolled();
    DeviceBuffer one = r.floats(COUNT, r.rank() + 1);
    DeviceBuffer other = r.floats(COUNT, r.rank() + 10);
    Stream s = r.stream();
    if (together) {
      r.group(
          () -> {
            r.call("ncclAllReduce (blocking)", () -> r.allReduce(one, one, COUNT, blocking, s));
            r.call(
                "ncclAllReduce (nonblocking)", () -> r.allReduce(other, other, COUNT, polled, s));
          });
    } else {
      r.call("ncclAllReduce (blocking)", () -> r.allReduce(one, one, COUNT, blocking, s));
      r.nonblocking(
          "ncclAllReduce (nonblocking)", polled, () -> r.allReduce(other, other, COUNT, polled, s));
    }
    r.expectAll(one, COUNT, 3);
    r.expectAll(other, COUNT, 21);
  }

  private static MisuseCase leak() {
    return MisuseCase.of("SIM-41")
        .alsoShows("GRP-05")
        .misuse(r -> groupOfAnotherThread(r, false))
        .neighbour(r -> groupOfAnotherThread(r, true));
  }

  private static void groupOfAnotherThread(MisuseRank r, boolean ended) throws Exception {
    long comm = r.openWarm();
    DeviceBuffer one = r.floats(COUNT, r.rank() + 1);
    DeviceBuffer other = r.floats(COUNT, r.rank() + 10);
    Stream s = r.stream();
    Device device = r.device();
    r.elsewhere(
        "opens-a-group",
        () -> {
          device.makeCurrent();
          r.call("ncclGroupStart", () -> r.abi().groupStart());
          r.call("ncclAllReduce (grouped)", () -> r.allReduce(one, one, COUNT, comm, s));
          if (ended) {
            r.call("ncclGroupEnd", () -> r.abi().groupEnd());
          }
        });
    r.call("ncclAllReduce", () -> r.allReduce(other, other, COUNT, comm, s));
    r.expectAll(other, COUNT, 21);
    r.expectAll(one, COUNT, 3);
  }
}
