package org.jccl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jccl.testing.Crew;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UniqueIdTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir private Path folder;

  @Test
  void bytesHexAndFile_giveTheSameId() throws IOException {
    UniqueId id = id(3);
    Path file = folder.resolve("id");
    id.writeTo(file);

    assertThat(UniqueId.of(id.toBytes())).isEqualTo(id);
    assertThat(UniqueId.ofHex(id.toHex())).isEqualTo(id);
    assertThat(UniqueId.ofHex(" " + id.toHex().toUpperCase(Locale.ROOT) + "\n")).isEqualTo(id);
    assertThat(Files.readAllBytes(file)).isEqualTo(id.toBytes());
    assertThat(UniqueId.readFrom(file, LONG)).isEqualTo(id);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(file);
    }
  }

  @Test
  void aFileThatComesLater_isWaitedFor() throws IOException {
    Path file = folder.resolve("id");
    Crew<UniqueId> reader = Crew.start(1, i -> UniqueId.readFrom(file, LONG));
    id(5).writeTo(file);

    assertThat(reader.join().result(0)).isEqualTo(id(5));
  }

  @Test
  void whatIsNoId_isRefused() throws IOException {
    assertThatThrownBy(() -> UniqueId.ofHex("12"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("256 hexadecimal digits, got 2");
    assertThatThrownBy(() -> UniqueId.ofHex("x".repeat(256)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("hexadecimal digits only");
    Path file = folder.resolve("id");
    assertThatThrownBy(() -> UniqueId.readFrom(file, Duration.ofMillis(1)))
        .isInstanceOf(CollectiveTimeoutException.class)
        .hasMessageContaining("no file " + file);
    Files.write(file, new byte[127]);
    assertThatThrownBy(() -> UniqueId.readFrom(file, LONG))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("128 bytes, not 127");
    Files.write(file, new byte[100_000]);
    assertThatThrownBy(() -> UniqueId.readFrom(file, LONG))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not more");
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().onExit().join().exitValue())
        .isZero();
    for (Path other : List.of(pipe, folder, Path.of("/dev/zero"))) {
      assertThatThrownBy(() -> UniqueId.readFrom(other, LONG))
          .isInstanceOf(IOException.class)
          .hasMessage(other + ": it is no regular file");
    }
    assertThatThrownBy(() -> id(1).writeTo(folder.resolve("no/such/folder")))
        .isInstanceOf(IOException.class);
  }

  private static UniqueId id(int seed) {
    byte[] bytes = new byte[UniqueId.BYTES];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (seed * i);
    }
    return UniqueId.of(bytes);
  }
}
