package org.jccl.conformance.misuse;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jccl.DeviceBuffer;
import org.jccl.Graph;
import org.jccl.Stream;
import org.jccl.config.ConfigField;

/** SIM-32 to SIM-37, SIM-44 to SIM-46, SIM-61 and SIM-62: the life of a communicator. */
final class LifecycleMisuses {
  private static final int COUNT = MisuseRank.COUNT;

  /** {@code NCCL_SUSPEND_MEM} (rule LIF-21). */
  private static final int MEMORY = 1;

  private LifecycleMisuses() {}

  static List<MisuseCase> rows() {
    return List.of(
        afterFinalize(),
        afterDestroy(),
        suspended(),
        inFlight(),
        pending(),
        graphAlive(),
        sameRank(),
        sameId(),
        sameGpu(),
        hostWait(),
        inProgress());
  }

  /** An out-of-place sum of one rank: a copy. */
  private static void copy(MisuseRank r, long comm, DeviceBuffer in, DeviceBuffer out, Stream s) {
    r.call("ncclAllReduce", () -> r.allReduce(in, out, COUNT, comm, s));
    r.expectAll(out, COUNT, 7);
  }

  private static MisuseCase afterFinalize() {
    return MisuseCase.of("SIM-32")
        .alsoShows("LIF-04")
        .ranks(1)
        .naming(0)
        .misuse(r -> ended(r, "ncclCommFinalize", false))
        .neighbour(r -> ended(r, "ncclCommFinalize", true));
  }

  private static MisuseCase afterDestroy() {
    return MisuseCase.of("SIM-33")
        .ranks(1)
        .naming(0)
        .misuse(r -> ended(r, "ncclCommDestroy", false))
        .neighbour(r -> ended(r, "ncclCommDestroy", true));
  }

  private static void ended(MisuseRank r, String end, boolean used) {
    long comm = r.open();
    DeviceBuffer in = r.floats(COUNT, 7);
    DeviceBuffer out = r.floats(COUNT, 0);
    Stream s = r.stream();
    if (used) {
      copy(r, comm, in, out, s);
    }
    if (end.equals("ncclCommDestroy")) {
      r.destroy(comm);
    } else {
      r.call(end, () -> r.abi().commFinalize(comm));
    }
    if (!used) {
      copy(r, comm, in, out, s);
    }
  }

  private static MisuseCase suspended() {
    return MisuseCase.of("SIM-34").misuse(r -> suspend(r, false)).neighbour(r -> suspend(r, true));
  }

  private static void suspend(MisuseRank r, boolean resumed) {
    long comm = r.openWarm();
    DeviceBuffer data = r.floats(COUNT, r.rank() + 1);
    Stream s = r.stream();
    r.call("ncclCommSuspend", () -> r.abi().commSuspend(comm, MEMORY));
    if (resumed) {
      r.call("ncclCommResume", () -> r.abi().commResume(comm));
    }
    r.call("ncclAllReduce", () -> r.allReduce(data, data, COUNT, comm, s));
    r.expectAll(data, COUNT, 3);
  }

  private static MisuseCase inFlight() {
    return MisuseCase.of("SIM-35")
        .naming(0)
        .misuse(r -> destroyEarly(r, true))
        .neighbour(r -> destroyEarly(r, false));
  }

  private static void destroyEarly(MisuseRank r, boolean inFlight) {
    long comm = r.openWarm();
    DeviceBuffer in = r.ncclFloats(COUNT, r.rank() + 1);
    DeviceBuffer out = r.floats(COUNT, 0);
    Stream s = r.stream();
    if (r.rank() == 1 && inFlight) {
      r.barrier();
    }
    r.call("ncclAllReduce", () -> r.allReduce(in, out, COUNT, comm, s));
    if (r.rank() == 0 && inFlight) {
      r.destroy(comm);
      r.memFree(in);
      r.barrier();
    }
    r.expectAll(out, COUNT, 3);
  }

  private static MisuseCase pending() {
    return MisuseCase.of("SIM-36")
        .naming(0)
        .misuse(r -> finalizeAfter(r, r.rank() == 0))
        .neighbour(r -> finalizeAfter(r, true));
  }

