package org.jccl.file;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A folder for a while: it is gone when it is closed, and also when the process is ended by a
 * signal. {@code kill -9} alone leaves it.
 */
public final class TemporaryFolder implements AutoCloseable {
  private static final Set<Path> LEFT = ConcurrentHashMap.newKeySet();

  /** Whether the process ends: what hooks write from then on is theirs to finish. */
  private static volatile boolean ending;

  static {
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(TemporaryFolder::removeAll, "jccl-scratch"));
    } catch (IllegalStateException shutdown) {
      ending = true;
    }
  }

  private final Path folder;

  private TemporaryFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * Makes a folder among the system's temporary ones, which its owner alone can read.
   *
   * @param kind what it is for, a word: part of its name
   * @return the folder
   * @throws IOException if it cannot be made
   */
  public static TemporaryFolder create(String kind) throws IOException {
    Path folder = Files.createTempDirectory("jccl-" + kind + "-");
    LEFT.add(folder);
    return new TemporaryFolder(folder);
  }

  /** {@return where it is} */
  public Path path() {
    return folder;
  }

  /** Removes it with all that is in it, as far as that goes. */
  @Override
  public void close() {
    remove(folder);
    LEFT.remove(folder);
  }

  /** A file or folder that is removed when the process ends, unless it is forgotten. */
  static void keepUntilExit(Path path) {
    if (!ending) {
      LEFT.add(path);
    }
  }

  /**
   * The process ends and the caller, a shutdown hook, is about to write: files that are begun from
   * now on are not removed.
   */
  public static void processEnds() {
    ending = true;
  }

  static void forget(Path path) {
    LEFT.remove(path);
  }

  private static void removeAll() {
    ending = true;
    LEFT.forEach(TemporaryFolder::remove);
  }

  private static void remove(Path path) {
    try {
      Files.walkFileTree(
          path,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.deleteIfExists(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException gone) {
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
                throws IOException {
              Files.deleteIfExists(visited);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException left) {
      // Somebody else still writes into it.
    }
  }
}
