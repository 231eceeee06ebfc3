package org.jccl.conformance.misuse;

import java.util.List;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Stream;

/** SIM-01 to SIM-08: ranks that disagree about a collective. */
final class CollectiveMisuses {
  private static final int COUNT = MisuseRank.COUNT;
  private static final int DOUBLE = DataType.FLOAT64.code();

  private CollectiveMisuses() {}

  static List<MisuseCase> rows() {
    return List.of(
        count(), movedType(), reducedType(), reduction(), root(), order(), missing(), zeroCount());
  }

  private static MisuseCase count() {
    return MisuseCase.of("SIM-01")
        .naming(0, 1)
        .saying("(count)", "1024", "2048")
        .misuse(r -> allReduce(r, r.rank() == 0 ? COUNT : 2 * COUNT))
        .neighbour(r -> allReduce(r, 2 * COUNT));
  }

  private static void allReduce(MisuseRank r, int count) {
    long comm = r.openWarm();
    DeviceBuffer in = r.floats(2 * COUNT, r.rank() + 1);
    DeviceBuffer out = r.floats(2 * COUNT, 0);
    Stream s = r.stream();
    r.call("ncclAllReduce(" + count + ")", () -> r.allReduce(in, out, count, comm, s));
    r.expectAll(out, count, 3);
  }

  private static MisuseCase movedType() {
    return MisuseCase.of("SIM-02")
        .naming(0, 1)
        .misuse(r -> broadcast(r, r.rank() == 0 ? MisuseRank.FLOAT : MisuseRank.INT, 0))
        .neighbour(r -> broadcast(r, MisuseRank.FLOAT, 0));
  }

  private static void broadcast(MisuseRank r, int type, int root) {
    long comm = r.openWarm();
    DeviceBuffer in = r.floats(COUNT, r.rank() + 1);
    DeviceBuffer out = r.floats(COUNT, 0);
    Stream s = r.stream();
    r.call(
        "ncclBroadcast(type " + type + ", root " + root + ")",
        () -> r.abi().broadcast(in.address(), out.address(), COUNT, type, root, comm, s.handle()));
    r.expectAll(out, COUNT, 1);
  }

  private static MisuseCase reducedType() {
    return MisuseCase.of("SIM-03")
        .naming(0, 1)
        .saying("(type)")
        .misuse(r -> reduceAs(r, r.rank() == 0 ? MisuseRank.FLOAT : DOUBLE))
        .neighbour(r -> reduceAs(r, MisuseRank.FLOAT));
  }

  private static void reduceAs(MisuseRank r, int type) {
    long comm = r.openWarm();
    DeviceBuffer in = r.floats(2 * COUNT, r.rank() + 1);
    DeviceBuffer out = r.floats(2 * COUNT, 0);
    Stream s = r.stream();
    r.call(
        "ncclAllReduce(type " + type + ")",
        () ->
            r.abi()
                .allReduce(
                    in.address(), out.address(), COUNT, type, MisuseRank.SUM, comm, s.handle()));
    r.expectAll(out, COUNT, 3);
  }

  private static MisuseCase reduction() {
    return MisuseCase.of("SIM-04")
        .naming(0, 1)
        .misuse(r -> reduceBy(r, r.rank() == 0 ? MisuseRank.SUM : MisuseRank.MAX))
        .neighbour(r -> reduceBy(r, MisuseRank.SUM));
  }

  private static void reduceBy(MisuseRank r, int op) {
    long comm = r.openWarm();
    DeviceBuffer in = r.floats(COUNT, r.rank() + 1);
    DeviceBuffer out = r.floats(COUNT, 0);
    Stream s = r.stream();
    r.call(
        "ncclAllReduce(op " + op + ")",
        () ->
            r.abi()
                .allReduce(
                    in.address(), out.address(), COUNT, MisuseRank.FLOAT, op, comm, s.handle()));
    r.expectAll(out, COUNT, 3);
  }

  private static MisuseCase root() {
    return MisuseCase.of("SIM-05")
        .naming(0, 1)
        .saying("(root)")
        .misuse(r -> broadcast(r, MisuseRank.FLOAT, r.rank()))
        .neighbour(r -> broadcast(r, MisuseRank.FLOAT, 0));
  }

  private static MisuseCase order() {
    return MisuseCase.of("SIM-06")
        .naming(0, 1)
        .saying("all_reduce", "all_gather")
        .misuse(r -> twoCalls(r, r.rank() == 0))
        .neighbour(r -> twoCalls(r, true));
  }

  private static void twoCalls(MisuseRank r, boolean reduceFirst) {
    long comm = r.openWarm();
    DeviceBuffer in = r.floats(COUNT, r.rank() + 1);
    DeviceBuffer sum = r.floats(COUNT, 0);
    DeviceBuffer all = r.floats(2 * COUNT, 0);
    Stream s = r.stream();
    for (int i = 0; i < 2; i++) {
      if (reduceFirst == (i == 0)) {
        r.call("ncclAllReduce", () -> r.allReduce(in, sum, COUNT, comm, s));
      } else {
        r.call(
            "ncclAllGather",
            () ->
                r.abi()
                    .allGather(
                        in.address(), all.address(), COUNT, MisuseRank.FLOAT, comm, s.handle()));
      }
    }
    r.expectAll(sum, COUNT, 3);
    r.expectAll(all, COUNT, 1);
  }

  private static MisuseCase missing() {
    return MisuseCase.of("SIM-07")
        .saying("rank 0", "rank 1")
        .misuse(r -> someCall(r, r.rank() == 0))
        .neighbour(r -> someCall(r, true));
  }

  private static void someCall(MisuseRank r, boolean takesPart) {
    long comm = r.openWarm();
    DeviceBuffer data = r.floats(COUNT, r.rank() + 1);
    Stream s = r.stream();
    if (takesPart) {
      r.call("ncclAllReduce", () -> r.allReduce(data, data, COUNT, comm, s));
      r.expectAll(data, COUNT, 3);
    }
  }

  private static MisuseCase zeroCount() {
    return MisuseCase.of("SIM-08")
        .naming(0, 1)
        .saying("(count)")
        .misuse(r -> allReduce(r, r.rank() == 0 ? COUNT : 0))
        .neighbour(r -> allReduce(r, 0));
  }
}
