package org.jccl.file;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A file that is there whole or not at all. It is written beside its place and then moved there, so
 * that a full disk, a failure or the end of the process leaves what was there before, and nothing
 * else.
 */
public final class WholeFile implements Closeable {
  private static final Set<PosixFilePermission> FOR_ALL_TO_READ =
      PosixFilePermissions.fromString("rw-r--r--");

  private final Path place;
  private final Path beside;
  private final OutputStream out;
  private boolean isWritten;

  private WholeFile(Path place, Path beside, OutputStream out) {
    this.place = place;
    this.beside = beside;
    this.out = out;
  }

  /**
   * Begins a file; its folder must be there.
   *
   * @param file where it will be
   * @return the file, to be written and ended
   * @throws IOException if nothing can be written there
   */
  public static WholeFile begin(Path file) throws IOException {
    Path place = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
    if (Files.exists(place) && !Files.isRegularFile(place)) {
      throw new IOException("'" + file + "' is no regular file");
    }
    Path folder = place.getParent();
    if (folder == null) {
      throw new IOException("'" + file + "' is no file");
    }
    Path beside = Files.createTempFile(folder, ".jccl-", ".part");
    TemporaryFolder.keepUntilExit(beside);
    return new WholeFile(place, beside, Files.newOutputStream(beside));
  }

  /**
   * Writes a file.
   *
   * @param file where it will be
   * @param text what it holds
   * @throws IOException if it cannot be written; what was there is there still
   */
  public static void write(Path file, String text) throws IOException {
    write(Map.of(file, text));
  }

  /**
   * Writes several files, all or none.
   *
   * @param texts what each holds
   * @throws IOException if one cannot be written; what was there is there still
   */
  public static void write(Map<Path, String> texts) throws IOException {
    Map<Path, WholeFile> begun = new LinkedHashMap<>();
    try {
      for (Map.Entry<Path, String> each : texts.entrySet()) {
        WholeFile file = begin(each.getKey());
        begun.put(each.getKey(), file);
        file.out.write(each.getValue().getBytes(StandardCharsets.UTF_8));
        file.out.close();
      }
      for (WholeFile file : begun.values()) {
        if (Files.isDirectory(file.place)) {
          throw new IOException("'" + file.place + "' is a folder");
        }
      }
      for (WholeFile file : begun.values()) {
        file.end();
      }
    } finally {
      close(begun.values());
    }
  }

  private static void close(Iterable<WholeFile> files) throws IOException {
    List<IOException> failures = new ArrayList<>();
    for (WholeFile file : files) {
      try {
        file.close();
      } catch (IOException failure) {
        failures.add(failure);
      }
    }
    if (!failures.isEmpty()) {
      throw failures.getFirst();
    }
  }

  /**
   * Leaves it alone when the process is ended: somebody else ends it then, in a hook of their own.
   *
   * @return this
   */
  public WholeFile endedAtExit() {
    TemporaryFolder.forget(beside);
    return this;
  }

  /** {@return where its bytes go; buffered by whoever writes} */
  public OutputStream out() {
    return out;
  }

  /** {@return where its bytes lie until it is ended, for programs that write them} */
  public Path beside() {
    return beside;
  }

  /**
   * Puts it into its place.
   *
   * @throws IOException if its last bytes cannot be written, or it cannot be moved
   */
  public void end() throws IOException {
    out.close();
    share();
    Files.move(beside, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    isWritten = true;
    TemporaryFolder.forget(beside);
  }

  /** Temporary files are made for their owner's eyes only; this one is for others, too. */
  private void share() throws IOException {
    FileStore store = Files.getFileStore(beside);
    if (store.supportsFileAttributeView("posix")) {
      Files.setPosixFilePermissions(
          beside, Files.exists(place) ? Files.getPosixFilePermissions(place) : FOR_ALL_TO_READ);
    }
  }

  /**
   * Drops what was not ended. Idempotent.
   *
   * @throws IOException if it cannot be removed
   */
  @Override
  public void close() throws IOException {
    if (isWritten) {
      return;
    }
    try {
      out.close();
    } catch (IOException full) {
      // It is dropped.
    } finally {
      Files.deleteIfExists(beside);
      TemporaryFolder.forget(beside);
    }
  }
}
