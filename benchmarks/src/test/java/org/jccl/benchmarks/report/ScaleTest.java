package org.jccl.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ScaleTest {
  @Test
  void binary_labelsPowersOfTwo() {
    AxisScale scale = AxisScale.Binary.of(8, 1 << 20);
    assertThat(scale.ticks()).hasSizeLessThanOrEqualTo(8).startsWith(8.0);
    assertThat(scale.position(8)).isZero();
    assertThat(scale.position(1 << 20)).isCloseTo(1, within(1e-12));
  }

  @Test
  void binary_ofOneSize_putsItInTheMiddle() {
    assertThat(AxisScale.Binary.of(64, 64).position(64)).isCloseTo(0.5, within(1e-12));
  }

  @Test
  void decimal_reachesFromRoundToRoundNumber() {
    assertThat(AxisScale.Decimal.of(3, 42)).isEqualTo(new AxisScale.Decimal(2, 50));
    assertThat(AxisScale.Decimal.of(3, 42).ticks()).containsExactly(2.0, 5.0, 10.0, 20.0, 50.0);
    assertThat(AxisScale.Decimal.of(10, 10)).isEqualTo(new AxisScale.Decimal(10, 100));
    assertThat(AxisScale.Decimal.of(1, 1e6).ticks()).hasSize(7);
  }

  @Test
  void nothing_liesOnTheAxis() {
    assertThat(AxisScale.Decimal.of(1, 100).position(0)).isZero();
  }

  @Test
  void units_areForPeople() {
    assertThat(Units.bytes(8)).isEqualTo("8 B");
    assertThat(Units.bytes(1536)).isEqualTo("1.5 KiB");
    assertThat(Units.bytes(4 << 20)).isEqualTo("4 MiB");
    assertThat(Units.micros(0.25)).isEqualTo("250 ns");
    assertThat(Units.micros(12.345)).isEqualTo("12.3 µs");
    assertThat(Units.micros(2500)).isEqualTo("2.5 ms");
    assertThat(Units.micros(3e6)).isEqualTo("3 s");
    assertThat(Units.gigabytes(0.0001234)).isEqualTo("123 kB/s");
    assertThat(Units.gigabytes(0.05)).isEqualTo("50 MB/s");
    assertThat(Units.gigabytes(12.34)).isEqualTo("12.3 GB/s");
  }
}
