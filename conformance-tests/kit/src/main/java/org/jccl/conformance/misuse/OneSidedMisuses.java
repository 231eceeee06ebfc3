package org.jccl.conformance.misuse;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.jccl.conformance.misuse.MisuseRank.COUNT;
import static org.jccl.conformance.misuse.MisuseRank.FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jccl.DeviceBuffer;
import org.jccl.Stream;
import org.jccl.ops.NcclFunction;

/** SIM-54 to SIM-60, and the program of SIM-70: registration, windows and one-sided operations. */
final class OneSidedMisuses {
  /** {@code NCCL_WIN_COLL_SYMMETRIC} (rule WIN-04). */
  private static final int SYMMETRIC = 1;

  /** Elements of a window: several pages. */
  private static final int WINDOW = 1 << 20;

  private OneSidedMisuses() {}

  static List<MisuseCase> rows() {
    return List.of(
        MisuseCase.of("SIM-54")
            .since(NcclFunction.COMM_WINDOW_REGISTER.since())
            .naming(0, 1)
            .pair((r, wrong) -> sumInWindow(r, wrong ? r.rank() * 16384 : 0)),
        MisuseCase.of("SIM-55")
            .since(NcclFunction.COMM_WINDOW_REGISTER.since())
            .naming(0)
            .pair(OneSidedMisuses::deregister),
        MisuseCase.of("SIM-56")
            .pair(
                (r, wrong) ->
                    exchange(r, 4L * (WINDOW - (wrong ? COUNT / 2 : COUNT)), r.peer(), true)),
        MisuseCase.of("SIM-57")
            .pair((r, wrong) -> exchange(r, 0, wrong ? 1 << 20 : r.peer(), true)),
        MisuseCase.of("SIM-58").naming(0, 1).pair((r, wrong) -> exchange(r, 0, r.peer(), !wrong)),
        MisuseCase.of("SIM-59").naming(1).pair((r, wrong) -> signal(r, !wrong || r.rank() == 0)),
        MisuseCase.of("SIM-60")
            .naming(0, 1)
            .pair((r, wrong) -> bothPut(r, wrong ? 0 : 4L * COUNT * r.rank())));
  }

  private static MemorySegment window(MisuseRank r, long comm, DeviceBuffer memory) {
    MemorySegment out = r.memory(8);
    r.call(
        "ncclCommWindowRegister",
        () -> r.abi().commWindowRegister(comm, memory.address(), memory.bytes(), out, SYMMETRIC));
    return out;
  }

  /** A window that is closed when the program ends. */
  private static MemorySegment lasting(MisuseRank r, long comm, DeviceBuffer memory) {
    MemorySegment window = window(r, comm, memory);
    r.beforeTheEnd(
        "ncclCommWindowDeregister",
        () -> r.abi().commWindowDeregister(comm, window.get(JAVA_LONG, 0)));
    return window;
  }

  /** A signal to itself before there is a window, or behind one. */
  static void signalEarly(MisuseRank r, boolean wrong) {
    long comm = r.openWarm();
    DeviceBuffer target = r.ncclFloats(WINDOW, 0);
    if (!wrong) {
      lasting(r, comm, target);
    }
    Stream s = r.stream();
    int code = r.call("ncclSignal", () -> r.abi().signal(r.rank(), 0, 0, 0, comm, s.handle()));
    if (code == 0) {
      await(r, comm, s, r.rank());
    }
    r.settle();
  }

  private static void sumInWindow(MisuseRank r, int offset) {
    long comm = r.openWarm();
    DeviceBuffer all = r.ncclFloats(WINDOW, r.rank() + 1);
    DeviceBuffer result = r.ncclFloats(WINDOW, 0);
    MemorySegment window = window(r, comm, all);
    MemorySegment other = window(r, comm, result);
    DeviceBuffer in = all.slice(offset, COUNT);
    DeviceBuffer out = result.slice(offset, COUNT);
    Stream s = r.stream();
    r.barrier();
    r.sum(in, out, COUNT, comm, s);
    r.expectAll(out, COUNT, 3);
    for (MemorySegment each : List.of(window, other)) {
      r.call(
          "ncclCommWindowDeregister",
          () -> r.abi().commWindowDeregister(comm, each.get(JAVA_LONG, 0)));
    }
  }

