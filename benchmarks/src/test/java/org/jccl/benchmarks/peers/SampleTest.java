package org.jccl.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SampleTest {
  @Test
  void lines_amongAnMpisChatter_areRead() {
    String output =
        """
        WARNING: Linux kernel CMA support was requested
        openmpi:mal\tallreduce\t2\t8\t0.3620\t100000

        openmpi:mal\tallreduce\t2\t67108864\t20681.0000\t7
        """;
    assertThat(PeerSample.parse("openmpi:mal", output))
        .containsExactly(
            new PeerSample("openmpi:mal", "allreduce", 2, 8, 0.362, 100_000, 0),
            new PeerSample("openmpi:mal", "allreduce", 2, 67_108_864, 20_681, 7, 0));
    assertThat(PeerSample.parse("mpich:default", output)).isEmpty();
  }

  @Test
  void openingTime_isASeventhColumn() {
    assertThat(PeerSample.parse("jccl:scale", "jccl:scale\tallreduce\t64\t4096\t1.5\t100\t12.25\n"))
        .containsExactly(new PeerSample("jccl:scale", "allreduce", 64, 4096, 1.5, 100, 12.25));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x\tallreduce\t2\t8",
        "x\tallreduce\ttwo\t8\t1.0\t5",
        "x\tallreduce\t2\t8\tnan\t5",
        "x\tallreduce\t2\t8\t-1.0\t5",
        "x\tallreduce\t2\t8\tNaN\t5"
      })
  void garbledLine_isNoResult(String line) {
    assertThatThrownBy(() -> PeerSample.parse("x", line))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(line);
  }
}
