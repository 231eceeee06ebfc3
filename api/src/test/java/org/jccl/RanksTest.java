package org.jccl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jccl.RanksFailedException.RankFailure;
import org.jccl.testing.Crew;
import org.jccl.testing.FakeBackend;
import org.jccl.testing.FakeCommunicator;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

class RanksTest {
  private final FakeBackend backend = new FakeBackend(4);

  @Test
  void everyRank_getsItsPlaceDeviceCommunicatorGroupAndArguments() {
    Set<Integer> ran = new ConcurrentSkipListSet<>();

    Ranks.run(
        backend,
        4,
        List.of("a", "b"),
        rank -> {
          assertThat(rank.worldSize()).isEqualTo(4);
          assertThat(rank.device()).isSameAs(backend.devices().get(rank.rank()));
          assertThat(rank.communicator().rank()).isEqualTo(rank.rank());
          assertThat(rank.communicator().state()).isEqualTo(Communicator.State.READY);
          assertThat(rank.args()).containsExactly("a", "b");
          assertThat(rank.blocking(() -> 7)).isEqualTo(7);
          byte[] mine = {(byte) rank.rank()};
          assertThat(rank.processGroup().allGather(mine)).hasSize(4);
          ran.add(rank.rank());
        });

    assertThat(ran).containsExactly(0, 1, 2, 3);
    assertThat(backend.communicators())
        .hasSize(4)
        .allMatch(one -> one.state() == Communicator.State.CLOSED)
        .allMatch(one -> one.aborts() == 0);
  }

  @Test
  void fewerRanksThanDevices_isFine_alsoOne() {
    Ranks.run(backend, 1, rank -> rank.communicator().barrier());

    assertThat(backend.communicator(0).issued()).hasSize(2);
  }

