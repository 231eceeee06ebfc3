package org.jccl.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {
  @TempDir private Path folder;

  @Test
  void aFileThatIsNotEnded_leavesTheOldOne_andNothingElse() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "old");
    try (WholeFile begun = WholeFile.begin(file)) {
      begun.out().write(new byte[100]);
      assertThat(file).hasContent("old");
    }
    assertThat(file).hasContent("old");
    assertThat(folder).isDirectoryContaining(each -> each.equals(file));
    assertThat(folder.toFile().list()).hasSize(1);
  }

  @Test
  void severalFiles_areWrittenAllOrNone() throws IOException {
    Path first = Files.writeString(folder.resolve("first"), "old");
    Path second = Files.createDirectory(folder.resolve("second"));
    Map<Path, String> texts = new LinkedHashMap<>();
    texts.put(first, "new");
    texts.put(second, "new");
    assertThatThrownBy(() -> WholeFile.write(texts)).isInstanceOf(IOException.class);
    assertThat(first).hasContent("old");
    assertThat(folder.toFile().list()).hasSize(2);

    Files.delete(second);
    WholeFile.write(texts);
    assertThat(first).hasContent("new");
    assertThat(second).hasContent("new");
  }

  @Test
  void aLink_staysOne() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "old");
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    WholeFile.write(link, "new");
    assertThat(link).isSymbolicLink();
    assertThat(file).hasContent("new");
  }

  @Test
  void whatIsNoFile_isRefused() {
    assertThatThrownBy(() -> WholeFile.write(Path.of("/dev/null"), "text"))
        .hasMessage("'/dev/null' is no regular file");
    assertThatThrownBy(() -> WholeFile.write(folder.resolve("no/such"), "text"))
        .isInstanceOf(IOException.class);
  }

  @Test
  void scratch_isGoneWithAllThatIsInIt() throws IOException {
    Path made;
    try (TemporaryFolder scratch = TemporaryFolder.create("test")) {
      made = scratch.path();
      Files.createDirectories(made.resolve("a/b"));
      Files.writeString(made.resolve("a/b/c"), "text");
    }
    assertThat(made).doesNotExist();
  }
}
