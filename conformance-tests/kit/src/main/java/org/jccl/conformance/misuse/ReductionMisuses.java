package org.jccl.conformance.misuse;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.jccl.MisuseKind.CAPTURE_MISMATCH;
import static org.jccl.conformance.misuse.MisuseRank.COUNT;
import static org.jccl.conformance.misuse.MisuseRank.FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jccl.DeviceBuffer;
import org.jccl.Graph;
import org.jccl.Stream;
import org.jccl.ops.Operation;

/** SIM-50 to SIM-53: captured operations, and reductions that were made. */
final class ReductionMisuses {
  private static final int HOST_IMMEDIATE = 1;

  private ReductionMisuses() {}

  static List<MisuseCase> rows() {
    return List.of(
        MisuseCase.of("SIM-50")
            .reports(CAPTURE_MISMATCH)
            .naming(0, 1)
            .pair((r, wrong) -> capture(r, !wrong || r.rank() == 0)),
        MisuseCase.of("SIM-51").ranks(1).pair(ReductionMisuses::foreign),
        MisuseCase.of("SIM-52").ranks(1).pair(ReductionMisuses::stale),
        MisuseCase.of("SIM-53").ranks(1).pair(ReductionMisuses::nullScalar));
  }

  private static void capture(MisuseRank r, boolean captures) {
    long comm = r.openWarm();
    DeviceBuffer in = r.mine();
    DeviceBuffer out = r.floats(COUNT, 0);
    Stream s = r.stream();
    if (captures) {
      s.beginCapture();
    }
    r.sum(in, out, COUNT, comm, s);
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
        () -> r.abi().redOpCreatePreMulSum(op, scalar, FLOAT, HOST_IMMEDIATE, comm));
    return op.get(JAVA_INT, 0);
  }

  private static void reduce(MisuseRank r, long comm, int op, double right) {
    DeviceBuffer out = r.floats(COUNT, 0);
    r.op(Operation.ALL_REDUCE, r.floats(COUNT, 3), out, COUNT, FLOAT, op, 0, comm, r.stream());
    r.expectAll(out, COUNT, right);
  }

  private static void foreign(MisuseRank r, boolean wrong) {
    long a = r.open();
    long b = r.open();
    int doubled = scaledBy(r, a, 2);
    int tenfold = scaledBy(r, b, 10);
    r.saw("handles " + doubled + " and " + tenfold);
    reduce(r, b, wrong ? doubled : tenfold, wrong ? 6 : 30);
  }

  private static void stale(MisuseRank r, boolean wrong) {
    long comm = r.open();
    int doubled = scaledBy(r, comm, 2, !wrong);
    if (wrong) {
      r.call("ncclRedOpDestroy", () -> r.abi().redOpDestroy(doubled, comm));
    }
    int tenfold = scaledBy(r, comm, 10);
    r.saw("handles " + doubled + " and " + tenfold);
    reduce(r, comm, doubled, 6);
  }

  private static void nullScalar(MisuseRank r, boolean wrong) {
    long comm = r.open();
    if (wrong) {
      made(r, comm, 0);
    } else {
      reduce(r, comm, scaledBy(r, comm, 2), 6);
    }
  }
}
