package org.jccl.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BoundedFileTest {
  @TempDir private Path folder;

  @Test
  void text_isReadWithinItsBound() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "four");
    assertThat(BoundedFile.text(file, 4)).isEqualTo("four");
    assertThatThrownBy(() -> BoundedFile.text(file, 3))
        .hasMessage(file + ": has more than 3 bytes: is it the right file?");
  }

  @Test
  void whatIsNoRegularFile_isNotEvenOpened() {
    assertThatThrownBy(() -> BoundedFile.text(Path.of("/dev/zero"), 100))
        .hasMessage("/dev/zero: cannot be read: it is no regular file");
    assertThatThrownBy(() -> BoundedFile.openLines(folder))
        .hasMessage(folder + ": cannot be read: it is a folder");
    assertThatThrownBy(() -> BoundedFile.text(folder.resolve("no"), 100))
        .hasMessage(folder.resolve("no") + ": cannot be read: there is no such file or folder");
  }

  @Test
  void whatIsNoText_isSaidSo() throws IOException {
    Path file = Files.write(folder.resolve("file"), new byte[] {'a', '\n', (byte) 0xff, 'b'});
    assertThatThrownBy(() -> BoundedFile.text(file, 100))
        .hasMessage(file + ": is no text in UTF-8: is it the right file?");
    try (BoundedFile lines = BoundedFile.openLines(file)) {
      assertThatThrownBy(
              () -> {
                lines.readLine();
                lines.readLine();
              })
          .hasMessageMatching(".*, line [12]: this is no text in UTF-8");
    }
  }

  @Test
  void lines_areThoseOfTheFile() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "one\r\n\ntwo");
    try (BoundedFile lines = BoundedFile.openLines(file)) {
      assertThat(lines.readLine()).isEqualTo("one");
      assertThat(lines.readLine()).isEmpty();
      assertThat(lines.readLine()).isEqualTo("two");
      assertThat(lines.lineNumber()).isEqualTo(3);
      assertThat(lines.readLine()).isNull();
    }
  }

  @Test
  void aLineWithoutAnEnd_isNotHeld() throws IOException {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 'x';
          }

          @Override
          public int read(byte[] bytes, int from, int length) {
            Arrays.fill(bytes, from, from + length, (byte) 'x');
            return length;
          }
        };
    try (BoundedFile lines = BoundedFile.linesOf("endless", endless)) {
      assertThatThrownBy(lines::readLine)
          .hasMessage("endless, line 1: has more than 16 MiB: is it the right file?");
    }
  }

  @Test
  void aBomb_doesNotGoOff() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      for (int mib = 0; mib < 8; mib++) {
        out.write(new byte[1 << 20]);
      }
    }
    try (InputStream in =
        BoundedFile.unpacked(new ByteArrayInputStream(packed.toByteArray()), 4 << 20)) {
      assertThatThrownBy(in::readAllBytes).hasMessage("more than 4 MiB are packed here");
    }
  }
}
