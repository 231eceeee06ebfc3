package org.jccl.fidelity.differential;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import net.jqwik.api.sessions.JqwikSession;
import org.jccl.Backend;
import org.jccl.conformance.cases.Program;
import org.jccl.conformance.engine.HostRoom;
import org.jccl.conformance.engine.Observation;
import org.jccl.conformance.engine.Prepared;
import org.jccl.conformance.engine.Runner;
import org.jccl.conformance.engine.Runner.Failures;
import org.jccl.conformance.harness.SimulatorSubject;
import org.jccl.conformance.harness.Worlds;
import org.jccl.sim.Simulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The printed class compiles, runs, and observes what the program observed. */
class ReproducerTest {
  private static final int PROGRAMS = 12;

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit fills it
  private Path folder;

  private Path fresh(int seed) throws IOException {
    return Files.createDirectory(folder.resolve(Integer.toString(seed)));
  }

  @Test
  void printedClass_observesTheSame() throws Exception {
    Worlds worlds = new Worlds(new SimulatorSubject());
    for (int seed = 0; seed < PROGRAMS; seed++) {
      Program program =
          ProgramGenerator.program(
              seed,
              1 + seed % 4,
              DifferentialRun.legalOnNccl(new SimulatorSubject().capabilities()));
      List<Observation> observed =
          Runner.run(worlds, Prepared.of(program), Failures.NOTED, new HostRoom());
      List<String> expected = new ArrayList<>();
      for (int rank = 0; rank < observed.size(); rank++) {
        expected.add("rank " + rank + " " + words(observed.get(rank)));
      }
      Class<?> printed = Compiled.of(Reproducer.CLASS_NAME, Reproducer.of(program), fresh(seed));
      try (Simulator simulator = Simulator.builder().devices(program.ranks()).build()) {
        Object seen = printed.getMethod("run", Backend.class).invoke(null, simulator.backend());
        assertThat(seen).as("seed %d: %s", seed, program).isEqualTo(expected);
      }
    }
    worlds.close();
  }

  @Test
  void printedLife_observesTheSame() throws Exception {
    Worlds worlds = new Worlds(new SimulatorSubject());
    for (int seed = 0; seed < PROGRAMS; seed++) {
      LifecycleProgram program = life(seed, 1 + seed % 4);
      List<String> expected = new ArrayList<>();
      for (List<String> notes : LifecycleComparison.notes(worlds, program)) {
        expected.add("rank " + expected.size() + " " + notes);
      }
      Class<?> printed =
          Compiled.of(Reproducer.CLASS_NAME, LifecycleReproducer.of(program), fresh(seed));
      try (Simulator simulator = Simulator.builder().devices(program.ranks()).build()) {
        Object seen = printed.getMethod("run", Backend.class).invoke(null, simulator.backend());
        assertThat(seen).as("seed %d: %s", seed, program).isEqualTo(expected);
      }
    }
    worlds.close();
  }

  private static LifecycleProgram life(long seed, int ranks) {
    LifecycleProgram[] made = new LifecycleProgram[1];
    JqwikSession.run(() -> made[0] = ProgramGenerator.life(seed, ranks).value());
    return made[0];
  }

  private static String words(Observation observed) {
    CRC32 crc = new CRC32();
    crc.update(observed.memory().asByteBuffer());
    return observed.notes() + ", memory " + Long.toHexString(crc.getValue());
  }
}
