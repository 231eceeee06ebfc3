package org.jccl.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jccl.CallConfig;
import org.jccl.CallListener;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.IssuedCall;
import org.jccl.MisuseKind;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.Ranks;
import org.jccl.RanksFailedException;
import org.jccl.ReduceOp;
import org.jccl.ReportedMisuse;
import org.jccl.config.CallField;
import org.jccl.sim.Provokes;
import org.jccl.sim.Simulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls with a configuration of their own (rules CFG-25 to CFG-29, SIM-67). */
class CallConfigTest {
  private static void run(int ranks, RankProgram body) {
    try (Simulator simulator =
        Simulator.builder().devices(ranks).ncclVersion("2.31.2").warnings(line -> {}).build()) {
      Ranks.run(simulator.backend(), ranks, body);
    }
  }

  private static void sum(Rank rank, CallConfig config) {
    try (DeviceBuffer buffer = rank.device().allocate(DataType.INT32, 4)) {
      buffer.copyFrom(1, 2, 3, 4);
      rank.communicator().configured(config).allReduce(buffer, ReduceOp.SUM);
      rank.communicator().defaultStream().synchronize();
    }
  }

  @Test
  void anOlderLibrary_isNamed() {
    try (Simulator simulator = Simulator.builder().devices(1).build()) {
      Ranks.run(
          simulator.backend(),
          1,
          rank ->
              assertThatThrownBy(() -> rank.communicator().configured(CallConfig.ofAlgorithms("")))
                  .isInstanceOf(UnsupportedOperationException.class)
                  .hasMessage("ncclAllReduceConfig needs NCCL 2.31.2, found 2.28.9"));
    }
  }

  @Provokes(reports = MisuseKind.MISMATCH, leaves = "ranks are stopped by the report")
  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void configurationsThatDiffer_areAMismatch(int ranks) {
    CallConfig wide = CallConfig.builder().ctas(4, 8).build();
    CallConfig narrow = CallConfig.builder().ctas(1, 2).build();

    assertThatThrownBy(() -> run(ranks, rank -> sum(rank, rank.rank() == 1 ? narrow : wide)))
        .isInstanceOf(RanksFailedException.class)
        .hasRootCauseInstanceOf(ReportedMisuse.class)
        .hasMessageContainingAll(
            "MISMATCH(config)",
            "rank 0 has configuration (minCTAs 4, maxCTAs 8)",
            "rank 1 has configuration (minCTAs 1, maxCTAs 2)");
  }

  @Provokes(reports = MisuseKind.MISMATCH, leaves = "ranks are stopped by the report")
  @Test
  void aConfigurationOfSomeRanksOnly_isAMismatch() {
    assertThatThrownBy(
            () ->
                run(
                    3,
                    rank -> {
                      if (rank.rank() == 2) {
                        try (DeviceBuffer buffer = rank.device().allocate(DataType.INT32, 4)) {
                          buffer.copyFrom(1, 2, 3, 4);
                          rank.communicator().allReduce(buffer, ReduceOp.SUM);
                          rank.communicator().defaultStream().synchronize();
                        }
                      } else {
                        sum(rank, CallConfig.ofAlgorithms("ring"));
                      }
                    }))
        .hasMessageContainingAll(
            "MISMATCH(config)", "rank 2 has no configuration", "algSelection \"ring\"");
  }

  @Test
  void tagsAndEmptyConfigurations_areNoMismatch() {
    run(
        3,
        rank -> {
          sum(rank, CallConfig.builder().profilerTag(rank.rank()).build());
          sum(rank, CallConfig.builder().forced(rank.rank() > 0).build());
          if (rank.rank() == 0) {
            try (DeviceBuffer buffer = rank.device().allocate(DataType.INT32, 4)) {
              buffer.copyFrom(1, 2, 3, 4);
              rank.communicator().allReduce(buffer, ReduceOp.SUM);
              rank.communicator().defaultStream().synchronize();
            }
          } else {
            sum(rank, CallConfig.builder().build());
          }
        });
  }

  @Test
  void whatNcclIgnores_isRefusedByTheBuilder() {
    CallConfig.Builder builder = CallConfig.builder();
    assertThatThrownBy(() -> builder.set(CallField.MAX_CTAS, 65))
        .hasMessage("maxCTAs is 1 to 64, not 65");
    assertThatThrownBy(() -> builder.ctas(3, 2).build()).hasMessage("minCTAs 3 > maxCTAs 2");
  }

  @Test
  void listeners_seeTheConfiguration() {
    List<String> seen = new CopyOnWriteArrayList<>();
    CallListener.Factory factory =
        endpoint ->
            new CallListener() {
              @Override
              public void before(IssuedCall call) {
                seen.add(call.operation() + ": " + call.config());
              }
            };
    try (Simulator simulator =
        Simulator.builder().devices(1).ncclVersion("2.32.3").warnings(line -> {}).build()) {
      Ranks.run(
          simulator.backend(),
          1,
          CommunicatorConfig.builder().warmUp(false).listener(factory).build(),
          List.of(),
          rank -> {
            sum(rank, CallConfig.ofAlgorithms("tree,ring"));
            rank.communicator()
                .group(group -> group.configured(CallConfig.ofAlgorithms("ring")).barrier());
          });
    }
    assertThat(seen)
        .containsExactly(
            "all_reduce: algSelection \"tree,ring\"", "all_reduce: algSelection \"ring\"");
  }
}
