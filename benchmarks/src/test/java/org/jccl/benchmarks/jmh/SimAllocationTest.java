package org.jccl.benchmarks.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.Ranks;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.sim.Simulator;
import org.junit.jupiter.api.Test;

/**
 * How many bytes a call of the simulator may allocate: the garbage of a call is part of its time.
 */
class SimAllocationTest {
  private static final int RANKS = 8;
  private static final int ROUNDS = 8;
  private static final int CALLS = 2_000;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** An all-reduce and a synchronize allocate some 400 bytes a rank; maps and texts made 2,900. */
  @Test
  void callInSteadyState_allocatesLittle() {
    long[] perRound = new long[ROUNDS];
    try (Simulator simulator = Simulator.builder().devices(RANKS).build()) {
      Ranks.run(
          simulator.backend(),
          RANKS,
          rank -> {
            for (int round = 0; round < ROUNDS; round++) {
              long before = THREADS.getTotalThreadAllocatedBytes();
              reduce(rank, CALLS);
              if (rank.rank() == 0) {
                perRound[round] = THREADS.getTotalThreadAllocatedBytes() - before;
              }
            }
          });
    }
    long least = Arrays.stream(perRound).min().orElseThrow() / CALLS / RANKS;
    assertThat(least).isLessThan(1_000);
  }

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
}
