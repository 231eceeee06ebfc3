package org.jccl.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.Ranks;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.junit.jupiter.api.Test;

/** What opening and calling may cost, in decisions, which can be counted; never in time. */
class CallCostTest {
  private static final int RANKS = 8;

  private static void reduce(Rank rank, int calls) {
    Stream stream = rank.communicator().defaultStream();
    try (DeviceBuffer buffer = rank.device().allocate(DataType.FLOAT32, 2)) {
      buffer.fill((byte) 0, stream);
      for (int call = 0; call < calls; call++) {
        rank.communicator().allReduce(buffer, buffer, ReduceOp.SUM, stream);
        stream.synchronize();
      }
    }
  }

  @Test
  void opening_takesAsManyDecisionsPerRank_inLargeWorldsAsInSmallOnes() {
    long medium = eventsOfOpening(64);

    assertThat(eventsOfOpening(128) - medium).isEqualTo(2 * (medium - eventsOfOpening(32)));
  }

  private static long eventsOfOpening(int ranks) {
    try (Simulator simulator = Simulator.builder().devices(ranks).build()) {
      Ranks.run(simulator.backend(), ranks, rank -> {});
      return simulator.traceEvents();
    }
  }

  @Test
  void waitingForACollective_takesOneChangeOfThreadsARank_lessTheLast() {
    long few = eventsOf(10);

    // A call is enqueued, begins, and its rank is resumed: three events a rank.
    assertThat(eventsOf(20) - few).isEqualTo(10L * RANKS * 3);
  }

  private static long eventsOf(int calls) {
    try (Simulator simulator = Simulator.builder().devices(RANKS).build()) {
      Ranks.run(simulator.backend(), RANKS, rank -> reduce(rank, calls));
      return simulator.traceEvents();
    }
  }
}
