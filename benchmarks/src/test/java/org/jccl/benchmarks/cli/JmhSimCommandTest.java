package org.jccl.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class JmhSimCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    CommandLine jccl = Main.commandLine();
    jccl.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return jccl.execute(args);
  }

  @Test
  void withoutPeers_theSimulatorIsMeasured_andReported(@TempDir Path folder) throws Exception {
    String line =
        "jmh sim --peers none --quick --op allreduce --ranks 2 --sizes 8,8K --budget 5 --limit 300"
            + " --collectives-only --out ";
    assertThat(run((line + folder).split(" "))).as(err.toString()).isZero();
    assertThat(out.toString()).contains("all-reduce, 2 ranks", "8 KiB", ">= 1");
    Map<String, Object> json = JSON.std.mapFrom(Files.readString(folder.resolve("report.json")));
    List<?> rows = (List<?>) json.get("comparison");
    assertThat(rows).hasSize(2);
    Map<?, ?> times = (Map<?, ?>) ((Map<?, ?>) rows.getFirst()).get("us_median_min_max");
    assertThat(times.keySet())
        .as(json.get("turns").toString())
        .map(Object::toString)
        .containsExactlyInAnyOrder("jccl:default", "jccl:enqueued", "jccl:free");
    assertThat(folder.resolve("report.html")).content().contains("<svg");
  }

  @ParameterizedTest
  @CsvSource({
    "--peers ucc, no peer is called 'ucc'",
    "--op allred, no operation is called 'allred'",
    "--ranks 1, --ranks: 1",
    "--sizes 7, --sizes: 7",
    "--rounds 0, --rounds: 0",
    "--limit 0, --limit: 0",
    "--no-such-option, --no-such-option"
  })
  void badInput_costsOneLine_andExitCode2(String options, String words) {
    assertThat(run(("jmh sim " + options).split(" "))).isEqualTo(2);
    assertThat(err.toString()).contains(words).hasLineCount(1);
  }

  @Test
  void optionsOfJmh_beforeSim_areNotLostSilently() {
    assertThat(run("jmh", "-f", "1", "sim")).isEqualTo(2);
    assertThat(err.toString()).contains("write jmh sim first");
  }
}