  @Test
  void moreRanksThanDevices_isRefused_namingBothNumbers() {
    assertThatThrownBy(() -> Ranks.run(backend, 5, rank -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("5 ranks")
        .hasMessageContaining("has 4");
    assertThat(backend.communicators()).isEmpty();
  }

  @Test
  void noRanks_isRefused() {
    assertThatThrownBy(() -> Ranks.run(backend, 0, rank -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("world size 0");
  }

  @Test
  void oneFailingRank_freesRanksThatWaitInACollective() {
    RanksFailedException report =
        failureOf(
            4,
            rank -> {
              if (rank.rank() == 2) {
                throw new IllegalStateException("boom");
              }
              rank.communicator().barrier();
              rank.communicator().defaultStream().synchronize();
            });

    assertThat(report.getCause()).isInstanceOf(IllegalStateException.class).hasMessage("boom");
    assertThat(report.failures()).hasSize(4);
    assertThat(report.failures().getFirst())
        .extracting(RankFailure::rank, RankFailure::phase, RankFailure::secondary)
        .containsExactly(2, "running", false);
    assertThat(report.failures().subList(1, 4)).allMatch(RankFailure::secondary);
    assertThat(report.getSuppressed()).as("consequences are not printed again").isEmpty();
    assertThat(report)
        .hasMessageStartingWith("rank 2/4 failed first, 4 of 4 ranks failed (backend fake)")
        .hasMessageContaining("1. rank 2, running: java.lang.IllegalStateException: boom")
        .hasMessageContaining("RanksTest")
        .hasMessageContaining("consequences: ranks 0, 1, 3 (CommunicatorAbortedException)");
    assertThat(backend.communicators()).allMatch(one -> one.state() == Communicator.State.CLOSED);
  }

  @Test
  void oneFailingRank_freesRanksThatWaitInTheProcessGroup() {
    RanksFailedException report =
        failureOf(
            3,
            rank -> {
              if (rank.rank() == 0) {
                throw new IOException("no file");
              }
              rank.processGroup().barrier(Duration.ofMinutes(5));
            });

    assertThat(report.getCause()).isInstanceOf(IOException.class);
    assertThat(report.failures()).hasSize(3);
    assertThat(report.failures().subList(1, 3))
        .allMatch(RankFailure::secondary)
        .allSatisfy(one -> assertThat(one.cause()).hasMessageContaining("rank 0 will not come"));
  }

  @Test
  void oneFailingRank_freesRanksThatBlockOutsideJccl() {
    CountDownLatch never = new CountDownLatch(1);

    RanksFailedException report =
        failureOf(
            2,
            rank -> {
              if (rank.rank() == 1) {
                throw new LinkageError("an error, not an exception");
              }
              rank.blocking(
                  () -> {
                    never.await();
                    return null;
                  });
            });

    assertThat(report.getCause()).isInstanceOf(LinkageError.class);
    assertThat(report.failures().get(1).secondary()).isTrue();
  }

  @Test
  void allFailing_areAllReported_sameWordsOnlyOnce() {
    RanksFailedException report =
        failureOf(
            3,
            rank -> {
              throw new IllegalArgumentException("all the same");
            });

    assertThat(report.failures()).extracting(RankFailure::rank).containsExactlyInAnyOrder(0, 1, 2);
    assertThat(report.failures()).noneMatch(RankFailure::secondary);
    assertThat(report.getMessage()).containsOnlyOnce("all the same");
    assertThat(report.getMessage()).contains("the same: ranks ");
  }

  @Test
  void failureInOpening_isReportedOnEveryRank() {
    FakeBackend without =
        new FakeBackend(2) {
          @Override
          public UniqueId newUniqueId() {
            throw new CollectiveException(ResultCode.SYSTEM_ERROR, "no network");
          }
        };

    RanksFailedException report =
        catchThrowableOfType(RanksFailedException.class, () -> Ranks.run(without, 2, rank -> {}));

    assertThat(report.failures()).hasSize(2).allMatch(one -> one.phase().equals("opening"));
    assertThat(report).hasMessageContaining("no network");
  }

  @Test
  void failureInClosing_isReported() {
    FakeBackend stubborn =
        new FakeBackend(2) {
          @Override
          protected void prepare(FakeCommunicator communicator) {
            if (communicator.rank() == 1) {
              communicator.onClose =
                  () -> {
                    throw new IllegalStateException("a leak");
                  };
            }
          }
        };

    RanksFailedException report =
        catchThrowableOfType(RanksFailedException.class, () -> Ranks.run(stubborn, 2, rank -> {}));

    assertThat(report.failures()).hasSize(1);
    assertThat(report).hasMessageContaining("rank 1, closing: java.lang.IllegalStateException");
  }

  @Test
  void interruptingTheCaller_endsTheRanks_andKeepsTheFlag() {
    CountDownLatch inside = new CountDownLatch(2);
    Crew<Boolean> caller =
        Crew.start(
            1,
            ignored -> {
              assertThatThrownBy(
                      () ->
                          Ranks.run(
                              backend,
                              2,
                              rank -> {
                                inside.countDown();
                                rank.processGroup().broadcast(new byte[1], 0);
                                new CountDownLatch(1).await();
                              }))
                  .isInstanceOf(CollectiveException.class)
                  .hasMessageContaining("interrupted while 2 ranks ran")
                  .hasCauseInstanceOf(InterruptedException.class);
              return Thread.currentThread().isInterrupted();
            });

    awaitQuietly(inside);
    caller.thread(0).interrupt();

    assertThat(caller.join().result(0)).isTrue();
    assertThat(backend.communicators()).allMatch(one -> one.state() == Communicator.State.CLOSED);
  }

  @Test
  void assertionOfARank_staysTheFailureOfTheTest() {
    AssertionError expected = new AssertionError("expected 3 but was 4");

    AssertionError thrown =
        catchThrowableOfType(
            AssertionError.class,
            () ->
                Ranks.run(
                    backend,
                    2,
                    rank -> {
                      if (rank.rank() == 1) {
                        throw expected;
                      }
                      rank.communicator().barrier();
                      rank.communicator().defaultStream().synchronize();
                    }));

    assertThat(thrown).isSameAs(expected);
    assertThat(thrown.getSuppressed()).singleElement().isInstanceOf(RanksFailedException.class);
    assertThat(thrown.getSuppressed()[0])
        .hasMessageContaining("consequences: rank 0 (CommunicatorAbortedException)")
        .hasMessageContaining("on: ");
  }

  @Test
  void abortedAssumptionOfARank_staysASkip() {
    assertThatThrownBy(() -> Ranks.run(backend, 2, rank -> Assumptions.abort("not on this host")))
        .isInstanceOf(TestAbortedException.class)
        .hasMessage("not on this host");
  }

  @Test
  void failureThatCannotSayWhy_isStillReported() {
    class Mute extends RuntimeException {
      @Override
      public String getMessage() {
        throw new IllegalStateException("no words");
      }
    }

    RanksFailedException report =
        failureOf(
            2,
            rank -> {
              throw new Mute();
            });

    assertThat(report)
        .hasMessageContaining("Mute (it cannot say why: java.lang.IllegalStateException)");
    assertThat(report.failures().getFirst().cause()).isInstanceOf(Mute.class);
    StringWriter printed = new StringWriter();
    report.printStackTrace(new PrintWriter(printed));
    assertThat(printed.toString()).contains("failed first");
  }

  @Test
  void wordsOfAFailure_areCleanAndBounded() {
    RanksFailedException report =
        failureOf(
            1,
            rank -> {
              throw new IOException("\u001B[2J\u202Eevil" + "x".repeat(1 << 22));
            });

    assertThat(report.getMessage())
        .contains("\\u001B[2J\\u202Eevilxxx", " characters in all)")
        .doesNotContain("\u001B", "\u202E")
        .hasSizeLessThan(5_000);
  }

  private RanksFailedException failureOf(int worldSize, RankProgram program) {
    return catchThrowableOfType(
        RanksFailedException.class, () -> Ranks.run(backend, worldSize, program));
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException interrupt) {
      throw new AssertionError(interrupt);
    }
  }
}
