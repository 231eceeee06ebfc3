package org.jccl.conformance.misuse;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Stream;
import org.jccl.ops.NcclFunction;

/**
 * Open points of the rule book ({@code docs/spec/OPEN.md}) that two GPUs can settle: legal programs
 * of which reading alone does not tell how they end. Each is the "misuse" of its row; the neighbour
 * is the same without the doubt.
 */
final class OpenPoints {
  private static final int COUNT = MisuseRank.COUNT;
  private static final int SYMMETRIC = 1;
  private static final int SIM_INFO_BYTES = 24;
  private static final int SIM_INFO_MAGIC = 0x74685283;
  private static final int FLOAT8_E4M3 = DataType.FLOAT8_E4M3.code();
  private static final int SUM = 0;
  private static final int GROUPS = 100;

  private OpenPoints() {}

  static List<MisuseCase> rows() {
    return List.of(
        afterSimulation(), windowSizes(), eightBitSums(), unevenGroups(), sharedBuffer());
  }

  /** OPEN 4, GRP-32: messages on a communicator whose first contact was only simulated. */
  private static MisuseCase afterSimulation() {
    return MisuseCase.question(
            "OPEN-4", "Messages after a simulated first contact", "can break later messages")
        .since(NcclFunction.GROUP_SIMULATE_END.since())
        .misuse(r -> exchange(r, true))
        .neighbour(r -> exchange(r, false));
  }

  private static void exchange(MisuseRank r, boolean simulatedBefore) {
    long comm = r.open();
    DeviceBuffer out = r.floats(COUNT, 5 + r.rank());
    DeviceBuffer in = r.floats(COUNT, 0);
    Stream s = r.stream();
    if (simulatedBefore) {
      MemorySegment info = r.memory(SIM_INFO_BYTES);
      info.set(JAVA_LONG, 0, SIM_INFO_BYTES);
      info.set(JAVA_INT, 8, SIM_INFO_MAGIC);
      info.set(JAVA_INT, 12, r.version());
      info.set(JAVA_FLOAT, 16, -1);
      r.call("ncclGroupStart", () -> r.abi().groupStart());
      r.send(out, COUNT, r.peer(), comm, s);
      r.recv(in, COUNT, r.peer(), comm, s);
      r.call("ncclGroupSimulateEnd", () -> r.abi().groupSimulateEnd(info));
      r.saw("estimated " + info.get(JAVA_FLOAT, 16) + " us");
    }
    r.group(
        () -> {
          r.send(out, COUNT, r.peer(), comm, s);
          r.recv(in, COUNT, r.peer(), comm, s);
        });
    r.expectAll(in, COUNT, 5 + r.peer());
  }

  /** OPEN 6, WIN-07: windows of different sizes across ranks before 2.30. */
  private static MisuseCase windowSizes() {
    return MisuseCase.question(
            "OPEN-6",
            "Symmetric windows of different sizes",
            "allowed, by what the guide says of 2.30")
        .since(NcclFunction.COMM_WINDOW_REGISTER.since())
        .misuse(r -> sumInWindows(r, 1 << (20 + r.rank())))
        .neighbour(r -> sumInWindows(r, 1 << 20));
  }

  private static void sumInWindows(MisuseRank r, int elements) {
    long comm = r.openWarm();
    DeviceBuffer data = r.ncclFloats(elements, 1 + r.rank());
    MemorySegment window = r.memory(8);
    r.call(
        "ncclCommWindowRegister",
        () -> r.abi().commWindowRegister(comm, data.address(), data.bytes(), window, SYMMETRIC));
    r.saw(window.get(JAVA_LONG, 0) == 0 ? "no window" : "a window");
    Stream s = r.stream();
    r.sum(data, comm, s);
    r.expectAll(data, COUNT, 3);
    r.call(
        "ncclCommWindowDeregister",
        () -> r.abi().commWindowDeregister(comm, window.get(JAVA_LONG, 0)));
  }

