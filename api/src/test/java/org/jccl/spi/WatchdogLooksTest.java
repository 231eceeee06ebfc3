package org.jccl.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jccl.Communicator.State;
import org.jccl.Stream;
import org.jccl.config.TimeLimit;
import org.junit.jupiter.api.Test;

/** What a watchdog asks at which of its looks; the test says what time it is. */
class WatchdogLooksTest {
  private static final class Calls implements Watchdog.Watched {
    long calls;
    int asked;
    boolean issues;

    @Override
    public State lastState() {
      return State.READY;
    }

    @Override
    public Optional<String> failure() {
      return Optional.empty();
    }

    @Override
    public Optional<TimeLimit> operationLimit() {
      return Optional.empty();
    }

    @Override
    public List<Stream> usedStreams() {
      return List.of();
    }

    @Override
    public long callsMade() {
      return calls;
    }

    @Override
    public boolean isIssuing() {
      return issues;
    }

    @Override
    public boolean isInCall() {
      return false;
    }

    @Override
    public String inside() {
      return "";
    }

    @Override
    public Optional<String> closedEarly() {
      asked++;
      return Optional.empty();
    }

    @Override
    public void isNearItsLimit(Duration left) {}

    @Override
    public void end(String why, boolean isLate) {}
  }

  private static long millis(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }

  @Test
  void othersAreAsked_onlyWhileThisRankMakesNoCall() {
    Calls rank = new Calls();
    Watchdog.Watch watch = new Watchdog.Watch(rank, null);

    watch.look(millis(0));
    watch.look(millis(5_000));
    assertThat(rank.asked).as("it has not called yet").isZero();
    rank.calls = 1;
    watch.look(millis(5_050));
    watch.look(millis(5_300));
    assertThat(rank.asked).as("it has called just now").isZero();
    watch.look(millis(5_400));
    assertThat(rank.asked).isEqualTo(1);
    rank.calls = 2;
    watch.look(millis(5_450));
    assertThat(rank.asked).isEqualTo(1);
  }

  @Test
  void othersAreAsked_whileTheFirstCallHasNotComeBack() {
    Calls rank = new Calls();
    Watchdog.Watch watch = new Watchdog.Watch(rank, null);
    rank.issues = true;

    watch.look(millis(0));
    assertThat(rank.asked).isZero();
    watch.look(millis(350));
    assertThat(rank.asked).isEqualTo(1);
  }
}