  private static void finalizeAfter(MisuseRank r, boolean takesPart) {
    long comm = r.openWarm();
    DeviceBuffer data = r.floats(COUNT, r.rank() + 1);
    Stream s = r.stream();
    if (takesPart) {
      r.call("ncclAllReduce", () -> r.allReduce(data, data, COUNT, comm, s));
      r.call("ncclCommFinalize", () -> r.abi().commFinalize(comm));
      r.expectAll(data, COUNT, 3);
    }
  }

  private static MisuseCase graphAlive() {
    return MisuseCase.of("SIM-37")
        .alsoShows("LIF-06")
        .misuse(r -> destroyGraph(r, false))
        .neighbour(r -> destroyGraph(r, true));
  }

  private static void destroyGraph(MisuseRank r, boolean closed) {
    long comm = r.openWarm();
    DeviceBuffer in = r.floats(COUNT, r.rank() + 1);
    DeviceBuffer out = r.floats(COUNT, 0);
    Stream s = r.stream();
    s.beginCapture();
    r.call("ncclAllReduce (captured)", () -> r.allReduce(in, out, COUNT, comm, s));
    Graph graph = s.endCapture();
    graph.launch(s);
    r.expectAll(out, COUNT, 3);
    if (closed) {
      graph.close();
    }
    r.destroy(comm);
  }

  private static MisuseCase sameRank() {
    return MisuseCase.of("SIM-44")
        .misuse(r -> r.open(r.sharedId(), 2, 0))
        .neighbour(r -> r.open(r.sharedId(), 2, r.rank()));
  }

  private static MisuseCase sameId() {
    return MisuseCase.of("SIM-45")
        .alsoShows("UID-04")
        .ranks(1)
        .misuse(
            r -> {
              MemorySegment id = r.newId();
              r.open(id, 1, 0);
              r.open(id, 1, 0);
            })
        .neighbour(
            r -> {
              r.open(r.newId(), 1, 0);
              r.open(r.newId(), 1, 0);
            });
  }

  private static MisuseCase sameGpu() {
    return MisuseCase.of("SIM-46")
        .naming(0, 1)
        .misuse(r -> r.open(r.sharedId(), 2, r.rank(), r.device(0)))
        .neighbour(r -> r.open(r.sharedId(), 2, r.rank(), r.device()));
  }

  private static MisuseCase hostWait() {
    return MisuseCase.of("SIM-61")
        .strict()
        .misuse(r -> meetBetween(r, true))
        .neighbour(r -> meetBetween(r, false));
  }

  private static void meetBetween(MisuseRank r, boolean between) {
    long comm = r.open();
    DeviceBuffer data = r.floats(COUNT, r.rank() + 1);
    Stream s = r.stream();
    if (between && r.rank() == 1) {
      r.barrier();
    }
    r.call("ncclAllReduce", () -> r.allReduce(data, data, COUNT, comm, s));
    if (!between || r.rank() == 0) {
      r.barrier();
    }
    r.expectAll(data, COUNT, 3);
  }

  private static MisuseCase inProgress() {
    return MisuseCase.of("SIM-62")
        .alsoShows("ERR-06")
        .naming(0)
        .misuse(r -> createPolled(r, true))
        .neighbour(r -> createPolled(r, false));
  }

  /** Rank 1 comes after rank 0 has tried, so that the creation is surely in progress. */
  private static void createPolled(MisuseRank r, boolean early) {
    MemorySegment id = r.sharedId();
    r.device();
    MemorySegment out = r.memory(8);
    MemorySegment config = r.config(ConfigField.BLOCKING, 0);
    DeviceBuffer data = r.floats(COUNT, r.rank() + 1);
    Stream s = r.stream();
    if (r.rank() == 1) {
      r.barrier();
    }
    int begun = r.abi().commInitRankConfig(out, 2, id, r.rank(), config);
    long comm = out.get(ValueLayout.JAVA_LONG, 0);
    r.made(comm);
    r.saw("ncclCommInitRankConfig (nonblocking) returned " + begun);
    if (r.rank() == 0) {
      if (early) {
        r.call("ncclAllReduce", () -> r.allReduce(data, data, COUNT, comm, s));
      }
      r.barrier();
    }
    int state = r.awaitReady(comm);
    r.check(state == 0, "state success after creation, not " + state);
    if (state == 0) {
      r.nonblocking("ncclAllReduce", comm, () -> r.allReduce(data, data, COUNT, comm, s));
      r.expectAll(data, COUNT, 3);
    }
  }
}
