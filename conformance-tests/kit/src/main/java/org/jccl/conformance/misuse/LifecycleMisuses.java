package org.jccl.conformance.misuse;

import static org.jccl.conformance.misuse.MisuseRank.COUNT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jccl.DeviceBuffer;
import org.jccl.Graph;
import org.jccl.Stream;
import org.jccl.config.ConfigField;

/** SIM-32 to SIM-37, SIM-44 to SIM-46, SIM-61 and SIM-62: the life of a communicator. */
final class LifecycleMisuses {
  /** {@code NCCL_SUSPEND_MEM} (rule LIF-21). */
  private static final int MEMORY = 1;

  private LifecycleMisuses() {}

  static List<MisuseCase> rows() {
    return List.of(
        MisuseCase.of("SIM-32")
            .alsoShows("LIF-04")
            .ranks(1)
            .naming(0)
            .pair((r, wrong) -> ended(r, false, !wrong)),
        MisuseCase.of("SIM-33").ranks(1).naming(0).pair((r, wrong) -> ended(r, true, !wrong)),
        MisuseCase.of("SIM-34").pair(LifecycleMisuses::suspend),
        MisuseCase.of("SIM-35").naming(0).pair(LifecycleMisuses::destroyEarly),
        MisuseCase.of("SIM-36").naming(0).pair(LifecycleMisuses::finalizeAfter),
        MisuseCase.of("SIM-37").alsoShows("LIF-06").pair(LifecycleMisuses::destroyGraph),
        MisuseCase.of("SIM-44").pair((r, wrong) -> r.open(r.sharedId(), 2, wrong ? 0 : r.rank())),
        MisuseCase.of("SIM-45").alsoShows("UID-04").ranks(1).pair(LifecycleMisuses::sameId),
        MisuseCase.of("SIM-46")
            .naming(0, 1)
            .pair(
                (r, wrong) -> r.open(r.sharedId(), 2, r.rank(), wrong ? r.device(0) : r.device())),
        MisuseCase.of("SIM-61").strict().pair(LifecycleMisuses::meetBetween),
        MisuseCase.of("SIM-62").alsoShows("ERR-06").naming(0).pair(LifecycleMisuses::createPolled));
  }

  private static void sameId(MisuseRank r, boolean wrong) {
    MemorySegment id = r.newId();
    r.open(id, 1, 0);
    r.open(wrong ? id : r.newId(), 1, 0);
  }

  /** An out-of-place sum of one rank: a copy. */
  private static void copy(MisuseRank r, long comm, DeviceBuffer in, DeviceBuffer out, Stream s) {
    r.sum(in, out, COUNT, comm, s);
    r.expectAll(out, COUNT, 7);
  }

  private static void ended(MisuseRank r, boolean destroyed, boolean used) {
    long comm = r.open();
    DeviceBuffer in = r.floats(COUNT, 7);
    DeviceBuffer out = r.floats(COUNT, 0);
    Stream s = r.stream();
    if (used) {
      copy(r, comm, in, out, s);
    }
    if (destroyed) {
      r.destroy(comm);
    } else {
      r.call("ncclCommFinalize", () -> r.abi().commFinalize(comm));
    }
    if (!used) {
      copy(r, comm, in, out, s);
    }
  }

  private static void suspend(MisuseRank r, boolean wrong) {
    long comm = r.openWarm();
    DeviceBuffer data = r.mine();
    Stream s = r.stream();
    r.call("ncclCommSuspend", () -> r.abi().commSuspend(comm, MEMORY));
    if (!wrong) {
      r.call("ncclCommResume", () -> r.abi().commResume(comm));
    }
    r.sum(data, comm, s);
    r.expectAll(data, COUNT, 3);
  }

  private static void destroyEarly(MisuseRank r, boolean inFlight) {
    long comm = r.openWarm();
    DeviceBuffer in = r.ncclFloats(COUNT, r.rank() + 1);
    DeviceBuffer out = r.floats(COUNT, 0);
    Stream s = r.stream();
    if (r.rank() == 1 && inFlight) {
      r.barrier();
    }
    r.sum(in, out, COUNT, comm, s);
    if (r.rank() == 0 && inFlight) {
      r.destroy(comm);
      r.memFree(in);
      r.barrier();
    }
    r.expectAll(out, COUNT, 3);
  }

  private static void finalizeAfter(MisuseRank r, boolean wrong) {
    long comm = r.openWarm();
    DeviceBuffer data = r.mine();
    Stream s = r.stream();
    if (!wrong || r.rank() == 0) {
      r.sum(data, comm, s);
      r.call("ncclCommFinalize", () -> r.abi().commFinalize(comm));
      r.expectAll(data, COUNT, 3);
    }
  }

  private static void destroyGraph(MisuseRank r, boolean wrong) {
    long comm = r.openWarm();
    DeviceBuffer in = r.mine();
    DeviceBuffer out = r.floats(COUNT, 0);
    Stream s = r.stream();
    s.beginCapture();
    r.sum(in, out, COUNT, comm, s);
    Graph graph = s.endCapture();
    graph.launch(s);
    r.expectAll(out, COUNT, 3);
    if (!wrong) {
      graph.close();
    }
    r.destroy(comm);
  }

  private static void meetBetween(MisuseRank r, boolean between) {
    long comm = r.open();
    DeviceBuffer data = r.mine();
    Stream s = r.stream();
    if (between && r.rank() == 1) {
      r.barrier();
    }
    r.sum(data, comm, s);
    if (!between || r.rank() == 0) {
      r.barrier();
    }
    r.expectAll(data, COUNT, 3);
  }

  /** Rank 1 comes after rank 0 has tried, so that the creation is surely in progress. */
  private static void createPolled(MisuseRank r, boolean early) {
    MemorySegment id = r.sharedId();
    r.device();
    MemorySegment out = r.memory(8);
    MemorySegment config = r.config(ConfigField.BLOCKING, 0);
    DeviceBuffer data = r.mine();
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
        r.sum(data, comm, s);
      }
      r.barrier();
    }
    int state = r.awaitReady(comm);
    r.check(state == 0, "state success after creation, not " + state);
    if (state == 0) {
      r.sumPolled(data, comm, s);
      r.expectAll(data, COUNT, 3);
    }
  }
}
