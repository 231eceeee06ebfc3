package org.jccl.fidelity.differential;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jccl.conformance.harness.RunScreen;
import org.jccl.conformance.harness.SimulatorSubject;
import org.jccl.conformance.harness.Subject;
import org.jccl.conformance.liars.FaultySubject;
import org.jccl.conformance.liars.Liars;
import org.jccl.fidelity.seeds.SeedRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DifferentialRunTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit fills it
  private Path folder;

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  private int run(Subject subject, long from, int count) throws IOException {
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    DifferentialRun.Range range = new DifferentialRun.Range(2, from, count, false);
    return DifferentialRun.run(subject, range, folder, RunScreen.plain(out));
  }

  private String words() {
    return said.toString(StandardCharsets.UTF_8);
  }

  @Test
  void everySeedHasALine_andIsRunOnce() throws IOException {
    Subject subject = SimulatorSubject.seeded(5);
    assertThat(run(subject, 10, 3)).as(words()).isEqualTo(SeedRun.AGREE);
    assertThat(run(subject, 11, 4)).as(words()).isEqualTo(SeedRun.AGREE);
    assertThat(words()).contains("2 programs", "2 were done before", "5 agree, 0 differ");
    List<String> lines =
        Files.readAllLines(folder.resolve("differential-" + subject.name() + "-2.tsv"));
    assertThat(lines).hasSize(6).first().asString().startsWith("seed\tranks\tcommunicators");
    assertThat(lines.subList(1, 6)).allMatch(line -> line.endsWith("\tagree"));
  }

  @Test
  void aCutOffLine_isRunAgain() throws IOException {
    Subject subject = SimulatorSubject.seeded(5);
    Path file = folder.resolve("differential-" + subject.name() + "-2.tsv");
    Files.writeString(file, "seed\tranks\tcommunicators\tcalls\tobserved\tresult\n7\t2\t1");
    assertThat(run(subject, 7, 1)).isEqualTo(SeedRun.AGREE);
    assertThat(words()).contains("1 agree");
    assertThat(Files.readString(file)).contains("\n7\t2\t1\n7\t2\t");
  }

  @Test
  void lifecyclePrograms_haveAFileOfTheirOwn() throws IOException {
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    DifferentialRun.Range range = new DifferentialRun.Range(3, 0, 20, true);
    Subject subject = SimulatorSubject.seeded(5);
    assertThat(DifferentialRun.run(subject, range, folder, RunScreen.plain(out)))
        .as(words())
        .isZero();
    assertThat(Files.readAllLines(folder.resolve("lifecycle-" + subject.name() + "-3.tsv")))
        .hasSize(21);
  }

  @Test
  void aLiar_isFoundOut_andShrinksToOneCall() throws IOException {
    Subject liar = new FaultySubject(Liars.that("Leaves the last element of several out"));
    assertThat(run(liar, 0, 200)).isEqualTo(SeedRun.DIFFER);
    assertThat(words())
        .containsPattern("seed \\d+ shrinks to: 2 ranks:\\R  allReduce \\w+ \\w+ x2, [^,]*\\R")
        .contains("rank 0, call 0, recv[1] of 2: ", "class Reproducer");
  }
}
