package org.jccl.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Ranks;
import org.jccl.ReduceOp;
import org.jccl.sim.kernel.RankThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Ranks on a carrier of their own do what they do on the common scheduler. */
class RankThreadsTest {
  @AfterEach
  void asBefore() {
    System.clearProperty(RankThreads.PROPERTY);
  }

  @Test
  void traceDoesNotDependOnTheScheduler() {
    long own = trace();
    System.setProperty(RankThreads.PROPERTY, "common");

    assertThat(trace()).isEqualTo(own);
  }

  private static long trace() {
    try (Simulator simulator = Simulator.builder().devices(5).seed(7).build()) {
      Ranks.run(
          simulator.backend(),
          5,
          rank -> {
            try (DeviceBuffer buffer = rank.device().allocate(DataType.INT32, 3)) {
              buffer.copyFrom(rank.rank(), 2, 3);
              for (int i = 0; i < 20; i++) {
                rank.communicator().allReduce(buffer, ReduceOp.MAX);
                rank.communicator().defaultStream().synchronize();
              }
            }
          });
      return simulator.traceHash();
    }
  }

  /** A body that never parks keeps its carrier: the others need another one. */
  @Test
  void blockingBodyThatSpins_doesNotKeepTheOthersFromRunning() {
    assumeTrue(isOwn());
    AtomicBoolean told = new AtomicBoolean();
    try (Simulator simulator = Simulator.builder().devices(3).build()) {
      Ranks.run(
          simulator.backend(),
          3,
          rank -> {
            if (rank.rank() == 0) {
              rank.blocking(
                  () -> {
                    while (!told.get()) {
                      Thread.onSpinWait();
                    }
                    return null;
                  });
            } else {
              rank.communicator().defaultStream().synchronize();
              told.set(rank.rank() == 2 || told.get());
            }
            rank.communicator().barrier();
            rank.communicator().defaultStream().synchronize();
          });
    }
    assertThat(told).isTrue();
  }

  /** A virtual thread takes over the scheduler of the one that starts it, and may outlive it. */
  @Test
  void threadOfARank_runsOn_whenTheRanksHaveEnded() throws InterruptedException {
    CountDownLatch go = new CountDownLatch(1);
    AtomicReference<Thread> child = new AtomicReference<>();
    AtomicBoolean ran = new AtomicBoolean();
    try (Simulator simulator = Simulator.builder().devices(1).build()) {
      Ranks.run(
          simulator.backend(),
          1,
          rank ->
              child.set(
                  Thread.ofVirtual()
                      .start(
                          () -> {
                            try {
                              go.await();
                              ran.set(true);
                            } catch (InterruptedException stopped) {
                              Thread.currentThread().interrupt();
                            }
                          })));
    }
    go.countDown();
    child.get().join();
    assertThat(ran).isTrue();
  }

  private static boolean isOwn() {
    return "own".equals(System.getProperty(RankThreads.PROPERTY));
  }
}
