package org.jccl.fidelity.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jccl.conformance.harness.RunScreen;
import org.jccl.fidelity.golden.Tally.Subject;
import org.junit.jupiter.api.Test;

/** What H200s answered is what the simulator answers: the recordings that come with the program. */
class CommittedRecordingTest {
  @Test
  void everyResultChoiceAndEstimate_isAsRecorded() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    RunScreen screen = RunScreen.plain(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    GoldenRecording recording = GoldenRecording.committed();
    GoldenRun run = new GoldenRun(screen);
    Tally tally = run.replay(recording, Replay.simulated(recording.summary()));
    tally.print(screen);
    assertThat(tally.isEqual()).as(bytes.toString(StandardCharsets.UTF_8)).isTrue();
    assertThat(tally.count(Subject.CASES, ReplayVerdict.EQUAL)).isGreaterThan(3200);
    assertThat(tally.count(Subject.CHOICES, ReplayVerdict.EQUAL)).isGreaterThan(3200);
    assertThat(tally.count(Subject.ESTIMATES, ReplayVerdict.EQUAL)).isEqualTo(167);
  }
}
