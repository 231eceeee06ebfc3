package org.jccl.benchmarks.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.jccl.DataType;
import org.jccl.ReduceOp.Builtin;
import org.junit.jupiter.api.Test;

class BenchPlanTest {
  private static BenchPlan plan(List<Workload> workloads, long min, long max) {
    return new BenchPlan(
        workloads,
        List.of(DataType.FLOAT32, DataType.INT8),
        List.of(Builtin.SUM, Builtin.MAX),
        SizeRange.byFactor(min, max, 2),
        1,
        10,
        2,
        Duration.ZERO,
        true,
        false);
  }

  private static final Workload ALL_REDUCE = Workload.ofLabel("all_reduce");
  private static final Workload GATHER = Workload.ofLabel("gather");

  @Test
  void reductions_areMultipliedIn_onlyWhereTheOperationReduces() {
    assertThat(plan(List.of(ALL_REDUCE), 8, 16).cases(4)).hasSize(2 * 2 * 2);
    assertThat(plan(List.of(GATHER), 64, 128).cases(4)).hasSize(2 * 2);
  }

  @Test
  void sizesTooSmallForOneElementARank_haveNoRow() {
    assertThat(plan(List.of(GATHER), 2, 16).cases(4))
        .extracting(c -> c.type() + " " + c.count())
        .containsExactly("FLOAT32 1", "INT8 1", "INT8 2", "INT8 4");
  }

  @Test
  void root_isGivenOnlyWhereThereIsOne() {
    assertThat(plan(List.of(ALL_REDUCE), 8, 8).cases(4)).allMatch(c -> c.root() == 0);
    assertThat(plan(List.of(GATHER), 16, 16).cases(4)).allMatch(c -> c.root() == 1);
  }

  @Test
  void workloads_areTheTablesCollectivesAndTheRing() {
    assertThat(Workload.ALL)
        .extracting(Workload::label)
        .containsExactly(
            "all_reduce",
            "broadcast",
            "reduce",
            "all_gather",
            "reduce_scatter",
            "all_to_all",
            "gather",
            "scatter",
            "sendrecv");
  }
}
