package org.jccl.benchmarks.cli.option;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultFolderTest {
  private static final Path HERE = Path.of("jccl-results", "bench");

  @TempDir private Path home;

  @Test
  void resultsLieInTheSources_elseWhereTheCommandRuns() throws IOException {
    assertThat(ResultFolder.named("bench", home)).as("a bundle").isEqualTo(HERE);
    Files.writeString(home.resolve("pom.xml"), "<project/>");
    Path target = home.resolve("target");
    assertThat(ResultFolder.named("bench", home)).isEqualTo(target.resolve("bench"));
    Files.writeString(target, "no folder");
    assertThat(ResultFolder.named("bench", home)).as("not to be written").isEqualTo(HERE);
    Files.delete(target);
    Files.createDirectory(target);
    assertThat(ResultFolder.named("bench", home)).isEqualTo(target.resolve("bench"));
  }
}
