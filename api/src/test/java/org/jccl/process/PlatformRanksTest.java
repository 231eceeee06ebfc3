package org.jccl.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PlatformRanksTest {
  private final PlatformRanks ranks = new PlatformRanks();

  @Test
  void run_givesEachRankAPlatformThreadAndWaitsForAll() throws InterruptedException {
    Map<Integer, Thread> threads = new ConcurrentHashMap<>();

    ranks.run(3, rank -> threads.put(rank, Thread.currentThread()));

    assertThat(threads).hasSize(3);
    threads.forEach((rank, thread) -> assertThat(thread.getName()).isEqualTo("jccl-rank-" + rank));
    assertThat(threads.values()).noneMatch(Thread::isVirtual).allMatch(Thread::isDaemon);
  }

  @Test
  void interruptingTheCaller_interruptsTheRanks() throws InterruptedException {
    CountDownLatch bothInside = new CountDownLatch(2);
    CountDownLatch never = new CountDownLatch(1);
    AtomicBoolean passedOn = new AtomicBoolean();
    Thread caller =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    ranks.run(2, rank -> waitInside(bothInside, never));
                  } catch (InterruptedException expected) {
                    passedOn.set(true);
                  }
                });

    bothInside.await();
    caller.interrupt();
    caller.join();

    assertThat(passedOn).isTrue();
  }

  private static void waitInside(CountDownLatch inside, CountDownLatch never) {
    inside.countDown();
    try {
      never.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
