package org.jccl;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.jccl.config.TimeLimit;

/** Files that hold a unique id, and nothing else. */
final class IdFile {
  private static final long PAUSE_MILLIS = 20;

  private IdFile() {}

  /** Written beside and moved: whoever looks sees nothing or all. */
  static void write(Path file, byte[] bytes) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    Path beside = Files.createTempFile(folder, ".jccl-id", ".part", forTheOwner());
    try {
      Files.write(beside, bytes);
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(beside);
    }
  }

  private static FileAttribute<?>[] forTheOwner() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  static byte[] read(Path file, Duration timeout) throws IOException {
    TimeLimit limit = TimeLimit.of(timeout, "unique id: time-out");
    long deadline = limit.deadline();
    while (true) {
      if (Files.exists(file) && !Files.isRegularFile(file)) { // a pipe might be waited for for ever
        throw new IOException(file + ": it is no regular file");
      }
      try (InputStream in = Files.newInputStream(file)) {
        byte[] bytes = in.readNBytes(UniqueId.BYTES + 1);
        if (bytes.length != UniqueId.BYTES) {
          throw new IOException(
              file + ": a unique id has " + UniqueId.BYTES + " bytes, not " + text(bytes.length));
        }
        return bytes;
      } catch (NoSuchFileException notYet) {
        if (TimeLimit.left(deadline) == 0) {
          throw new CollectiveTimeoutException(
              "unique id: no file " + file + " after " + limit + ". Does its rank run?");
        }
        pause(file);
      }
    }
  }

  private static String text(int length) {
    return length > UniqueId.BYTES ? "more" : String.valueOf(length);
  }

  private static void pause(Path file) {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
      throw new CollectiveException(
          ResultCode.UNKNOWN, "unique id: interrupted while waiting for " + file, end);
    }
  }
}
