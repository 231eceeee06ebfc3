package org.jccl.nccl.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import jcuda.LogLevel;
import jcuda.driver.JCudaDriver;
import jcuda.runtime.JCuda;

/**
 * Loads JCuda's native libraries from a private folder.
 *
 * <p>JCuda unpacks them from its jar to a fixed name in the shared temporary folder, and takes what
 * it finds there: two processes that start together may load a half-written file, and on a shared
 * machine anybody can put one there first. Its only handle on the folder is a system property that
 * it reads at that moment, so the property points to a folder of our own meanwhile.
 */
final class JCudaNatives {
  private static final String TEMPORARY = "java.io.tmpdir";
  private static boolean loaded;

  private JCudaNatives() {}

  /**
   * Loads them once.
   *
   * @throws LinkageError if they cannot be loaded
   */
  static synchronized void load() {
    if (loaded) {
      return;
    }
    String before = System.getProperty(TEMPORARY);
    Path folder = null;
    try {
      folder = Files.createTempDirectory("jccl-jcuda-");
      System.setProperty(TEMPORARY, folder.toString());
      JCuda.initialize();
      JCuda.setLogLevel(LogLevel.LOG_QUIET);
      JCudaDriver.setLogLevel(LogLevel.LOG_QUIET);
      loaded = true;
    } catch (IOException noFolder) {
      throw new UncheckedIOException("no private folder for JCuda's libraries", noFolder);
    } finally {
      System.setProperty(TEMPORARY, before);
      if (folder != null) {
        remove(folder);
      }
    }
  }

  /** What is loaded needs its file no more. */
  private static void remove(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> all = files.toList();
      for (Path file : all) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException left) {
      folder.toFile().deleteOnExit();
    }
  }
}
