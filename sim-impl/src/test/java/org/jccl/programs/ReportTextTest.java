package org.jccl.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.jccl.CheckLevel;
import org.jccl.CollectiveException;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DeviceBuffer;
import org.jccl.MisuseKind;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.Ranks;
import org.jccl.RanksFailedException;
import org.jccl.ReduceOp;
import org.jccl.ReportedMisuse;
import org.jccl.Stream;
import org.jccl.UniqueId;
import org.jccl.sim.Provokes;
import org.jccl.sim.Simulator;
import org.junit.jupiter.api.Test;

/** What a user sees: whole printed reports, with line numbers as {@code N}. */
class ReportTextTest {
  /** What one run printed, told and kept. */
  private record Seen(String printed, List<String> told, List<String> leaks, int findings) {}

  private static Seen run(int ranks, RankProgram program) {
    List<String> told = new ArrayList<>();
    Simulator simulator =
        Simulator.builder().devices(ranks).checks(CheckLevel.FULL).warnings(told::add).build();
    Throwable failure;
    try (simulator) {
      failure = catchThrowable(() -> Ranks.run(simulator.backend(), ranks, program));
    }
    return new Seen(
        failure == null ? "" : printed(failure),
        told,
        simulator.leaks(),
        simulator.findings().size());
  }

  /** The trace without the frames of the test framework and of this class's machinery. */
  private static String printed(Throwable failure) {
    StringWriter words = new StringWriter();
    failure.printStackTrace(new PrintWriter(words, true));
    StringBuilder text = new StringBuilder();
    words
        .toString()
        .lines()
        .filter(
            line ->
                !line.matches(
                    "\\s*(at (org\\.(junit|assertj)|java\\.|jdk\\.).*|\\.\\.\\. \\d+ more)"))
        .filter(
            line -> !line.matches("\\s*at .*ReportTextTest\\.(lambda\\$run|run|[a-z][A-Za-z]*_).*"))
        .forEach(
            line ->
                text.append(
                        line.replaceAll("\\.java:\\d+", ".java:N")
                            .replaceAll("lambda\\$(\\w+)\\$\\d+", "lambda")
                            .replace("org.jccl.programs.", ""))
                    .append('\n'));
    return text.toString();
  }

  private static void sum(Rank rank, DeviceBuffer data) {
    rank.communicator().allReduce(data, ReduceOp.SUM);
    rank.communicator().defaultStream().synchronize();
  }

  @Test
  @Provokes(reports = MisuseKind.MISMATCH)
  void mismatch_namesBothCalls_andTheOthersInOneLine() {
    Seen seen =
        run(
            4,
            rank -> {
              try (DeviceBuffer data = Lab.ints(rank, rank.rank() == 1 ? 10 : 20)) {
                sum(rank, data);
              }
            });

    assertThat(seen.printed)
        .isEqualTo(
            """
            org.jccl.RanksFailedException: rank 2/4 failed first, 4 of 4 ranks failed (backend sim)
              1. rank 2, running: org.jccl.ReportedMisuse: MISMATCH(count) in comm-1, call #1: rank 1 has count 10, rank 2 has count 20
                   rank 1: all_reduce #1 (count 10, INT32, sum, in place)
                     at ReportTextTest.sum(ReportTextTest.java:N)
                   rank 2: all_reduce #1 (count 20, INT32, sum, in place)
                     at ReportTextTest.sum(ReportTextTest.java:N)
                   all ranks must make the same call with equal count, type, reduction and root (COL-01)
                   before: ranks 1, 2 called all_reduce #0 of comm-1
                   replay: schedule fifo, 4 devices, NCCL 2.28.9, checks FULL
              consequences: rank 1 (the same), ranks 0, 3 (CommunicatorAbortedException)
            """);
    assertThat(seen.findings).isEqualTo(1);
    assertThat(seen.told).isEmpty();
    assertThat(seen.leaks).isEmpty();
  }

  @Test
  void exceptionOfARank_hasItsFrame_andTheReplayLine() {
    Seen seen =
        run(
            3,
            rank -> {
              try (DeviceBuffer data = Lab.ints(rank, 1 << 16)) {
                rank.communicator().allReduce(data, ReduceOp.SUM);
                fail(rank, 1, new IllegalArgumentException("bad input"));
                rank.communicator().defaultStream().synchronize();
              }
            });

    assertThat(seen.printed)
        .contains(
            "  1. rank 1, running: java.lang.IllegalArgumentException: bad input\n" + "       at ")
        .contains("\n  replay: schedule fifo, 3 devices, NCCL 2.28.9, checks FULL\n")
        .doesNotContain("Caused by", "org.jccl.sim", "RankRun");
    assertThat(seen.printed.lines()).hasSizeLessThan(12);
    assertThat(seen.findings).as("what closing the buffer in use says is a consequence").isZero();
    assertThat(seen.told).isEmpty();
    assertThat(seen.leaks).isEmpty();
  }

