package org.jccl.conformance.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jccl.conformance.run.FaultyRank.Kind;
import org.jccl.conformance.run.FaultyRank.Step;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ranks in processes of their own, of which one has a fault: all others throw, name it, and end.
 * The whole table, of all steps and faults, is made by {@link FaultRun#main}.
 */
@EnabledOnOs(OS.LINUX)
class FaultyRanksTest {
  /** Far more than it takes, and far less than the ranks' own limits together. */
  private static final long SOON_MILLIS = 20_000;

  @TempDir private Path folder;

  private FaultRun isTold(Step step, Kind kind, int victim, int ranks) throws IOException {
    // A rank that stops is told by the time alone. All else is told by the rank's end: with a short
    // limit a rank that is slow on a busy machine would be told instead.
    String operation = kind == Kind.STOP ? "10" : "120";
    Map<String, String> limit =
        Map.of(FaultyRank.OPERATION_SECONDS, operation, FaultyRank.SECONDS, "120");
    FaultRun run = FaultRun.of(step, kind, victim, ranks, folder.resolve("errors"), limit);
    assertThat(run.isTold()).as(run.row() + " " + run.words()).isTrue();
    assertThat(run.slowest()).isLessThan(SOON_MILLIS);
    return run;
  }

  @Test
  void killedAmidACall_eightProcesses() throws IOException {
    isTold(Step.FIRST_CALL, Kind.KILL, 5, 8);
  }

  @Test
  void stoppedAmidACallOfAChild_isNamedAfterTheTimeOut() throws IOException {
    FaultRun run = isTold(Step.CHILD_CALL, Kind.STOP, 1, 3);
    assertThat(run.words().values())
        .allMatch(words -> words.contains("rank 1 does not answer"))
        .anyMatch(words -> words.contains("ranks 0, 2 have issued 2 calls: #2 is all_reduce"));
  }

  @Test
  void killedAmidTheCreation_isTold() throws IOException {
    FaultRun run = isTold(Step.INIT, Kind.KILL, 1, 3);
    assertThat(run.words().values()).allMatch(words -> words.contains("was given up"));
  }

  @Test
  void programThatThrows_isToldByItsRank() throws IOException {
    isTold(Step.BETWEEN_CALLS, Kind.EXCEPTION, 1, 3);
  }

  @Test
  void rankThatClosesEarly_isNamedByAll() throws IOException {
    FaultRun run = isTold(Step.BETWEEN_CALLS, Kind.CLOSES, 1, 3);
    assertThat(run.words().values())
        .allMatch(
            words ->
                words.contains("rank 1 has closed it after 3 collectives; this rank has issued 4")
                    && words.contains("all_reduce of 1 INT32"));
  }

  @Test
  void programThatEndsEarly_isNamedByAll_alsoRankZero() throws IOException {
    FaultRun one = isTold(Step.BETWEEN_CALLS, Kind.RETURNS, 1, 3);
    assertThat(one.words().values())
        .allMatch(
            words ->
                words.contains("rank 1 has closed it after 3 collectives; this rank has issued 4"));
    FaultRun zero = isTold(Step.BETWEEN_CALLS, Kind.RETURNS, 0, 3);
    assertThat(zero.words().values())
        .allMatch(
            words ->
                words.contains("rank 0 has closed it after 3 collectives; this rank has issued 4"));
  }

  @Test
  void programThatEndsWithoutClosing_isNamedByAll_alsoRankZero() throws IOException {
    for (int victim = 0; victim < 2; victim++) {
      String told = "rank " + victim + " has ended after 3 collectives; this rank has issued 4";
      FaultRun run = isTold(Step.BETWEEN_CALLS, Kind.LEAVES, victim, 3);
      assertThat(run.words().values()).allMatch(words -> words.contains(told));
    }
  }
}
