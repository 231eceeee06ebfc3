package org.jccl.benchmarks.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jccl.benchmarks.report.Measurement;
import org.junit.jupiter.api.Test;

class RankResultTest {
  private static RankResult result(double mean, long wrong, double... samples) {
    return new RankResult(new RankTimes(mean, samples, 5, 10 * mean), wrong, "");
  }

  @Test
  void slowestRank_isTheCollectivesTime() {
    Measurement combined =
        RankResult.combine(List.of(result(2, 0, 1, 3), result(4, 3, 5, 2)), 8000, 1.5, true);
    assertThat(combined.micros()).isEqualTo(4);
    assertThat(combined.microsFastestRank()).isEqualTo(2);
    assertThat(combined.microsAverage()).isEqualTo(3);
    assertThat(combined.algorithmBandwidth()).isEqualTo(2);
    assertThat(combined.busBandwidth()).isEqualTo(3);
    assertThat(combined.wrong()).isEqualTo(3);
    assertThat(combined.iterations()).isEqualTo(10);
    assertThat(combined.spread().min()).isEqualTo(3);
    assertThat(combined.spread().max()).isEqualTo(5);
  }

  @Test
  void uncheckedRanks_stayUnchecked() {
    RankResult unchecked = result(2, Measurement.UNCHECKED, 1);
    assertThat(RankResult.combine(List.of(unchecked, unchecked), 8, 1, true).isChecked()).isFalse();
  }

  @Test
  void bytes_carryEverything() {
    RankResult read = RankResult.ofBytes(result(2.5, 7, 1, 2, 3).toBytes());
    assertThat(read.times().sampleMicros()).containsExactly(1, 2, 3);
    assertThat(read.times().micros()).isEqualTo(2.5);
    assertThat(read.times().enqueueNanos()).isEqualTo(25);
    assertThat(read.times().operationsPerSample()).isEqualTo(5);
    assertThat(read.wrong()).isEqualTo(7);
    RankResult refused = RankResult.ofBytes(RankResult.refused("nö").toBytes());
    assertThat(refused.refusal()).isEqualTo("nö");
    assertThat(refused.times()).isNull();
  }
}
