package org.jccl.benchmarks.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jccl.Backend;
import org.jccl.BackendConfig;
import org.jccl.Backends;
import org.jccl.DataType;
import org.jccl.Rank;
import org.jccl.Ranks;
import org.jccl.ReduceOp.Builtin;
import org.jccl.benchmarks.report.Measurement;
import org.jccl.benchmarks.report.Row;
import org.jccl.test.RankTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On the simulator. */
class BenchRunnerTest {
  private static final class Heard implements BenchListener {
    private final List<Row> rows = new ArrayList<>();
    private final List<String> refusals = new ArrayList<>();

    @Override
    public void begins(String what, int done, int total) {}

    @Override
    public void measured(Row row) {
      rows.add(row);
    }

    @Override
    public void refused(String why) {
      refusals.add(why);
    }
  }

  private static Backend simulator(int ranks) {
    return Backends.choose("sim", BackendConfig.ofDevices(ranks)).open();
  }

  private static BenchPlan plan(
      List<Workload> workloads, List<DataType> types, List<Builtin> ops, boolean check) {
    SizeRange sizes = SizeRange.byFactor(264, 8448, 32);
    return new BenchPlan(workloads, types, ops, sizes, 1, 2, 0, Duration.ZERO, check, false);
  }

  private static Heard run(int ranks, BenchPlan plan) {
    Heard heard = new Heard();
    try (Backend backend = simulator(ranks)) {
      new BenchRunner(backend, ranks, plan).run(heard);
    }
    return heard;
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void everyOperation_givesRightResults(int ranks) {
    Heard heard =
        run(ranks, plan(Workload.ALL, List.of(DataType.FLOAT32), List.of(Builtin.SUM), true));
    assertThat(heard.rows).hasSize(2 * Workload.ALL.size());
    assertThat(heard.rows).allSatisfy(row -> assertThat(row.isWrong()).as("%s", row).isFalse());
    assertThat(heard.rows)
        .flatMap(row -> row.measurements().toList())
        .allMatch(Measurement::isChecked)
        .allMatch(measurement -> measurement.micros() > 0)
        .allMatch(measurement -> measurement.enqueueNanos() > 0);
  }

  @Test
  void everyTypeAndReduction_givesRightResults() {
    List<Workload> allReduce = List.of(Workload.ofLabel("all_reduce"));
    Heard heard =
        run(3, plan(allReduce, List.of(DataType.values()), List.of(Builtin.values()), true));
    assertThat(heard.refusals).isEmpty();
    assertThat(heard.rows).hasSize(2 * 12 * 5);
    assertThat(heard.rows).allSatisfy(row -> assertThat(row.isWrong()).as("%s", row).isFalse());
  }

  @Test
  void inPlace_isMeasuredOnlyWhereTheOperationHasIt() {
    Heard heard = run(2, plan(Workload.ALL, List.of(DataType.INT8), List.of(Builtin.MAX), false));
    assertThat(
            heard.rows.stream().filter(row -> row.inPlace() == null).map(Row::operation).distinct())
        .containsExactly("all_to_all", "sendrecv");
    assertThat(heard.rows)
        .flatMap(row -> row.measurements().toList())
        .noneMatch(Measurement::isChecked);
  }

  @Test
  void sizes_areThoseThatTheRowsSay() {
    List<Workload> gather = List.of(Workload.ofLabel("gather"));
    Heard heard = run(4, plan(gather, List.of(DataType.FLOAT64), List.of(), true));
    assertThat(heard.rows).extracting(Row::bytes).containsExactly(256L, 8448L);
    assertThat(heard.rows).extracting(Row::count).containsExactly(8L, 264L);
    assertThat(heard.rows).extracting(Row::root).containsOnly(1);
    assertThat(heard.rows).extracting(Row::reduction).containsOnlyNulls();
  }

  @RankTest
  void oneWrongElement_isCounted(Rank rank) {
    BenchCase benchCase =
        new BenchCase(Workload.ofLabel("all_reduce"), DataType.INT32, Builtin.SUM, 0, 1000);
    ResultCheck check = new ResultCheck(benchCase, rank, new Patterns(2, 1));
    try (CaseBuffers buffers = CaseBuffers.outOfPlace(benchCase, rank)) {
      check.fill(buffers);
      benchCase.workload().issue(rank.communicator(), buffers, Builtin.SUM, 0);
      buffers.stream().synchronize();
      if (rank.rank() == 1) {
        buffers.needRecv().slice(500, 1).copyFrom(12345);
      }
      assertThat(check.countWrong(buffers)).isEqualTo(rank.rank());
    }
  }

  @Test
  void operationThatDoesNothing_isWrongEverywhere() {
    for (Workload workload : Workload.ALL) {
      BenchCase benchCase = new BenchCase(workload, DataType.INT64, Builtin.SUM, 0, 100);
      Patterns patterns = new Patterns(2, 1);
      long[] wrong = new long[2];
      try (Backend backend = simulator(2)) {
        Ranks.run(
            backend,
            2,
            rank -> {
              ResultCheck check = new ResultCheck(benchCase, rank, patterns);
              try (CaseBuffers buffers = CaseBuffers.outOfPlace(benchCase, rank)) {
                check.fill(buffers);
                wrong[rank.rank()] = check.countWrong(buffers);
              }
            });
      }
      assertThat(Arrays.stream(wrong).sum()).as(workload.label()).isGreaterThanOrEqualTo(100);
    }
  }
}
