package org.jccl.conformance.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The same parts under jcstress: millions of real races on this machine's cores, in interpreted and
 * compiled code, which show what Fray cannot, the reordering of plain reads and writes. Takes
 * minutes, so {@code ./jccl evidence} runs it and {@code ./jccl test} does not.
 */
class HardwareOrderEvidence {
  private static final String MILLIS = System.getProperty("jccl.stress.millis", "500");
  private static final Path TARGET = Path.of("target").toAbsolutePath();

  @Test
  void whatIsGuarded_neverFails() throws Exception {
    assertThat(stressed("(Baton|Meeting|WorkCrew|GroupRecording|ThreadGuard)Stress")).isZero();
  }

  @Test
  void whatIsNotGuarded_isCaught() throws Exception {
    assertThat(stressed("UnguardedStress")).isEqualTo(1);
  }

  /** jcstress's exit code: 0 if all passed, 1 if one failed. */
  private static int stressed(String tests) throws IOException, InterruptedException {
    Path log = Files.createTempFile(TARGET, "jcstress", ".log");
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            "org.openjdk.jcstress.Main",
            "-t",
            tests,
            "-f",
            "1",
            "-iters",
            "1",
            "-time",
            MILLIS,
            "-sc",
            "false",
            "-r",
            TARGET.resolve("jcstress").toString());
    int code =
        new ProcessBuilder(command)
            .directory(TARGET.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start()
            .waitFor();
    assertThat(log).content().contains("RUN RESULTS");
    return code;
  }
}