  private static void fail(Rank rank, int who, RuntimeException why) {
    if (rank.rank() == who) {
      throw why;
    }
  }

  @Test
  void ranksThatWaitInAChild_areAConsequence() {
    Seen seen =
        run(
            4,
            rank -> {
              try (Communicator child = rank.communicator().split(0, rank.rank())) {
                fail(rank, 3, new IllegalStateException("not today"));
                child.barrier();
                child.defaultStream().synchronize();
              }
            });

    assertThat(seen.printed)
        .contains("1. rank 3, running: java.lang.IllegalStateException: not today")
        .contains("\n  consequences: ranks 0, 1, 2 (")
        .doesNotContain("MISSING_RANK");
    assertThat(seen.findings).isZero();
    assertThat(seen.told).isEmpty();
  }

  @Test
  void assertion_isThrownItself_withTheReportBesideIt() {
    Seen seen =
        run(
            2,
            rank -> {
              if (rank.rank() == 1) {
                throw new AssertionError("expected 3 but was 4");
              }
              rank.communicator().barrier();
              rank.communicator().defaultStream().synchronize();
            });

    assertThat(seen.printed)
        .isEqualTo(
            """
            java.lang.AssertionError: expected 3 but was 4
            \tat ReportTextTest.lambda(ReportTextTest.java:N)
            \tSuppressed: org.jccl.RanksFailedException: rank 1/2 failed first, 2 of 2 ranks failed (backend sim)
              1. rank 1, running: java.lang.AssertionError: expected 3 but was 4
                   at ReportTextTest.lambda(ReportTextTest.java:N)
              consequences: rank 0 (CommunicatorAbortedException)
              replay: schedule fifo, 2 devices, NCCL 2.28.9, checks FULL
            """);
  }

  @Test
  @Provokes(reports = MisuseKind.MISSING_RANK)
  void groupThatWasGivenUp_isNamedByTheDeadlock() {
    Seen seen =
        run(
            3,
            rank -> {
              Communicator comm = rank.communicator();
              try (DeviceBuffer data = Lab.ints(rank, 16)) {
                sum(rank, data);
                try {
                  comm.group(
                      group -> {
                        group.allReduce(data, ReduceOp.SUM);
                        fail(rank, 2, new IllegalArgumentException("no shape"));
                      });
                } catch (IllegalArgumentException ignored) {
                  // It goes on, and its peers wait for the group.
                }
                comm.defaultStream().synchronize();
              }
            });

    assertThat(seen.printed)
        .contains("MISSING_RANK: ", "missing: rank 2: ended without making the call")
        .contains(
            "rank 2 gave up a group of 1 call, and nothing of it was issued (GRP-11): its body threw"
                + " java.lang.IllegalArgumentException: no shape\n         at ReportTextTest.")
        .contains("before: ranks 0, 1, 2 called all_reduce #0, all_reduce #1 of comm-1");
    assertThat(seen.findings).isEqualTo(1);
  }

  @Test
  @Provokes(reports = MisuseKind.MISMATCH)
  void reportThatARankCaught_isWhatTheOthersFailWith() {
    Seen seen =
        run(
            3,
            rank -> {
              Communicator comm = rank.communicator();
              try (Communicator child = comm.split(0, rank.rank());
                  DeviceBuffer data = Lab.ints(rank, 16);
                  DeviceBuffer other = Lab.ints(rank, 16)) {
                try {
                  sum(rank, data.slice(0, rank.rank() == 1 ? 8 : 16));
                } catch (CollectiveException caught) {
                  if (rank.rank() == 1) {
                    return;
                  }
                }
                child.allReduce(other, ReduceOp.SUM);
                child.defaultStream().synchronize();
              }
            });

    assertThat(seen.printed).contains("MISMATCH(count)").doesNotContain("MISSING_RANK");
    assertThat(seen.findings).isEqualTo(1);
    assertThat(seen.leaks).isEmpty();
  }

