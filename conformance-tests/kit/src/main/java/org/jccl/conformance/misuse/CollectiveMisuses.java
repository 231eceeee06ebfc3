package org.jccl.conformance.misuse;

import static org.jccl.conformance.misuse.MisuseRank.COUNT;
import static org.jccl.conformance.misuse.MisuseRank.FLOAT;
import static org.jccl.conformance.misuse.MisuseRank.INT;
import static org.jccl.conformance.misuse.MisuseRank.MAX;
import static org.jccl.conformance.misuse.MisuseRank.SUM;
import static org.jccl.ops.Operation.ALL_GATHER;
import static org.jccl.ops.Operation.ALL_REDUCE;
import static org.jccl.ops.Operation.BROADCAST;

import java.util.List;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Stream;

/** SIM-01 to SIM-08: ranks that disagree about a collective. */
final class CollectiveMisuses {
  private static final int DOUBLE = DataType.FLOAT64.code();

  private CollectiveMisuses() {}

  static List<MisuseCase> rows() {
    return List.of(
        MisuseCase.of("SIM-01")
            .naming(0, 1)
            .saying("(count)", "1024", "2048")
            .pair((r, wrong) -> allReduce(r, odd(r, wrong) ? COUNT : 2 * COUNT, FLOAT, SUM)),
        MisuseCase.of("SIM-02")
            .naming(0, 1)
            .pair((r, wrong) -> broadcast(r, wrong && r.rank() == 1 ? INT : FLOAT, 0)),
        MisuseCase.of("SIM-03")
            .naming(0, 1)
            .saying("(type)")
            .pair((r, wrong) -> allReduce(r, COUNT, wrong && r.rank() == 1 ? DOUBLE : FLOAT, SUM)),
        MisuseCase.of("SIM-04")
            .naming(0, 1)
            .pair((r, wrong) -> allReduce(r, COUNT, FLOAT, wrong && r.rank() == 1 ? MAX : SUM)),
        MisuseCase.of("SIM-05")
            .naming(0, 1)
            .saying("(root)")
            .pair((r, wrong) -> broadcast(r, FLOAT, wrong ? r.rank() : 0)),
        MisuseCase.of("SIM-06")
            .naming(0, 1)
            .saying("all_reduce", "all_gather")
            .pair(CollectiveMisuses::twoCalls),
        MisuseCase.of("SIM-07").saying("rank 0", "rank 1").pair(CollectiveMisuses::someCall),
        MisuseCase.of("SIM-08")
            .naming(0, 1)
            .saying("(count)")
            .pair((r, wrong) -> allReduce(r, odd(r, wrong) ? COUNT : 0, FLOAT, SUM)));
  }

  private static boolean odd(MisuseRank r, boolean wrong) {
    return wrong && r.rank() == 0;
  }

  private static void allReduce(MisuseRank r, int count, int type, int by) {
    r.once(ALL_REDUCE, count, type, by, 0, 3);
  }

  private static void broadcast(MisuseRank r, int type, int root) {
    r.once(BROADCAST, COUNT, type, SUM, root, 1);
  }

  private static void twoCalls(MisuseRank r, boolean wrong) {
    long comm = r.openWarm();
    DeviceBuffer in = r.mine();
    DeviceBuffer sum = r.floats(COUNT, 0);
    DeviceBuffer all = r.floats(2 * COUNT, 0);
    Stream s = r.stream();
    for (int i = 0; i < 2; i++) {
      if ((!wrong || r.rank() == 0) == (i == 0)) {
        r.sum(in, sum, COUNT, comm, s);
      } else {
        r.op(ALL_GATHER, in, all, COUNT, FLOAT, SUM, 0, comm, s);
      }
    }
    r.expectAll(sum, COUNT, 3);
    r.expectAll(all, COUNT, 1);
  }

  private static void someCall(MisuseRank r, boolean wrong) {
    long comm = r.openWarm();
    DeviceBuffer data = r.mine();
    if (!wrong || r.rank() == 0) {
      r.sum(data, comm, r.stream());
      r.expectAll(data, COUNT, 3);
    }
  }
}
