package org.jccl.conformance.misuse;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.jccl.MisuseKind.CAPTURE_MISMATCH;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jccl.DeviceBuffer;
import org.jccl.Graph;
import org.jccl.Stream;

/** SIM-50 to SIM-53: captured operations, and reductions that were made. */
final class ReductionMisuses {
  private static final int COUNT = MisuseRank.COUNT;
  private static final int HOST_IMMEDIATE = 1;

  private ReductionMisuses() {}

  static List<MisuseCase> rows() {
    return List.of(captured(), foreign(), stale(), nullScalar());
  }

  private static MisuseCase captured() {
    return MisuseCase.of("SIM-50")
        .reports(CAPTURE_MISMATCH)
        .naming(0, 1)
        .misuse(r -> capture(r, r.rank() == 0))
        .neighbour(r -> capture(r, true));
  }

  private static void capture(MisuseRank r, boolean captures) {
    long comm = r.openWarm();
    DeviceBuffer in = r.floats(COUNT, r.rank() + 1);
    DeviceBuffer out = r.floats(COUNT, 0);
    Stream s = r.stream();
    if (captures) {
      s.beginCapture();
    }
    r.call("ncclAllReduce", () -> r.allReduce(in, out, COUNT, comm, s));
    if (captures) {
      try (Graph graph = s.endCapture()) {
        graph.launch(s);
        r.expectAll(out, COUNT, 3);
      }
    } else {
      r.expectAll(out, COUNT, 3);
    }
  }

  /** A sum of one rank that multiplies by {@code factor}: its handle. */
  private static int scaledBy(MisuseRank r, long comm, float factor) {
    return scaledBy(r, comm, factor, true);
  }

  private static int scaledBy(MisuseRank r, long comm, float factor, boolean destroyedAtTheEnd) {
    MemorySegment scalar = r.memory(4);
    scalar.set(JAVA_FLOAT, 0, factor);
    int op = made(r, comm, scalar.address());
    if (destroyedAtTheEnd) {
      r.beforeTheEnd("ncclRedOpDestroy", () -> r.abi().redOpDestroy(op, comm));
    }
    return op;
  }

  private static int made(MisuseRank r, long comm, long scalar) {
    MemorySegment op = r.memory(4);
    r.call(
        "ncclRedOpCreatePreMulSum",
        () -> r.abi().redOpCreatePreMulSum(op, scalar, MisuseRank.FLOAT, HOST_IMMEDIATE, comm));
    return op.get(JAVA_INT, 0);
  }

  private static void reduce(MisuseRank r, long comm, int op, double right) {
    DeviceBuffer in = r.floats(COUNT, 3);
    DeviceBuffer out = r.floats(COUNT, 0);
    Stream s = r.stream();
    r.call(
        "ncclAllReduce(op " + op + ")",
        () ->
            r.abi()
                .allReduce(
                    in.address(), out.address(), COUNT, MisuseRank.FLOAT, op, comm, s.handle()));
    r.expectAll(out, COUNT, right);
  }

  private static MisuseCase foreign() {
    return MisuseCase.of("SIM-51")
        .ranks(1)
        .misuse(r -> useOf(r, true))
        .neighbour(r -> useOf(r, false));
  }

  private static void useOf(MisuseRank r, boolean foreign) {
    long a = r.open();
    long b = r.open();
    int doubled = scaledBy(r, a, 2);
    int tenfold = scaledBy(r, b, 10);
    r.saw("handles " + doubled + " and " + tenfold);
    reduce(r, b, foreign ? doubled : tenfold, foreign ? 6 : 30);
  }

  private static MisuseCase stale() {
    return MisuseCase.of("SIM-52")
        .ranks(1)
        .misuse(r -> useAfter(r, true))
        .neighbour(r -> useAfter(r, false));
  }

  private static void useAfter(MisuseRank r, boolean destroyed) {
    long comm = r.open();
    int doubled = scaledBy(r, comm, 2, !destroyed);
    if (destroyed) {
      r.call("ncclRedOpDestroy", () -> r.abi().redOpDestroy(doubled, comm));
    }
    int tenfold = scaledBy(r, comm, 10);
    r.saw("handles " + doubled + " and " + tenfold);
    reduce(r, comm, doubled, 6);
  }

  private static MisuseCase nullScalar() {
    return MisuseCase.of("SIM-53")
        .ranks(1)
        .misuse(r -> made(r, r.open(), 0))
        .neighbour(
            r -> {
              long comm = r.open();
              reduce(r, comm, scaledBy(r, comm, 2), 6);
            });
  }
}
