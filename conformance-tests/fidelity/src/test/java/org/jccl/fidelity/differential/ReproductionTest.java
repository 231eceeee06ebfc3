package org.jccl.fidelity.differential;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import net.jqwik.api.sessions.JqwikSession;
import org.jccl.conformance.harness.SimulatorSubject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The printed class compiles, has the program, runs, and observes what the program observed. */
class ReproductionTest {
  private static final int PROGRAMS = 12;

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit fills it
  private Path folder;

  @Test
  void printedClass_observesTheSame() throws Exception {
    for (int seed = 0; seed < PROGRAMS; seed++) {
      reproduces(
          ProgramGenerator.program(
              seed,
              1 + seed % 4,
              DifferentialRun.legalOnNccl(new SimulatorSubject().capabilities())),
          seed);
    }
  }

  @Test
  void printedLife_observesTheSame() throws Exception {
    for (int seed = 0; seed < PROGRAMS; seed++) {
      LifecycleProgram[] made = new LifecycleProgram[1];
      long own = seed;
      JqwikSession.run(() -> made[0] = ProgramGenerator.life(own, 1 + (int) own % 4).value());
      reproduces(made[0], seed);
    }
  }

  private void reproduces(Record program, int seed) throws Exception {
    Path place = Files.createDirectory(folder.resolve(Integer.toString(seed)));
    Class<?> printed = Compiled.of(Reproduction.CLASS_NAME, Reproduction.of(program), place);
    assertThat(printed.getField("PROGRAM").get(null)).as("seed %d", seed).isEqualTo(program);
    PrintStream before = System.out;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
    try {
      printed.getMethod("main", String[].class).invoke(null, (Object) new String[0]);
    } finally {
      System.setOut(before);
    }
    assertThat(said.toString(StandardCharsets.UTF_8).lines())
        .as("seed %d: %s", seed, program)
        .hasSizeGreaterThan(0)
        .containsExactlyElementsOf(Reproduction.run(program, new SimulatorSubject()));
  }
}
