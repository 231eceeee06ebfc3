package org.jccl.benchmarks.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jccl.CheckLevel;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.test.RankTest;
import org.jccl.test.Strictness;

/**
 * How many bytes a call of the simulator may allocate: the garbage of a call is part of its time.
 */
class SimAllocationTest {
  private static final int RANKS = 8;
  private static final int CALLS = 2_000;
  private static final long MOST = 1_000;

  /** On a busy machine it takes long until all is compiled: before that, calls allocate more. */
  private static final int MOST_ROUNDS = 200;

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Of all rounds so far, bytes. */
  private final AtomicLong least = new AtomicLong(Long.MAX_VALUE);

  /** An all-reduce and a synchronize allocate some 400 bytes a rank; maps and texts made 2,900. */
  @RankTest(
      ranks = RANKS,
      seeds = 0,
      strict = Strictness.OFF,
      checks = CheckLevel.DEFAULT,
      timeoutSeconds = 600)
  void callInSteadyState_allocatesLittle(Rank rank) {
    for (int round = 0; round < MOST_ROUNDS && least.get() >= MOST; round++) {
      rank.processGroup().barrier(PATIENCE);
      long before = THREADS.getTotalThreadAllocatedBytes();
      reduce(rank, CALLS);
      if (rank.rank() == 0) {
        long made = THREADS.getTotalThreadAllocatedBytes() - before;
        least.accumulateAndGet(made / CALLS / RANKS, Math::min);
      }
      rank.processGroup().barrier(PATIENCE);
    }
    assertThat(least.get()).isLessThan(MOST);
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
