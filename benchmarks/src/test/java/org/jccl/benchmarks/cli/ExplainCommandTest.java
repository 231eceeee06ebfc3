package org.jccl.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code jccl explain}: what it prints and how it ends. */
class ExplainCommandTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int explain(String... more) {
    CommandLine jccl = Main.commandLine();
    jccl.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    String[] all = new String[more.length + 2];
    all[0] = "explain";
    all[1] = folder.toString();
    System.arraycopy(more, 0, all, 2, more.length);
    return jccl.execute(all);
  }

  private void recording(int rank, String counts) throws Exception {
    StringBuilder calls = new StringBuilder();
    String[] each = counts.split(" ", -1);
    for (int i = 0; i < each.length; i++) {
      calls.append(i == 0 ? "" : ",");
      calls.append(
          """
          {"number":%d,"message":false,"operation":"all_reduce","method":"all_reduce",
          "type":"INT32","reduction":0,"root_or_peer":-1,"count":%s,"bytes":16,"group_size":1,
          "stream":1,"age_ns":1,"state":"ENQUEUED","site":"Train.step(Train.java:%d)"}
          """
              .formatted(i, each[i], 20 + i));
    }
    Files.writeString(
        folder.resolve("jccl-host-" + rank + ".json"),
        """
        {"format":"jccl-flight-recorder-1","host":"h","pid":1,"written":"2026","reason":"r",
        "communicators":[{"name":"world","rank":%d,"world_size":3,"device":0,"state":"open",
        "collectives":%d,"messages":0,"calls":[%s]}]}
        """
            .formatted(rank, each.length, calls));
  }

  @Test
  void guiltyRankAndLine_theSimulatorsWord_andTheProgram_withExitCode1() throws Exception {
    recording(0, "4 4");
    recording(1, "4 5");
    recording(2, "4 4");
    Path program = folder.resolve("Replayed.java");

    assertThat(explain("--program", program.toString())).isEqualTo(1);
    assertThat(out.toString())
        .contains("collective #1 is not the same on all ranks; against the others: rank 1")
        .contains("rank 1: all_reduce of 5 INT32, sum at Train.step(Train.java:21)")
        .contains("made again on the simulator: MISMATCH(count) in recorded, call #1")
        .contains("written: " + program);
    assertThat(program).content().contains("// #1 at Train.step(Train.java:21)");
  }

  @Test
  void recordingsThatAgree_haveExitCode0() throws Exception {
    for (int rank = 0; rank < 3; rank++) {
      recording(rank, "4 4");
    }
    assertThat(explain()).isZero();
    assertThat(out.toString()).contains("the recordings agree");
  }

  @Test
  void whatCannotBeReadOrWritten_isOneLine_withExitCode2() throws Exception {
    assertThat(explain()).isEqualTo(2);
    Files.writeString(folder.resolve("nccl_trace_rank_0"), "cos\nsystem\n(S'exit'\ntR.");
    assertThat(explain()).isEqualTo(2);
    assertThat(err.toString()).contains("'c' looks up a class or function: only data is read");
    Files.delete(folder.resolve("nccl_trace_rank_0"));
    recording(0, "4");
    assertThat(explain("--program", folder.resolve("no-class.java").toString())).isEqualTo(2);
    assertThat(err.toString()).contains("is named like Replayed.java");
  }
}
