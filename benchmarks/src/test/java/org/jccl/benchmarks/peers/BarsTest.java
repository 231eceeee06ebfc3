package org.jccl.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalDouble;
import org.jccl.benchmarks.simspeed.PeerOperation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BarsTest {
  @ParameterizedTest
  @CsvSource({"8, 0", "512, 0", "8191, 0", "8192, 1", "131072, 1", "2097152, 1", "67108864, 1"})
  void bestPeer(long bytes, double bar) {
    assertThat(Bars.timesBestPeer(bytes))
        .isEqualTo(bar == 0 ? OptionalDouble.empty() : OptionalDouble.of(bar));
  }

  @ParameterizedTest
  @CsvSource({"allreduce, 524288, 0", "allreduce, 1048576, 1.25", "reducescatter, 2097152, 1.6"})
  void limit(String op, long bytes, double bar) {
    assertThat(Bars.timesLimit(PeerOperation.of(op), bytes))
        .isEqualTo(bar == 0 ? OptionalDouble.empty() : OptionalDouble.of(bar));
  }
}
