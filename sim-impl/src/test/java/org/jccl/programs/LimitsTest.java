package org.jccl.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jccl.Backend;
import org.jccl.CollectiveTimeoutException;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.MisuseKind;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.Ranks;
import org.jccl.ReduceOp;
import org.jccl.ReportedMisuse;
import org.jccl.UniqueId;
import org.jccl.sim.Provokes;
import org.jccl.sim.Simulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Time limits on the simulator: of ranks by virtual time, of other threads by the clock. */
class LimitsTest {
  private static final Duration SHORT = Duration.ofSeconds(2);

  private static Simulator world(long seed) {
    Simulator.Builder builder = Simulator.builder().devices(3).warnings(line -> {});
    return (seed == 0 ? builder : builder.seed(seed)).build();
  }

  /** Runs {@code program} on 3 ranks, where 0 is first in first out; nothing may be found. */
  private static void silent(long seed, RankProgram program) {
    long since = System.nanoTime();
    try (Simulator world = world(seed)) {
      Ranks.run(world.backend(), 3, program);
      assertThat(world.findings()).isEmpty();
    }
    assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(SHORT);
  }

  /** A communicator in which rank 1 leaves out an all-reduce. */
  private static void incomplete(
      Rank rank, CommunicatorConfig config, Consumer<Communicator> then) {
    Communicator comm = rank.communicator().split(0, rank.rank(), config);
    try (DeviceBuffer buffer = rank.device().allocate(DataType.INT32, 4)) {
      buffer.copyFrom(new int[4]);
      if (rank.rank() != 1) {
        comm.allReduce(buffer, ReduceOp.SUM);
        then.accept(comm);
      }
      rank.processGroup().barrier(Duration.ofMinutes(1));
      comm.abort();
      comm.close();
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 4, 5})
  void aFutureIsWaitedForInTime(long seed) {
    silent(
        seed,
        rank ->
            incomplete(
                rank,
                CommunicatorConfig.defaults(),
                comm ->
                    assertThatThrownBy(
                            () -> comm.defaultStream().completion().get(2, TimeUnit.SECONDS))
                        .isInstanceOf(TimeoutException.class)
                        .hasMessageContaining("all_reduce")));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 4, 5})
  void derivedFuturesHaveLimits(long seed) {
    silent(
        seed,
        rank ->
            incomplete(
                rank,
                CommunicatorConfig.defaults(),
                comm ->
                    assertThatThrownBy(
                            () ->
                                comm.defaultStream()
                                    .completion()
                                    .thenApply(done -> 1)
                                    .orTimeout(2, TimeUnit.SECONDS)
                                    .join())
                        .isInstanceOf(CompletionException.class)
                        .hasCauseInstanceOf(TimeoutException.class)));
  }

  @Test
  void derivedFutures_letOtherRanksRun() {
    try (Simulator world = world(0)) {
      Ranks.run(
          world.backend(),
          3,
          rank -> {
            Communicator comm = rank.communicator();
            try (DeviceBuffer buffer = rank.device().allocate(DataType.INT32, 1)) {
              buffer.copyFrom(new int[] {1});
              comm.allReduce(buffer, ReduceOp.SUM);
              CompletableFuture<Void> one = comm.defaultStream().completion();
              comm.allReduce(buffer, ReduceOp.SUM);
              CompletableFuture<Void> two = comm.defaultStream().completion();
              int sum =
                  one.thenApply(v -> 1).thenCombine(two.thenApply(v -> 2), Integer::sum).get();
              assertThat(sum).isEqualTo(3);
              CompletableFuture.allOf(one, two).join();
            }
          });
      assertThat(world.findings()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 4, 5})
  void creationIsGivenUpInTime_andCountsWhoHasCome(long seed) {
    silent(
        seed,
        rank -> {
          Backend backend = rank.device().backend();
          byte[] made = rank.rank() == 0 ? backend.newUniqueId().toBytes() : new byte[0];
          UniqueId id = UniqueId.of(rank.processGroup().broadcast(made, 0));
          CommunicatorConfig soon =
              CommunicatorConfig.builder().initTimeout(Duration.ofSeconds(2)).build();
          if (rank.rank() != 1) {
            assertThatThrownBy(
                    () -> backend.newCommunicator(id, rank.rank(), 3, rank.device(), soon))
                .isInstanceOf(CollectiveTimeoutException.class)
                .hasMessageContainingAll("initTimeout 2 s", "2 of 3 ranks have joined", "rank 1");
          }
        });
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2})
  void closingIsGivenUpInTime(long seed) {
    CommunicatorConfig soon =
        CommunicatorConfig.builder().closeTimeout(Duration.ofSeconds(2)).build();
    silent(seed, rank -> incomplete(rank, soon, comm -> comm.close()));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2})
  @Provokes(reports = MisuseKind.MISSING_RANK)
  void aBarrierEndsInTime_butALongOneIsADeadlock(long seed) {
    silent(
        seed,
        rank -> {
          if (rank.rank() == 1) {
            rank.communicator().defaultStream().synchronize();
            rank.blocking(
                () -> {
                  Thread.sleep(300);
                  return 0;
                });
          } else {
            assertThatThrownBy(() -> rank.processGroup().barrier(Duration.ofMillis(100)))
                .isInstanceOf(CollectiveTimeoutException.class);
          }
        });
    try (Simulator world = world(seed)) {
      assertThatThrownBy(
              () ->
                  Ranks.run(
                      world.backend(),
                      3,
                      rank -> {
                        if (rank.rank() == 1) {
                          Communicator comm = rank.communicator();
                          try (DeviceBuffer buffer = rank.device().allocate(DataType.INT32, 1)) {
                            buffer.copyFrom(new int[1]);
                            comm.allReduce(buffer, ReduceOp.SUM);
                            comm.defaultStream().synchronize();
                          }
                        } else {
                          rank.processGroup().barrier(Duration.ofMinutes(1));
                        }
                      }))
          .hasMessageContaining("nothing can run");
      assertThat(world.findings()).hasSize(1);
    }
  }

  // ---------------------------------------------------------------- threads of one's own

  private static List<Throwable> threads(List<Communicator> comms, Use use) {
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    List<Thread> threads = new ArrayList<>();
    for (Communicator comm : comms) {
      threads.add(
          Thread.ofPlatform()
              .name("mine-" + comm.rank())
              .start(
                  () -> {
                    try (comm;
                        DeviceBuffer buffer = comm.device().allocate(DataType.INT32, 4)) {
                      buffer.copyFrom(new int[4]);
                      use.of(comm, buffer);
                    } catch (Exception failed) {
                      failures.add(failed);
                    }
                  }));
    }
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException stop) {
        throw new AssertionError(stop);
      }
    }
    return failures;
  }

  /** What a thread does. */
  @FunctionalInterface
  private interface Use {
    void of(Communicator comm, DeviceBuffer buffer) throws Exception;
  }

  @Test
  @Provokes(reports = MisuseKind.MISSING_RANK)
  void threadsThatWaitForEachOther_areNamedAtOnce() {
    long since = System.nanoTime();
    try (Simulator world = world(0)) {
      List<Communicator> comms =
          world.backend().openAll(world.backend().devices(), CommunicatorConfig.defaults());
      List<Throwable> failures =
          threads(
              comms,
              (comm, buffer) -> {
                if (comm.rank() != 1) {
                  comm.allReduce(buffer, ReduceOp.SUM);
                }
                comm.defaultStream().synchronize();
              });
      assertThat(world.findings()).hasSize(1);
      ReportedMisuse found = world.findings().getFirst();
      assertThat(found.kind()).isEqualTo(MisuseKind.MISSING_RANK);
      assertThat(found.ranks()).containsExactly(0, 1, 2);
      assertThat(found)
          .hasMessageContainingAll("thread mine-0", "thread mine-2", "missing: rank 1");
      assertThat(failures).isNotEmpty().allMatch(ReportedMisuse.class::isInstance);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(Duration.ofSeconds(10));
  }

  @Test
  void threadsThatComeBack_areNotReported() {
    try (Simulator world = world(0)) {
      List<Communicator> comms =
          world.backend().openAll(world.backend().devices(), CommunicatorConfig.defaults());
      List<Throwable> failures =
          threads(
              comms,
              (comm, buffer) -> {
                if (comm.rank() == 1) {
                  Thread.sleep(1_000);
                }
                comm.allReduce(buffer, ReduceOp.SUM);
                comm.defaultStream().synchronize();
              });
      assertThat(failures).isEmpty();
      assertThat(world.findings()).isEmpty();
    }
  }

  @Test
  void limitsOfThreads_goByTheClock() {
    try (Simulator world = world(0)) {
      CommunicatorConfig soon =
          CommunicatorConfig.builder().initTimeout(Duration.ofMillis(500)).build();
      Backend backend = world.backend();
      assertThatThrownBy(
              () ->
                  backend.newCommunicator(
                      backend.newUniqueId(), 0, 3, backend.devices().getFirst(), soon))
          .isInstanceOf(CollectiveTimeoutException.class)
          .hasMessageContainingAll("initTimeout 0.5 s", "1 of 3 ranks have joined");
      assertThat(world.findings()).isEmpty();
    }
  }

  @Test
  void noLimitOverflows_andNoneIsZero() {
    Duration ever = Duration.ofSeconds(Long.MAX_VALUE);
    try (Simulator world =
        Simulator.builder().devices(2).stallLimit(ever).foreignTimeout(ever).build()) {
      CommunicatorConfig patient =
          CommunicatorConfig.builder().initTimeout(ever).closeTimeout(ever).build();
      Ranks.run(
          world.backend(),
          2,
          patient,
          List.of(),
          rank -> {
            rank.processGroup().barrier(ever);
            rank.communicator().awaitReady(ever);
            rank.communicator().barrier();
            rank.communicator().defaultStream().completion().get(Long.MAX_VALUE, TimeUnit.DAYS);
          });
    }
    for (Duration none : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
      assertThatThrownBy(() -> Simulator.builder().stallLimit(none))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> Simulator.builder().foreignTimeout(none))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> CommunicatorConfig.builder().closeTimeout(none))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
