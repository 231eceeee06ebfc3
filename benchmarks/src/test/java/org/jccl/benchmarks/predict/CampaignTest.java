package org.jccl.benchmarks.predict;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.List;
import org.assertj.core.data.Offset;
import org.jccl.DataType;
import org.jccl.Ranks;
import org.jccl.benchmarks.bench.Workload;
import org.jccl.sim.Simulator;
import org.junit.jupiter.api.Test;

class CampaignTest {
  private static List<PredictionSample> run(boolean heldOut) {
    Campaign campaign =
        new Campaign(
            List.of(Workload.ofLabel("all_gather"), Workload.ofLabel("sendrecv")),
            List.of(DataType.FLOAT32, DataType.BFLOAT16),
            4 << 20,
            heldOut);
    try (Simulator simulator = Simulator.builder().devices(2).build()) {
      return campaign.run(simulator.backend(), 2, new PrintWriter(Writer.nullWriter())).stream()
          .flatMap(row -> PredictionSample.of(row, 2))
          .toList();
    }
  }

  @Test
  void evenPowersOfTwo_areMeasured_inOrder() {
    List<PredictionSample> samples = run(false);
    assertThat(samples).hasSize(2 * 2 * 10).allMatch(PredictionSample::isFitted);
    assertThat(samples.subList(0, 3))
        .extracting(PredictionSample::bytes)
        .containsExactly(16L, 64L, 256L);
    assertThat(samples).extracting(PredictionSample::bytes).contains(4L << 20);
  }

  @Test
  void heldOutSizes_areThoseBetween() {
    List<PredictionSample> samples = run(true);
    assertThat(samples.stream().filter(PredictionSample::isFitted)).hasSize(2 * 2 * 10);
    assertThat(samples.stream().filter(sample -> !sample.isFitted()))
        .hasSize(2 * 2 * 10)
        .extracting(PredictionSample::bytes)
        .contains(8L, 2L << 20);
  }

  /** The queued clock of the simulator is the simulator's own estimate, to a nanosecond. */
  @Test
  void onTheSimulator_timesAreVirtual() {
    PredictionSample sample =
        run(false).stream().filter(each -> each.bytes() == 1 << 20).findFirst().orElseThrow();
    try (Simulator simulator = Simulator.builder().devices(2).build()) {
      double[] estimate = new double[1];
      Ranks.run(
          simulator.backend(),
          2,
          rank -> {
            try (var send = rank.device().allocate(sample.type(), sample.count());
                var recv = rank.device().allocate(sample.type(), 2 * sample.count())) {
              double micros =
                  rank.backend()
                      .simulate(group -> group.on(rank.communicator()).allGather(send, recv))
                      .orElseThrow();
              estimate[0] = rank.rank() == 0 ? micros : estimate[0];
            }
          });
      assertThat(sample.micros()).isCloseTo(estimate[0], Offset.offset(0.002));
    }
  }
}
