package org.jccl.conformance.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** {@link FairTime}. */
class FairTimeTest {
  private static final long OWN = ProcessHandle.current().pid();

  @Test
  void whatEnds_isAwaited() throws InterruptedException {
    CountDownLatch latch = new CountDownLatch(1);
    Thread.ofVirtual().start(latch::countDown);

    assertThat(
            FairTime.await(
                OWN,
                Duration.ofMinutes(1),
                time -> latch.await(time.toNanos(), TimeUnit.NANOSECONDS)))
        .isTrue();
  }

  @Test
  void whatNeverEnds_comesToAnEnd_alsoWhereTheSystemDoesNotTell() throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);

    for (long process : new long[] {OWN, -1}) {
      assertThat(
              FairTime.await(
                  process,
                  Duration.ofMillis(300),
                  time -> never.await(time.toNanos(), TimeUnit.NANOSECONDS)))
          .isFalse();
    }
  }
}
