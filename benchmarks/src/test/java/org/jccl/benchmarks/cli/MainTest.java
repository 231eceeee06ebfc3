package org.jccl.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

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

  @Test
  void help_isWhole() {
    for (String[] command : new String[][] {{"misuse", "--help"}, {"jmh", "--help"}}) {
      assertThat(run(command)).isZero();
    }
    assertThat(out.toString()).contains("no longer answers.", "Usage: jccl jmh");
  }
}
