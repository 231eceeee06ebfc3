package org.jccl.benchmarks.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.jccl.benchmarks.report.Spread;
import org.junit.jupiter.api.Test;

class StatisticsTest {
  @Test
  void percentile_isTheNearestRank() {
    double[] hundred = IntStream.rangeClosed(1, 100).asDoubleStream().toArray();
    assertThat(Statistics.percentile(hundred, 50)).isEqualTo(50);
    assertThat(Statistics.percentile(hundred, 95)).isEqualTo(95);
    assertThat(Statistics.percentile(hundred, 99)).isEqualTo(99);
    assertThat(Statistics.percentile(hundred, 100)).isEqualTo(100);
  }

  @Test
  void percentile_ofFewSamples_isOneOfThem() {
    double[] three = {1, 5, 9};
    assertThat(Statistics.percentile(three, 0)).isEqualTo(1);
    assertThat(Statistics.percentile(three, 50)).isEqualTo(5);
    assertThat(Statistics.percentile(three, 99)).isEqualTo(9);
    assertThat(Statistics.percentile(new double[] {7}, 50)).isEqualTo(7);
  }

  @Test
  void spread_leavesTheSamplesInTheirOrder() {
    double[] samples = {9, 1, 5};
    assertThat(Statistics.spread(samples, 4)).isEqualTo(new Spread(3, 4, 1, 5, 9, 9, 9));
    assertThat(samples).containsExactly(9, 1, 5);
  }
}