  @Test
  @Provokes(reports = MisuseKind.MISMATCH)
  void mistakeThatSeveralPairsFind_isOneReport_inEverySchedule() {
    for (long seed = 0; seed < 30; seed++) {
      Simulator simulator = Simulator.builder().devices(4).seed(seed).warnings(line -> {}).build();
      Throwable failure;
      try (simulator) {
        failure =
            catchThrowable(
                () ->
                    Ranks.run(
                        simulator.backend(),
                        4,
                        rank -> {
                          try (DeviceBuffer data = Lab.ints(rank, 8);
                              DeviceBuffer other = Lab.ints(rank, 8)) {
                            boolean odd = rank.rank() % 2 == 1;
                            rank.communicator().allReduce(data, odd ? ReduceOp.MAX : ReduceOp.SUM);
                            sum(rank, other);
                          }
                        }));
      }
      assertThat(failure).isInstanceOf(RanksFailedException.class);
      assertThat(simulator.findings()).as("seed %d", seed).containsExactly(firstOf(failure));
      assertThat(failure.getMessage()).contains("replay: schedule random, seed " + seed + ",");
      assertThat(simulator.leaks()).isEmpty();
    }
  }

  private static ReportedMisuse firstOf(Throwable failure) {
    return (ReportedMisuse) ((RanksFailedException) failure).failures().getFirst().cause();
  }

  @Test
  @Provokes(reports = MisuseKind.BUFFER_REUSE)
  void raceOfWorkBehindTheLastCall_failsTheRun() {
    Seen seen =
        run(
            2,
            rank -> {
              DeviceBuffer data = Lab.ints(rank, 16);
              Stream stream = rank.device().newStream();
              rank.communicator().allReduce(data, data, ReduceOp.SUM, stream);
              if (rank.rank() == 1) {
                data.fill((byte) 1, rank.device().defaultStream());
              }
            });

    assertThat(seen.printed).contains("rank 1/2 failed first", "BUFFER_REUSE", "(SIM-28)");
    assertThat(seen.findings).isEqualTo(1);
    assertThat(seen.leaks).isEmpty();
  }

  @Test
  @Provokes(leaves = "what it looks for")
  void leaksOfARunThatWentWell_areStillTold() {
    Seen seen = run(2, rank -> Lab.ints(rank, 16));

    assertThat(seen.printed).isEmpty();
    assertThat(seen.leaks).isNotEmpty();
    assertThat(seen.told).isNotEmpty();
  }

  @Test
  @Provokes(reports = MisuseKind.MISMATCH)
  void namesAndMessagesFromOutside_areWrittenOut() {
    CommunicatorConfig config =
        CommunicatorConfig.builder().name("\u001B]0;owned\u0007\u202Ename").build();
    Simulator simulator = Simulator.builder().devices(2).warnings(line -> {}).build();
    Throwable failure;
    try (simulator) {
      failure =
          catchThrowable(
              () ->
                  Ranks.run(
                      simulator.backend(),
                      2,
                      config,
                      List.of(),
                      rank -> {
                        try (DeviceBuffer data = Lab.ints(rank, 1 + rank.rank())) {
                          sum(rank, data);
                        }
                      }));
    }
    assertThat(failure.getMessage())
        .contains("\\u001B]0;owned\\u0007\\u202Ename")
        .doesNotContain("\u001B", "\u0007", "\u202E");
    assertThat(simulator.findings().getFirst().getMessage()).doesNotContain("\u001B");
  }

  @Test
  @Provokes(reports = MisuseKind.MISSING_RANK)
  void creationWithAMissingRank_leavesNothingOpen() throws InterruptedException {
    Simulator simulator = Simulator.builder().devices(3).warnings(line -> {}).build();
    List<Throwable> failures = new ArrayList<>();
    try (simulator) {
      UniqueId id = simulator.backend().newUniqueId();
      simulator
          .backend()
          .rankHost()
          .run(
              3,
              rank -> {
                if (rank < 2) {
                  failures.add(
                      catchThrowable(
                          () ->
                              simulator
                                  .backend()
                                  .newCommunicator(
                                      id,
                                      rank,
                                      3,
                                      simulator.backend().devices().get(rank),
                                      CommunicatorConfig.defaults())));
                }
              });
      assertThat(failures).hasSize(2).allMatch(ReportedMisuse.class::isInstance);
      assertThat(simulator.alive().communicators()).as("INIT-02").isZero();
    }
  }
}
