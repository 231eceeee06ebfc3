package org.jccl.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jccl.BackendConfig;
import org.jccl.Backends;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    CommandLine jccl = Main.commandLine();
    jccl.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return jccl.execute(args);
  }

  @Test
  void unknownInput_costsOneLineAndExitCode2() {
    assertThat(run("no-such-command")).isEqualTo(2);
    assertThat(err.toString()).contains("no-such-command").hasLineCount(1);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void missingCommand_costsOneLineAndExitCode2() {
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString()).contains("command is missing").hasLineCount(1);
  }

  @Test
  void unknownInput_withStacktrace_saysWhere() {
    assertThat(run("--stacktrace", "no-such-command")).isEqualTo(2);
    assertThat(err.toString()).contains("\tat ");
  }

  @Test
  void exitCodes_areInTheHelp() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString().replaceAll("\\s+", " "))
        .contains("Exit codes of all commands:", " 2 nothing was done");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bench --no-report",
        "bench --tuned",
        "tune --out FOLDER/tuning.json",
        "calibrate --out FOLDER/profile.json",
        "run org.jccl.benchmarks.examples.SumBits",
        "verify --rule VER-01 --out FOLDER",
        "misuse --only SIM-01 --out FOLDER",
        "differential --count 1 --out FOLDER",
        "differential --floats --count 1 --out FOLDER",
        "record --out FOLDER",
      })
  void aBackendThatIsNotHere_costs2_inAllCommands(String line, @TempDir Path folder) {
    assumeThat(Backends.choose(null, BackendConfig.defaults()).name()).isEqualTo("sim");
    List<String> words =
        new ArrayList<>(List.of(line.replace("FOLDER", folder.toString()).split(" ")));
    words.addAll(1, List.of("--backend", "nccl"));
    assertThat(run(words.toArray(String[]::new))).as(err.toString()).isEqualTo(2);
    assertThat(err.toString()).contains("nccl").doesNotContain("\tat ");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void version_namesTheProgram() {
    assertThat(run("--version")).isZero();
    assertThat(out.toString()).startsWith("jccl ");
  }

  @Test
  void explain_showsTheTextOfARule_andOfAKindOfReport() {
    assertThat(run("explain", "sim-28")).isZero();
    assertThat(out.toString()).startsWith("SIM-28  A buffer is used before").contains("Simulator:");
    assertThat(run("explain", "gRp-01", "sim-01", "SIM-01", "VER-11")).isZero();
    assertThat(out.toString()).containsOnlyOnce("SIM-01  ").contains("GRP-01  ", "VER-11  ");
    assertThat(run("explain", "SIM-01", ".")).isEqualTo(2);
    assertThat(run("explain", "MISMATCH")).isZero();
    assertThat(out.toString()).contains("SIM-01  ", "SIM-04  ").doesNotContain("SIM-12  ");
  }

  /** Lines that are broken by hand are broken again where a terminal ends. */
  @Test
  void help_breaksLinesByItself() {
    assertOneParagraphEach(Main.commandLine());
  }

  private static void assertOneParagraphEach(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    assertThat(spec.usageMessage().description()).as(spec.qualifiedName()).hasSize(1);
    for (ArgSpec option : spec.args()) {
      assertThat(option.description()).as(spec.qualifiedName() + " " + option).hasSize(1);
      assertThat(option.description()[0]).doesNotContain("  ").matches("(?s).*[.)] ?(\\$\\{.*)?");
    }
    command.getSubcommands().values().forEach(MainTest::assertOneParagraphEach);
  }

  @Test
  void help_isWhole() {
    for (String[] command : new String[][] {{"misuse", "--help"}, {"jmh", "--help"}}) {
      assertThat(run(command)).isZero();
    }
    assertThat(out.toString().replaceAll("\\s+", " "))
        .contains("no longer answers.", "Usage: jccl jmh");
  }
}
