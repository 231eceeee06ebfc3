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
}
