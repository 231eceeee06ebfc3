package org.jccl.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jccl.CollectiveException;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.MisuseKind;
import org.jccl.Ranks;
import org.jccl.ReduceOp;
import org.jccl.ReportedMisuse;
import org.jccl.ResultCode;
import org.jccl.config.Algorithm;
import org.jccl.config.ConfigField;
import org.jccl.config.Protocol;
import org.jccl.ops.Operation;
import org.jccl.sim.machine.CallPlan;
import org.jccl.sim.machine.GpuProfile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the simulator says of how NCCL would carry a call out, and what pins do to it. */
@Timeout(20)
class PlanTest {
  private static void onRanks(
      Simulator.Builder world, int ranks, CommunicatorConfig config, Consumer<Communicator> body) {
    try (Simulator simulator = world.devices(ranks).build()) {
      Ranks.run(
          simulator.backend(), ranks, config, List.of(), rank -> body.accept(rank.communicator()));
    }
  }

  private static CallPlan sum(Communicator comm, long count) {
    return Simulator.plan(comm, Operation.ALL_REDUCE, DataType.FLOAT32, ReduceOp.SUM, count);
  }

  @Test
  void fourRanks_changeProtocolsWithTheSize_asMeasuredOnH200() {
    onRanks(
        Simulator.builder(),
        4,
        CommunicatorConfig.defaults(),
        comm -> {
          assertThat(sum(comm, 1).protocol()).isEqualTo(Protocol.LL);
          assertThat(sum(comm, 1).lastChannel()).isZero();
          assertThat(sum(comm, 1 << 20).protocol()).isEqualTo(Protocol.LL128);
          assertThat(sum(comm, 1 << 22))
              .extracting(CallPlan::protocol, CallPlan::lastChannel)
              .containsExactly(Protocol.SIMPLE, 23);
        });
  }

  @Test
  void pins_holdForOperationsThatHaveThem_andChangeTheSum() {
    CommunicatorConfig tree =
        CommunicatorConfig.builder()
            .algorithm(Algorithm.TREE)
            .protocol(Protocol.SIMPLE)
            .set(ConfigField.MAX_CTAS, 2)
            .build();
    onRanks(
        Simulator.builder(),
        3,
        tree,
        comm -> {
          CallPlan plan = sum(comm, 1 << 20);
          assertThat(plan.algorithm()).isEqualTo(Algorithm.TREE);
          assertThat(plan.protocol()).isEqualTo(Protocol.SIMPLE);
          assertThat(plan.lastChannel()).isEqualTo(1);
          assertThat(
                  Simulator.plan(comm, Operation.BROADCAST, DataType.INT8, ReduceOp.SUM, 1 << 20)
                      .algorithm())
              .isEqualTo(Algorithm.RING);
          // 2^24 + 1 + 1 is 2^24 folded from the left, 2^24 + 2 folded from the right.
          try (DeviceBuffer data = comm.device().allocate(DataType.FLOAT32, 1)) {
            data.copyFrom(comm.rank() == 0 ? 1 << 24 : 1f);
            comm.allReduce(data, ReduceOp.SUM);
            comm.defaultStream().synchronize();
            float[] sum = new float[1];
            data.copyTo(sum);
            assertThat(sum[0]).isEqualTo((1 << 24) + 2f); // TREE-03: rank 0 comes last
          }
        });
  }

  @Test
  @Provokes(reports = MisuseKind.MISMATCH)
  void ranksThatPinDifferently_areReported() {
    assertThatThrownBy(
            () -> {
              try (Simulator simulator = Simulator.builder().devices(2).build()) {
                Ranks.run(
                    simulator.backend(),
                    2,
                    rank -> {
                      CommunicatorConfig config =
                          CommunicatorConfig.builder()
                              .algorithm(rank.rank() == 0 ? Algorithm.RING : Algorithm.TREE)
                              .build();
                      Communicator comm =
                          Communicator.open(
                              rank.processGroup(), rank.communicator().device(), config);
                      comm.barrier();
                    });
              }
            })
        .rootCause()
        .isInstanceOf(ReportedMisuse.class)
        .hasMessageContaining("pins Ring and any protocol")
        .hasMessageContaining("pins Tree and any protocol");
  }

  @Test
  void whatNothingIsLeftFor_isRefused_withNcclsCode() {
    onRanks(
        Simulator.builder().environment(Map.of("NCCL_ALGO", "allreduce:nvls")),
        2,
        CommunicatorConfig.builder().warmUp(false).build(),
        comm ->
            assertThatThrownBy(() -> sum(comm, 5))
                .isInstanceOf(CollectiveException.class)
                .hasMessageContaining("no algorithm/protocol available for function all_reduce")
                .hasMessageContaining("NCCL_ALGO was set to allreduce:nvls")
                .extracting(refused -> ((CollectiveException) refused).code())
                .isEqualTo(ResultCode.INVALID_USAGE));
  }

  @Test
  void moreDevicesThanAHostHas_areOnSeveralHosts() {
    onRanks(
        Simulator.builder().profile(GpuProfile.h200().withGpusPerHost(2)),
        4,
        CommunicatorConfig.defaults(),
        comm -> assertThat(sum(comm, 1).micros()).isGreaterThan(15)); // one host: about 10
  }

  @Test
  void messages_haveNoAlgorithm() {
    onRanks(
        Simulator.builder(),
        2,
        CommunicatorConfig.defaults(),
        comm ->
            assertThatThrownBy(
                    () ->
                        Simulator.plan(comm, Operation.ALL_TO_ALL, DataType.INT8, ReduceOp.SUM, 4))
                .isInstanceOf(IllegalArgumentException.class));
  }
}
