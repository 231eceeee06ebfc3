package org.jccl.benchmarks.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SizeRangeTest {
  @Test
  void theLargestNumbers_areAnEnd() {
    assertThat(SizeRange.byFactor(1, Long.MAX_VALUE, 2).sizes()).hasSize(63);
    assertThat(SizeRange.byStep(1, Long.MAX_VALUE, Long.MAX_VALUE / 2).sizes()).hasSize(3);
  }

  @Test
  void byFactor_endsAtTheLargestSize() {
    assertThat(SizeRange.byFactor(8, 64, 2).sizes()).containsExactly(8L, 16L, 32L, 64L);
    assertThat(SizeRange.byFactor(8, 63, 2).sizes()).containsExactly(8L, 16L, 32L);
  }

  @Test
  void byStep_adds() {
    assertThat(SizeRange.byStep(10, 35, 10).sizes()).containsExactly(10L, 20L, 30L);
  }

  @Test
  void byFactor_nearTheEndOfLongs_ends() {
    assertThat(SizeRange.byFactor(1L << 61, Long.MAX_VALUE - 1, 2).sizes())
        .containsExactly(1L << 61, 1L << 62);
  }

  @Test
  void nonsense_isRefused() {
    assertThatThrownBy(() -> SizeRange.byFactor(8, 4, 2))
        .hasMessageContaining("below the smallest");
    assertThatThrownBy(() -> SizeRange.byFactor(0, 4, 2)).hasMessageContaining("at least 1 byte");
    assertThatThrownBy(() -> SizeRange.byFactor(8, 64, 1)).hasMessageContaining("at least 2");
    assertThatThrownBy(() -> SizeRange.byStep(8, 64, 0)).hasMessageContaining("at least 1 byte");
    assertThatThrownBy(() -> SizeRange.byStep(1, 1 << 30, 1)).hasMessageContaining("10000 sizes");
  }
}
