package org.jccl.conformance.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
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

  private void isTold(Step step, Kind kind, int victim, int ranks) throws IOException {
    FaultRun run = FaultRun.of(step, kind, victim, ranks, folder.resolve("errors"));
    assertThat(run.isTold()).as(run.row() + " " + run.words()).isTrue();
    assertThat(run.slowest()).isLessThan(SOON_MILLIS);
  }

  @Test
  void killedAmidACall_eightProcesses() throws IOException {
    isTold(Step.FIRST_CALL, Kind.KILL, 5, 8);
  }

  @Test
  void programThatThrows_isToldByItsRank() throws IOException {
    isTold(Step.BETWEEN_CALLS, Kind.EXCEPTION, 1, 3);
  }
}
