package org.jccl.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.SoftAssertions;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.ProcessGroup;
import org.jccl.Rank;
import org.jccl.ReduceOp;
import org.jccl.ReportedMisuse;
import org.jccl.Stream;
import org.jccl.process.ProcessGroups;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.MultipleFailuresError;

/** What a failed test says, whoever failed and however. */
class FailureTextTest {
  private static String message(String method) {
    return String.valueOf(Executed.failure(Samples.class, method).getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"byJUnit", "byAssertJ", "wrapped", "inAnExecutor", "onAnOwnThread"})
  void aDifference_isKeptForTheIde(String method) {
    assertThat(Executed.failure(Samples.class, method))
        .isInstanceOfSatisfying(
            AssertionFailedError.class,
            diff -> {
              assertThat(diff.getExpected().getStringRepresentation()).isEqualTo("4");
              assertThat(diff.getActual().getStringRepresentation()).isEqualTo("3");
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"allByJUnit", "allByAssertJ"})
  void severalFailures_stayMultiple_andTheTextEndsWithTheReplay(String method) {
    assertThat(Executed.failure(Samples.class, method))
        .isInstanceOfSatisfying(
            MultipleFailuresError.class, all -> assertThat(all.getFailures()).hasSize(2))
        .message()
        .endsWith("\"-Djccl.replay=ranks=3 fifo\"" + files(method));
  }

  private static String files(String method) {
    return "\nfiles:  target/jccl-test/"
        + Samples.class.getName().replace('$', '.')
        + "."
        + method
        + "/ranks=3_fifo";
  }

  @Test
  void equalFailures_areOneGroup_andConsequencesALine() {
    assertThat(message("byJUnit")).contains("\nranks 0, 2: the same\n");
    assertThat(message("oneIsDifferent"))
        .contains("rank 1: IllegalStateException: no data\n")
        .contains("caused by java.io.IOException: disk full\n")
        .contains("\nconsequences: ranks 0, 2 (CommunicatorAbortedException)\n");
  }

  @Test
  void consequences_areToldByWhatTheyAre() {
    assertThat(message("oneReducesLess"))
        .contains("MISMATCH(count) in comm-1, call #1: rank 0 has count 4, rank 1 has count 3\n")
        .contains("\nconsequences: rank 0 (the same), rank 2 (CommunicatorAbortedException)\n");
  }

  @Test
  void aReportThatComesLater_saysWhereItWasThrown() {
    assertThat(message("fillsTooEarly"))
        .contains("BUFFER_REUSE on device 0: ")
        .containsPattern("thrown in rank \\d:\\R +at .*fillsTooEarly\\(FailureTextTest.java:");
  }

  @Test
  void whatJcclItselfWraps_isToldOnce() {
    assertThat(message("waitsWithALimit"))
        .contains("TimeoutException: it waits for stream 1 of device ")
        .doesNotContain("caused by");
  }

  /** Of a process that ends Maven says no more than that it has gone. */
  @Test
  void aTestThatEndsTheJvm_isNamed_withTheLine() throws Exception {
    Process jvm =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Exiting.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(jvm.waitFor()).isEqualTo(3);
    assertThat(said)
        .contains("jccl-test: the JVM ends while exits with ranks=2 fifo runs")
        .containsPattern("rank 1 \\(RUNNING\\)\\R +at .*Exiting.exits\\(FailureTextTest.java:");
  }

  /** A test that calls {@code System.exit}, as a program. */
  static final class Exiting {
    @RankTest
    void exits(Rank rank) {
      if (rank.rank() == 1) {
        System.exit(3);
      }
    }

    static void main() {
      Executed.run(Exiting.class, "exits");
    }
  }

  @Test
  void aReportComesFirst_alsoIfItWasCaughtOrWrapped() {
    for (String method : List.of("catches", "wrapsTheReport")) {
      assertThat(message(method))
          .startsWith(method + " failed with ranks=3 fifo\nMISMATCH(count) in comm-1");
    }
    assertThat(message("catches")).contains("\nrank 1: AssertionFailedError: expected: <4>");
    assertThat(message("wrapsTheReport")).contains(": failed with it\n");
  }

  @Test
  void framesAreTheUsersAlone() {
    for (String method : List.of("byJUnit", "byAssertJ", "oneIsDifferent", "inAnExecutor")) {
      Throwable failure = Executed.failure(Samples.class, method);
      assertThat(failure.getMessage().lines().map(String::strip))
          .filteredOn(line -> line.startsWith("at "))
          .isNotEmpty()
          .allMatch(line -> line.contains("(FailureTextTest.java:"));
      assertThat(failure.getStackTrace())
          .isNotEmpty()
          .allMatch(frame -> frame.getClassName().startsWith(FailureTextTest.class.getName()));
    }
  }

  @Test
  void whateverAnExceptionIs_itIsTold() {
    assertThat(message("hasNoTrace")).contains("FailureTextTest$Samples$Odd\nreplay: ");
    assertThat(message("causesItself")).containsOnlyOnce("caused by ");
    assertThat(message("eachIsDifferent"))
        .contains("rank 1: AssertionFailedError", "\nranks 3, 4, 5: each another failure\n");
  }

  @Test
  void ownThreads_areNamed_andTheFirstCauseIsTold() {
    assertThat(message("aThreadDies"))
        .startsWith("aThreadDies failed with ranks=3 fifo\nthread 'worker-1': IllegalState")
        .contains("\nconsequences: threads 'worker-", "FailureTextTest.java:");
    assertThat(message("threadsMismatch"))
        .startsWith("threadsMismatch failed with ranks=3 fifo\nMISMATCH(count) in comm-1");
  }

  @Test
  void whatGoesOnForEver_isEnded_andSaysWhereEachOneIs() {
    assertThat(message("waitsForEver"))
        .contains("TimeoutException: the schedule has not ended after 1 second\n")
        .contains("thread 'worker-1' has not ended\n")
        .contains("at " + Samples.class.getName());
  }

  /** Tests that are run by the tests above. */
  static class Samples {
    private static final class Odd extends RuntimeException {
      private static final long serialVersionUID = 1L;
      private @Nullable Throwable odd;

      @Override
      public synchronized @Nullable Throwable getCause() {
        return odd;
      }

      @Override
      @SuppressWarnings("NullAway") // as a mock may
      public StackTraceElement[] getStackTrace() {
        return odd == null ? null : super.getStackTrace();
      }
    }

    @RankTest(seeds = 0)
    void hasNoTrace(World world) {
      throw new Odd();
    }

    @RankTest(seeds = 0)
    void causesItself(World world) {
      Odd one = new Odd();
      Odd other = new Odd();
      one.odd = other;
      other.odd = one;
      throw one;
    }

    @RankTest(ranks = 8, seeds = 0)
    void eachIsDifferent(Rank rank) {
      assertEquals(0, rank.rank());
    }

    private static final CountDownLatch NEVER = new CountDownLatch(1);

    private static void reduce(Communicator comm, int count) {
      try (DeviceBuffer buffer = comm.device().allocate(DataType.FLOAT32, count)) {
        buffer.copyFrom(new float[count]);
        comm.allReduce(buffer, ReduceOp.SUM);
        comm.defaultStream().synchronize();
      }
    }

    @RankTest(seeds = 0, strict = Strictness.OFF)
    void fillsTooEarly(Communicator comm, Device device) {
      try (Stream other = device.newStream();
          DeviceBuffer buffer = device.allocate(DataType.FLOAT32, 4)) {
        buffer.copyFrom(new float[4]);
        comm.allReduce(buffer, ReduceOp.SUM);
        buffer.fill((byte) 1, other);
        other.synchronize();
        comm.defaultStream().synchronize();
      }
    }

    @RankTest(seeds = 0, strict = Strictness.OFF)
    void waitsWithALimit(Rank rank, Communicator comm) throws Exception {
      try (DeviceBuffer buffer = comm.device().allocate(DataType.FLOAT32, 4)) {
        buffer.copyFrom(new float[4]);
        if (rank.rank() == 0) {
          comm.allReduce(buffer, ReduceOp.SUM);
          comm.defaultStream().completion().get(1, TimeUnit.SECONDS);
        }
      }
    }

    @RankTest(ranks = 3, seeds = 0, strict = Strictness.OFF)
    void oneReducesLess(Rank rank, Communicator comm) {
      reduce(comm, rank.rank() == 1 ? 3 : 4);
    }

    @RankTest(ranks = 3)
    void byJUnit(Rank rank) {
      assertEquals(4, rank.worldSize());
    }

    @RankTest(ranks = 3)
    void byAssertJ(Rank rank) {
      assertThat(rank.worldSize()).isEqualTo(4);
    }

    @RankTest(ranks = 3)
    void wrapped(Rank rank) {
      try {
        assertEquals(4, 3);
      } catch (AssertionError difference) {
        throw new IllegalStateException("the step failed", difference);
      }
    }

    @RankTest(ranks = 3)
    void allByJUnit(Rank rank) {
      assertAll(() -> assertEquals(4, 3), () -> assertEquals(5, rank.rank()));
    }

    @RankTest(ranks = 3)
    void allByAssertJ(Rank rank) {
      SoftAssertions.assertSoftly(
          all -> {
            all.assertThat(3).isEqualTo(4);
            all.assertThat(rank.rank()).isEqualTo(5);
          });
    }

    @RankTest(ranks = 3)
    void oneIsDifferent(Rank rank, Communicator comm) {
      if (rank.rank() == 1) {
        throw new IllegalStateException("no data", new IOException("disk full"));
      }
      reduce(comm, 4);
    }

    @RankTest(ranks = 3)
    void catches(Rank rank, Communicator comm) {
      try {
        reduce(comm, rank.rank() == 1 ? 2 : 4);
      } catch (ReportedMisuse caught) {
        // As a program that goes on whatever happens.
      }
      assertEquals(4, rank.worldSize());
    }

    @RankTest(ranks = 3)
    void wrapsTheReport(Rank rank, Communicator comm) {
      try {
        reduce(comm, rank.rank() == 1 ? 2 : 4);
      } catch (ReportedMisuse caught) {
        throw new IllegalStateException("step 7 failed", caught);
      }
    }

    private interface Program {
      void run(int rank, Communicator comm) throws Exception;
    }

    private static void worker(World world, List<ProcessGroup> groups, int rank, Program program) {
      try (Communicator comm =
          Communicator.open(
              groups.get(rank), world.devices().get(rank), CommunicatorConfig.defaults())) {
        program.run(rank, comm);
      } catch (Exception failure) {
        throw new IllegalStateException("worker failed", failure);
      }
    }

    private static void onThreads(World world, Program program) throws InterruptedException {
      List<ProcessGroup> groups = ProcessGroups.inJvm(world.ranks());
      List<Thread> threads = new ArrayList<>();
      for (int rank = 0; rank < world.ranks(); rank++) {
        int own = rank;
        threads.add(new Thread(() -> worker(world, groups, own, program), "worker-" + rank));
      }
      threads.forEach(Thread::start);
      for (Thread thread : threads) {
        thread.join();
      }
    }

    @RankTest(ranks = 3, seeds = 0)
    void onAnOwnThread(World world) throws InterruptedException {
      onThreads(
          world,
          (rank, comm) -> {
            reduce(comm, 4);
            if (rank == 1) {
              assertEquals(4, 3);
            }
          });
    }

    @RankTest(ranks = 3, seeds = 0)
    void aThreadDies(World world) throws InterruptedException {
      onThreads(
          world,
          (rank, comm) -> {
            if (rank == 1) {
              throw new IOException("disk full");
            }
            reduce(comm, 4);
          });
    }

    @RankTest(ranks = 3, seeds = 0)
    void threadsMismatch(World world) throws InterruptedException {
      onThreads(world, (rank, comm) -> reduce(comm, rank == 1 ? 2 : 4));
    }

    @RankTest(ranks = 3, seeds = 0, timeoutSeconds = 1)
    void waitsForEver(World world) throws InterruptedException {
      onThreads(
          world,
          (rank, comm) -> {
            if (rank == 1) {
              NEVER.await();
            }
          });
    }

    @RankTest(ranks = 3, seeds = 0)
    void inAnExecutor(World world) throws Exception {
      List<ProcessGroup> groups = ProcessGroups.inJvm(world.ranks());
      try (ExecutorService pool = Executors.newFixedThreadPool(world.ranks())) {
        List<Future<?>> all = new ArrayList<>();
        for (int rank = 0; rank < world.ranks(); rank++) {
          int own = rank;
          all.add(
              pool.submit(
                  () ->
                      worker(
                          world, groups, own, (self, comm) -> assertEquals(4, comm.worldSize()))));
        }
        for (Future<?> one : all) {
          one.get();
        }
      }
    }
  }
}
