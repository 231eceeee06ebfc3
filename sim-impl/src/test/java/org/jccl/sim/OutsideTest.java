package org.jccl.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.LinkedBlockingQueue;
import org.jccl.Ranks;
import org.junit.jupiter.api.Test;

/** Ranks that wait for something outside jccl let the others run. */
class OutsideTest {
  @Test
  void blocking_letsTheRankThatFeedsTheQueueRun() {
    LinkedBlockingQueue<Integer> queue = new LinkedBlockingQueue<>();
    try (Simulator simulator = Simulator.builder().devices(2).build()) {
      Ranks.run(
          simulator.backend(),
          2,
          rank -> {
            if (rank.rank() == 0) {
              assertThat(rank.blocking(queue::take)).isEqualTo(7);
            } else {
              queue.add(7);
            }
            rank.communicator().barrier();
            rank.communicator().defaultStream().synchronize();
          });
      assertThat(simulator.isRepeatable()).isFalse();
    }
  }
}
