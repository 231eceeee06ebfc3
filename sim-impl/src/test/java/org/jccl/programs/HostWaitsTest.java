package org.jccl.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.MisuseKind;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.Ranks;
import org.jccl.RanksFailedException;
import org.jccl.ReduceOp;
import org.jccl.ReportedMisuse;
import org.jccl.sim.Provokes;
import org.jccl.sim.Simulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranks that wait on the host, for each other or for ever, and their legal neighbours. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostWaitsTest {
  private static final int RANKS = 3;
  private static final Duration LIMIT = Duration.ofMillis(200);

  private static Simulator.Builder world() {
    return Simulator.builder().devices(RANKS).stallLimit(LIMIT).warnings(line -> {});
  }

  /** A sum over all ranks, whose device work the caller has to wait for. */
  private static void sum(Rank rank, DeviceBuffer buffer) {
    Communicator communicator = rank.communicator();
    communicator.allReduce(buffer, buffer, ReduceOp.SUM, communicator.defaultStream());
  }

  private static RankProgram withBuffer(Body body) {
    return rank -> {
      try (DeviceBuffer buffer = rank.device().allocate(DataType.FLOAT32, 4)) {
        buffer.copyFrom(new float[4]);
        body.run(rank, buffer);
        rank.communicator().defaultStream().synchronize();
      }
    };
  }

  private interface Body {
    void run(Rank rank, DeviceBuffer buffer) throws Exception;
  }

  private record Case(String name, Body body) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static void sumAndWait(Rank rank, DeviceBuffer buffer) {
    sum(rank, buffer);
    rank.communicator().defaultStream().synchronize();
  }

  // ---------------------------------------------------------------- guilty

  /** Each ends although its threads wait for each other in a circle, or for nothing. */
  static Stream<Case> guilty() {
    Object monitor = new Object();
    ReentrantLock lock = new ReentrantLock();
    Map<String, Integer> map = new ConcurrentHashMap<>();
    CompletableFuture<Void> never = new CompletableFuture<>();
    CountDownLatch latch = new CountDownLatch(1);
    AtomicBoolean flag = new AtomicBoolean();
    return Stream.of(
        new Case(
            "monitor across ranks",
            (rank, buffer) -> {
              synchronized (monitor) {
                sumAndWait(rank, buffer);
              }
            }),
        new Case(
            "lock across ranks",
            (rank, buffer) -> {
              lock.lock();
              try {
                sumAndWait(rank, buffer);
              } finally {
                lock.unlock();
              }
            }),
        new Case(
            "compute of a map across ranks",
            (rank, buffer) ->
                map.compute(
                    "key",
                    (key, old) -> {
                      sumAndWait(rank, buffer);
                      return 1;
                    })),
        one("latch", () -> latch.await()),
        one("latch, for a time", () -> latch.await(1, TimeUnit.HOURS)),
        one("sleep", () -> Thread.sleep(3_600_000)),
        one(
            "sleeps in a loop",
            () -> {
              while (!flag.get()) {
                Thread.sleep(1);
              }
            }),
        one("barrier for too many", () -> new CyclicBarrier(2).await()),
        one(
            "join",
            () -> {
              Thread thread = Thread.ofPlatform().daemon().start(() -> LockSupport.park());
              thread.join();
            }),
        one("future", () -> never.get()));
  }

  private interface Act {
    void run() throws Exception;
  }

  /** Rank 1 alone does it, the others wait in a sum. */
  private static Case one(String name, Act act) {
    return new Case(
        name,
        (rank, buffer) -> {
          if (rank.rank() == 1) {
            act.run();
          }
          sumAndWait(rank, buffer);
        });
  }

  @ParameterizedTest
  @MethodSource("guilty")
  @Provokes(reports = MisuseKind.HOST_BLOCKED)
  void guiltyProgram_endsWithOneReport(Case program) {
    for (Long seed : new Long[] {null, 7L}) {
      Simulator.Builder builder = world();
      Simulator simulator = (seed == null ? builder : builder.seed(seed)).build();
      try (simulator) {
        assertThatThrownBy(() -> Ranks.run(simulator.backend(), RANKS, withBuffer(program.body())))
            .isInstanceOf(RanksFailedException.class)
            .hasMessageContaining("HOST_BLOCKED")
            .hasMessageContaining("HostWaitsTest.java")
            .hasMessageNotContaining("VirtualThread.park"); // no frames of the JDK's own
        assertThat(simulator.findings())
            .extracting(ReportedMisuse::kind)
            .containsExactly(MisuseKind.HOST_BLOCKED);
        assertThat(simulator.isRepeatable()).isFalse();
      }
      assertThat(simulator.leaks()).isEmpty();
    }
  }

  @Test
  @Provokes(reports = MisuseKind.HOST_BLOCKED, leaves = "a rank that nothing can end")
  void rankThatIgnoresItsInterrupt_isLeftBehind_andOtherWorldsGoOn() {
    CompletableFuture<Void> never = new CompletableFuture<>();
    try (Simulator simulator = world().build()) {
      RanksFailedException report =
          (RanksFailedException)
              catchThrowable(
                  () ->
                      Ranks.run(
                          simulator.backend(),
                          RANKS,
                          withBuffer(
                              (rank, buffer) -> {
                                if (rank.rank() == 0) {
                                  never.join();
                                }
                                sumAndWait(rank, buffer);
                              })));
      assertThat(report).hasMessageContaining("HOST_BLOCKED: rank 0");
      assertThat(report).hasMessageContaining("left behind: the thread of rank 0");
      assertThat(report.failures())
          .filteredOn(failure -> failure.phase().equals("left behind"))
          .singleElement()
          .satisfies(failure -> assertThat(failure.cause().getStackTrace()).isNotEmpty());
      never.complete(null); // its thread goes on, and finds that its run is over
    }
    try (Simulator next = world().build()) {
      Ranks.run(next.backend(), RANKS, withBuffer(HostWaitsTest::sumAndWait));
    }
  }

  @Test
  @Provokes(reports = MisuseKind.HOST_BLOCKED, leaves = "a rank that nothing can end")
  void spin_isReported_andLeft() {
    AtomicBoolean end = new AtomicBoolean();
    try (Simulator simulator = world().build()) {
      assertThatThrownBy(
              () ->
                  Ranks.run(
                      simulator.backend(),
                      RANKS,
                      withBuffer(
                          (rank, buffer) -> {
                            while (rank.rank() == 2 && !end.get()) {
                              Thread.onSpinWait();
                            }
                            sumAndWait(rank, buffer);
                          })))
          .hasMessageContaining("HOST_BLOCKED: rank 2 runs on and on");
      assertThat(simulator.findings()).hasSize(1);
    } finally {
      end.set(true);
    }
  }

  @Test
  @Provokes(reports = MisuseKind.HOST_BLOCKED)
  void ownerOfAMonitor_isNamed() {
    Object monitor = new Object();
    RankProgram program =
        withBuffer(
            (rank, buffer) -> {
              synchronized (monitor) {
                sumAndWait(rank, buffer);
              }
            });
    try (Simulator simulator = world().build()) {
      assertThatThrownBy(() -> Ranks.run(simulator.backend(), RANKS, program))
          .hasMessageMatching(
              "(?s).*rank 1 is outside jccl .BLOCKED on a java.lang.Object that rank 0 holds, taken"
                  + " at [^\n]*HostWaitsTest.java:\\d+.*");
    }
  }

  @Test
  @Provokes(
      reports = MisuseKind.HOST_BLOCKED,
      leaves = "a rank that nothing can end before the lock is free")
  void ownerOutsideTheRanks_isNamed() throws InterruptedException {
    Object monitor = new Object();
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Thread keeper =
        Thread.ofPlatform()
            .name("keeper")
            .start(
                () -> {
                  synchronized (monitor) {
                    held.countDown();
                    try {
                      end.await();
                    } catch (InterruptedException stop) {
                      Thread.currentThread().interrupt();
                    }
                  }
                });
    held.await();
    try (Simulator simulator = world().build()) {
      assertThatThrownBy(
              () ->
                  Ranks.run(
                      simulator.backend(),
                      RANKS,
                      withBuffer(
                          (rank, buffer) -> {
                            if (rank.rank() == 2) {
                              synchronized (monitor) {
                                sum(rank, buffer);
                              }
                            }
                            sumAndWait(rank, buffer);
                          })))
          .hasMessageContaining("on a java.lang.Object that thread \"keeper\" holds");
    } finally {
      end.countDown();
      keeper.join();
    }
  }

  // ---------------------------------------------------------------- legal

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
  void ownLockAroundACallThatWaitsForNothing_isLegal_andRepeatable(long seed) {
    ReentrantLock lock = new ReentrantLock();
    Object monitor = new Object();
    try (Simulator simulator = (seed == 0 ? world() : world().seed(seed)).build()) {
      Ranks.run(
          simulator.backend(),
          RANKS,
          withBuffer(
              (rank, buffer) -> {
                for (int i = 0; i < 5; i++) {
                  synchronized (monitor) {
                    sum(rank, buffer);
                  }
                  lock.lock();
                  try {
                    sum(rank, buffer);
                  } finally {
                    lock.unlock();
                  }
                  rank.communicator().defaultStream().synchronize();
                }
              }));
      assertThat(simulator.isRepeatable()).isTrue();
      assertThat(simulator.findings()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 4})
  void hostWaitsThatComeToAnEnd_areLegal(long seed) {
    Object monitor = new Object();
    CountDownLatch latch = new CountDownLatch(RANKS);
    CyclicBarrier barrier = new CyclicBarrier(RANKS);
    try (Simulator simulator = (seed == 0 ? world() : world().seed(seed)).build()) {
      Ranks.run(
          simulator.backend(),
          RANKS,
          withBuffer(
              (rank, buffer) -> {
                sum(rank, buffer);
                synchronized (monitor) {
                  // It waits for the others' work, which they have issued or can issue.
                  rank.communicator().defaultStream().synchronize();
                }
                latch.countDown();
                latch.await();
                barrier.await();
                sumAndWait(rank, buffer);
              }));
      assertThat(simulator.findings()).isEmpty();
    }
  }

  @Test
  void longerInsideBlockingThanTheStallLimit_isLegal() {
    try (Simulator simulator = world().build()) {
      Ranks.run(
          simulator.backend(),
          RANKS,
          withBuffer(
              (rank, buffer) -> {
                if (rank.rank() == 1) {
                  rank.blocking(
                      () -> {
                        Thread.sleep(5 * LIMIT.toMillis());
                        return 0;
                      });
                }
                sumAndWait(rank, buffer);
              }));
      assertThat(simulator.findings()).isEmpty();
    }
  }

  @Test
  void abortFromInsideBlocking_freesTheOthersAtOnce() {
    long before = System.nanoTime();
    try (Simulator simulator =
        world().stallLimit(Duration.ofMinutes(1)).foreignTimeout(Duration.ofMinutes(1)).build()) {
      Throwable report =
          catchThrowable(
              () ->
                  Ranks.run(
                      simulator.backend(),
                      RANKS,
                      withBuffer(
                          (rank, buffer) -> {
                            if (rank.rank() == 0) {
                              rank.blocking(
                                  () -> {
                                    rank.communicator().abort();
                                    return 0;
                                  });
                              throw new IllegalStateException("given up");
                            }
                            sumAndWait(rank, buffer);
                          })));
      assertThat(report).hasMessageContaining("given up");
    }
    assertThat(System.nanoTime() - before).isLessThan(TimeUnit.SECONDS.toNanos(50));
  }

  @Provokes(leaves = "a rank that ignores the interrupt until the test ends")
  @Test
  void interruptOfTheCaller_endsTheRun_alsoWhereARankIgnoresIt() throws Exception {
    AtomicBoolean end = new AtomicBoolean();
    CountDownLatch begun = new CountDownLatch(1);
    try (Simulator simulator = world().stallLimit(Duration.ofMinutes(1)).build()) {
      CompletableFuture<Throwable> result = new CompletableFuture<>();
      Thread caller =
          Thread.ofPlatform()
              .start(
                  () ->
                      result.complete(
                          catchThrowable(
                              () ->
                                  Ranks.run(
                                      simulator.backend(),
                                      RANKS,
                                      withBuffer(
                                          (rank, buffer) -> {
                                            begun.countDown();
                                            while (rank.rank() == 1 && !end.get()) {
                                              LockSupport.parkNanos(1_000_000);
                                            }
                                            sumAndWait(rank, buffer);
                                          })))));
      begun.await();
      caller.interrupt();
      assertThat(result.get(60, TimeUnit.SECONDS)).hasMessageContaining("interrupted while");
    } finally {
      end.set(true);
    }
  }

  // ---------------------------------------------------------------- derived futures

  private interface Joining {
    void join(CompletableFuture<?> first, CompletableFuture<?> second) throws Exception;
  }

  static Stream<Joining> joinings() {
    return Stream.of(
        (first, second) -> CompletableFuture.allOf(first, second).join(),
        (first, second) -> CompletableFuture.allOf(first, second).get(1, TimeUnit.HOURS),
        (first, second) -> CompletableFuture.allOf(first).thenApply(done -> 1).join(),
        (first, second) -> CompletableFuture.anyOf(second).get(),
        (first, second) -> {
          CompletableFuture<Void> mine = new CompletableFuture<>();
          second.whenComplete((done, failed) -> mine.complete(null));
          mine.join();
        });
  }

  private static RankProgram joins(Joining joining, int calls) {
    return rank -> {
      try (DeviceBuffer one = rank.device().allocate(DataType.FLOAT32, 4);
          DeviceBuffer two = rank.device().allocate(DataType.FLOAT32, 4);
          org.jccl.Stream stream = rank.device().newStream()) {
        one.copyFrom(new float[4]);
        two.copyFrom(new float[4]);
        Communicator communicator = rank.communicator();
        communicator.allReduce(one, ReduceOp.SUM);
        CompletableFuture<Void> first = communicator.defaultStream().completion();
        CompletableFuture<Void> second = first;
        if (rank.rank() < calls) {
          communicator.allReduce(two, ReduceOp.SUM, stream);
          second = stream.completion();
        }
        joining.join(first, second);
      }
    };
  }

  @Provokes(
      reports = MisuseKind.MISSING_RANK,
      leaves = "ranks that wait outside the simulator leave it when they are interrupted")
  @ParameterizedTest
  @MethodSource("joinings")
  void aFutureOfFutures_isTheWaitForWhatTheyWaitFor(Joining joining) {
    for (long seed = 0; seed < 3; seed++) {
      Simulator.Builder builder = world();
      try (Simulator simulator = (seed == 0 ? builder : builder.seed(seed)).build()) {
        Throwable failed =
            catchThrowable(() -> Ranks.run(simulator.backend(), RANKS, joins(joining, 2)));
        assertThat(failed).isNotNull();
        assertThat(simulator.findings()).hasSize(1);
        ReportedMisuse found = simulator.findings().getFirst();
        assertThat(found.kind()).as(found.getMessage()).isEqualTo(MisuseKind.MISSING_RANK);
        assertThat(found)
            .hasMessageContaining("missing: rank 2")
            .hasMessageContaining("stuck: all_reduce");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("joinings")
  void aFutureOfFutures_ofWholeCollectives_comes(Joining joining) {
    Lab.PLAIN.accepts(
        RANKS,
        joins(
            (first, second) -> {
              joining.join(first, second);
              CompletableFuture.allOf(first, second).join();
            },
            RANKS));
  }
}
