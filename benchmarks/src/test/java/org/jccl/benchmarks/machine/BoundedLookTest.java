package org.jccl.benchmarks.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BoundedLookTest {
  @Test
  void lookThatHangs_isGivenUpAndTold_andTheNextOneIsMade() {
    CountDownLatch never = new CountDownLatch(1);
    BoundedLook look = new BoundedLook(Duration.ofMillis(100));

    String seen =
        look.at(
            "the driver",
            () -> {
              try {
                never.await();
              } catch (InterruptedException end) {
                Thread.currentThread().interrupt();
              }
              return "an answer";
            },
            "nothing");

    assertThat(seen).isEqualTo("nothing");
    assertThat(look.givenUp().getFirst()).contains("the driver was given up", "it hangs in");
    never.countDown();
  }

  @Test
  void lookThatFails_isTold() {
    BoundedLook look = new BoundedLook(Duration.ofSeconds(30));

    assertThat(
            look.<String>at(
                "the driver",
                () -> {
                  throw new IllegalStateException("no driver");
                },
                "nothing"))
        .isEqualTo("nothing");
    assertThat(look.givenUp().getFirst()).contains("failed", "no driver");
    assertThat(look.at("another", () -> 1, 2)).isEqualTo(1);
  }
}