  private static void deregister(MisuseRank r, boolean wrong) {
    long comm = r.openWarm();
    DeviceBuffer data = r.ncclFloats(WINDOW, r.rank() + 1);
    MemorySegment window = window(r, comm, data);
    Stream s = r.stream();
    boolean early = r.rank() == 0 && wrong;
    if (r.rank() == 1 && wrong) {
      r.barrier();
    }
    r.sum(data, comm, s);
    if (!early) {
      r.expectAll(data, COUNT, 3);
    }
    r.call(
        "ncclCommWindowDeregister",
        () -> r.abi().commWindowDeregister(comm, window.get(JAVA_LONG, 0)));
    if (early) {
      r.barrier();
      r.expectAll(data, COUNT, 3);
    }
    r.memFree(data);
  }

  // ---------------------------------------------------------------- one-sided

  private static int put(
      MisuseRank r,
      DeviceBuffer from,
      int to,
      MemorySegment window,
      long offset,
      long comm,
      Stream s) {
    long at = from.address();
    long handle = window.get(JAVA_LONG, 0);
    return r.call(
        "ncclPutSignal(to " + to + ", offset " + offset + ")",
        () -> r.abi().putSignal(at, COUNT, FLOAT, to, handle, offset, 0, 0, 0, comm, s.handle()));
  }

  /** Waits for one signal of each of those ranks. */
  private static void await(MisuseRank r, long comm, Stream s, int... peers) {
    MemorySegment descriptors = r.memory(16L * peers.length);
    for (int i = 0; i < peers.length; i++) {
      descriptors.set(JAVA_INT, 16L * i, 1);
      descriptors.set(JAVA_INT, 16L * i + 4, peers[i]);
    }
    r.call(
        "ncclWaitSignal(from " + peers[0] + ")",
        () -> r.abi().waitSignal(peers.length, descriptors, comm, s.handle()));
  }

  /** Both put into each other's window, then wait; or wait first. */
  private static void exchange(MisuseRank r, long offset, int waitsFor, boolean putsFirst) {
    long comm = r.openWarm();
    DeviceBuffer target = r.ncclFloats(WINDOW, 0);
    DeviceBuffer source = r.ncclFloats(WINDOW, r.rank() + 1);
    MemorySegment window = lasting(r, comm, target);
    lasting(r, comm, source);
    Stream s = r.stream();
    if (putsFirst) {
      if (put(r, source, r.peer(), window, offset, comm, s) != 0) {
        return; // Nobody puts, so nobody can wait.
      }
      await(r, comm, s, waitsFor);
    } else {
      await(r, comm, s, waitsFor);
      put(r, source, r.peer(), window, offset, comm, s);
    }
    if (r.settle() && offset + 4L * COUNT <= 4L * WINDOW) {
      r.expectAll(target.slice(offset / 4, COUNT), COUNT, r.peer() + 1);
    }
  }

  private static void signal(MisuseRank r, boolean takesPart) {
    long comm = r.openWarm();
    DeviceBuffer target = r.ncclFloats(WINDOW, 0);
    lasting(r, comm, target);
    Stream s = r.stream();
    if (takesPart) {
      r.call("ncclSignal", () -> r.abi().signal(r.peer(), 0, 0, 0, comm, s.handle()));
      r.settle();
      r.barrier();
      await(r, comm, s, r.peer());
      r.settle();
    }
  }

  /** Both ranks put into rank 1's window. */
  private static void bothPut(MisuseRank r, long offset) {
    long comm = r.openWarm();
    DeviceBuffer target = r.ncclFloats(WINDOW, 0);
    DeviceBuffer source = r.ncclFloats(WINDOW, r.rank() + 1);
    MemorySegment window = lasting(r, comm, target);
    lasting(r, comm, source);
    Stream s = r.stream();
    put(r, source, 1, window, offset, comm, s);
    if (r.rank() == 1) {
      await(r, comm, s, 0, 1);
      r.expectAll(target.slice(0, COUNT), COUNT, 1);
      r.expectAll(target.slice(COUNT, COUNT), COUNT, 2);
    }
    r.settle();
  }
}