  /** OPEN 7, VER-06: all-reduces of float8 e4m3, which may find no algorithm before 2.29.2. */
  private static MisuseCase eightBitSums() {
    return MisuseCase.question(
            "OPEN-7A", "All-reduces of float8 e4m3 of many sizes", "may find no algorithm")
        .misuse(r -> sums(r, FLOAT8_E4M3))
        .neighbour(r -> sums(r, DataType.FLOAT8_E5M2.code()));
  }

  private static void sums(MisuseRank r, int type) {
    long comm = r.open();
    DeviceBuffer data = r.device().allocate(DataType.INT8, 1 << 24);
    Stream s = r.stream();
    List<String> refused = new ArrayList<>();
    long at = data.address();
    for (int shift = 0; shift <= 24; shift++) {
      long count = 1L << shift;
      int code = r.abi().allReduce(at, at, count, type, SUM, comm, s.handle());
      if (code != 0) {
        refused.add(count + ": " + code);
      }
    }
    r.check(refused.isEmpty(), "refused of 25 sizes: " + refused);
  }

  /** OPEN 7, VER-08: groups with several messages a peer in uneven patterns. */
  private static MisuseCase unevenGroups() {
    return MisuseCase.question(
            "OPEN-7B", "100 groups of uneven numbers of messages", "may hang before 2.29.2")
        .misuse(r -> groups(r, 8))
        .neighbour(r -> groups(r, 1));
  }

  private static void groups(MisuseRank r, int most) {
    long comm = r.open();
    r.warmUpExchange(comm);
    DeviceBuffer out = r.floats(COUNT, 5 + r.rank());
    DeviceBuffer in = r.floats(COUNT * most, 0);
    Stream s = r.stream();
    Random random = new Random(8); // the same on both ranks
    for (int i = 0; i < GROUPS; i++) {
      int fromZero = 1 + random.nextInt(most);
      int fromOne = 1 + random.nextInt(most);
      int sends = r.rank() == 0 ? fromZero : fromOne;
      int receives = r.rank() == 0 ? fromOne : fromZero;
      r.abi().groupStart();
      for (int k = 0; k < sends; k++) {
        r.send(out, COUNT, r.peer(), comm, s);
      }
      for (int k = 0; k < receives; k++) {
        r.recv(in.slice((long) k * COUNT, COUNT), COUNT, r.peer(), comm, s);
      }
      int code = r.abi().groupEnd();
      r.check(code == 0, "group " + i + " ended with " + code);
    }
    r.expectAll(in, COUNT, 5 + r.peer());
  }

  /** OPEN 7, VER-07: messages, then collectives, on the same buffer. */
  private static MisuseCase sharedBuffer() {
    return MisuseCase.question(
            "OPEN-7C",
            "Messages and collectives on one buffer, 100 times",
            "could crash before 2.29.2")
        .misuse(r -> inTurn(r, true))
        .neighbour(r -> inTurn(r, false));
  }

  private static void inTurn(MisuseRank r, boolean oneBuffer) {
    long comm = r.openWarm();
    r.warmUpExchange(comm);
    DeviceBuffer messages = r.floats(COUNT, 1);
    DeviceBuffer other = r.floats(COUNT, 0);
    DeviceBuffer sums = oneBuffer ? messages : r.floats(COUNT, 1);
    Stream s = r.stream();
    for (int i = 0; i < GROUPS; i++) {
      r.abi().groupStart();
      r.send(messages, COUNT, r.peer(), comm, s);
      r.recv(other, COUNT, r.peer(), comm, s);
      r.abi().groupEnd();
      int max = 2;
      int code =
          r.abi()
              .allReduce(
                  sums.address(), sums.address(), COUNT, MisuseRank.FLOAT, max, comm, s.handle());
      r.check(code == 0, "all-reduce " + i + " returned " + code);
    }
    r.expectAll(sums, COUNT, 1);
  }
}
