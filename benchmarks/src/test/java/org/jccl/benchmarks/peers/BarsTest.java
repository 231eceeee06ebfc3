package org.jccl.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalDouble;
import org.jccl.benchmarks.simspeed.PeerOperation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BarsTest {
  @ParameterizedTest
  @CsvSource({
    "allreduce, 8, 8, 3",
    "reducescatter, 4, 512, 1.5",
    "allreduce, 2, 512, 0",
    "allreduce, 8, 2048, 0",
    "allreduce, 2, 8192, 4",
    "reducescatter, 8, 524288, 4",
    "allreduce, 2, 2097152, 3",
    "allreduce, 4, 8388608, 2",
    "allreduce, 2, 67108864, 2",
    "allgather, 8, 128, 3",
    "allgather, 2, 8192, 1.3",
    "allgather, 4, 8192, 3",
    "allgather, 2, 2097152, 1.1",
    "allgather, 8, 2097152, 2",
    "allgather, 8, 33554432, 1",
    "bcast, 8, 8, 0",
    "bcast, 4, 32768, 1.5",
    "bcast, 2, 8388608, 1.3",
    "bcast, 2, 67108864, 1.4",
    "sendrecv, 2, 8, 0",
    "sendrecv, 2, 8192, 2",
    "sendrecv, 4, 8192, 0",
    "sendrecv, 8, 33554432, 2"
  })
  void bestPeer(String op, int ranks, long bytes, double bar) {
    assertThat(Bars.timesBestPeer(PeerOperation.of(op), ranks, bytes))
        .isEqualTo(bar == 0 ? OptionalDouble.empty() : OptionalDouble.of(bar));
  }

  @ParameterizedTest
  @CsvSource({"allreduce, 524288, 0", "allreduce, 1048576, 1.25", "reducescatter, 2097152, 1.6"})
  void limit(String op, long bytes, double bar) {
    assertThat(Bars.timesLimit(PeerOperation.of(op), bytes))
        .isEqualTo(bar == 0 ? OptionalDouble.empty() : OptionalDouble.of(bar));
  }
}
