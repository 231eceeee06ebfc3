package org.jccl.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportFolderTest {
  @TempDir private Path folder;

  @Test
  void write_leavesThreeFilesAndNothingElse() throws IOException {
    Path out = folder.resolve("a/b");
    assertThat(ReportFolder.open(out).write(SampleReport.make())).hasSize(3);
    assertThat(out)
        .isDirectoryContaining("glob:**/report.json")
        .isDirectoryContaining("glob:**/report.csv")
        .isDirectoryContaining("glob:**/report.html");
    assertThat(out.toFile().list()).hasSize(3);
  }

  @Test
  void write_replacesAnOlderReport() throws IOException {
    Files.writeString(folder.resolve("report.json"), "old");
    ReportFolder.open(folder).write(SampleReport.make());
    assertThat(folder.resolve("report.json")).content().startsWith("{");
  }

  @Test
  void failure_leavesNothingHalfWritten() throws IOException {
    Files.createDirectories(folder.resolve("report.html/full"));
    ReportFolder out = ReportFolder.open(folder);
    assertThatThrownBy(() -> out.write(SampleReport.make())).isInstanceOf(IOException.class);
    assertThat(folder.toFile().list()).noneMatch(name -> name.endsWith(".part"));
  }

  @Test
  void file_isNoFolder() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    assertThatThrownBy(() -> ReportFolder.open(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is a file");
    assertThatThrownBy(() -> ReportFolder.open(file.resolve("below")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot write into");
  }
}
