package org.jccl.benchmarks.screen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final StringWriter lines = new StringWriter();
  private final ByteArrayOutputStream seen = new ByteArrayOutputStream();
  private final PrintStream terminal = new PrintStream(seen, true, StandardCharsets.UTF_8);
  private Instant now = Instant.EPOCH;

  private Progress progress(String told) {
    Screen screen = new Screen(told, terminal);
    return new Progress("verify", new PrintWriter(lines), screen, () -> now);
  }

  private void passes(int seconds) {
    now = now.plusSeconds(seconds);
  }

  private String onTerminal() {
    return seen.toString(StandardCharsets.UTF_8);
  }

  @Test
  void elsewhereThanOnATerminal_aLineIsPlain_andSeldom() {
    Progress progress = progress("");
    progress.at("COL-01", 0, 40);
    passes(1);
    progress.at("COL-02", 1, 40);
    assertThat(lines.toString()).isEmpty();
    passes(3);
    progress.at("COL-03", 2, 40);
    passes(9);
    progress.at("COL-04", 3, 40);
    passes(1);
    progress.at("COL-05", 20, 40);
    progress.close();
    assertThat(lines.toString().lines())
        .containsExactly(
            "jccl verify: 2 of 40, 0:04, about 1:16 left: COL-03",
            "jccl verify: 20 of 40, 0:14, about 0:14 left: COL-05");
    assertThat(onTerminal()).isEmpty();
  }

  @Test
  void onATerminal_oneLineIsWrittenAnew_asLongAsTheTerminalIsWide_andGoesAway() {
    Progress progress = progress("err,30");
    progress.at("a rule with a long name", 0, 1_000);
    progress.close();
    assertThat(lines.toString()).isEmpty();
    assertThat(onTerminal()).isEqualTo("\r\033[Kverify: 0 of 1,000, 0:00: a r\r\033[K");
  }

  @Test
  void whereTheEndIsUnknown_noTimeIsLeft() {
    Progress progress = progress("err");
    passes(65);
    progress.at("", 12, 0);
    assertThat(onTerminal()).isEqualTo("\r\033[Kverify: 12, 1:05");
  }

  @Test
  void whatWasBeforeTheFirstStep_saysNothingOfTheOthers() {
    Progress progress = progress("err");
    passes(60);
    progress.at("", 0, 10);
    passes(2);
    progress.at("", 2, 10);
    assertThat(onTerminal()).endsWith("2 of 10, 1:02, about 0:08 left");
  }
}
