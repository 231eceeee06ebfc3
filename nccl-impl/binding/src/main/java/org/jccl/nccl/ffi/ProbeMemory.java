package org.jccl.nccl.ffi;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.jccl.CleanText;
import org.jspecify.annotations.Nullable;

/**
 * What was found out about libraries, by path, size and time of the file: in this process, and in a
 * file of the user's where there is a place for one.
 */
final class ProbeMemory {
  private static final int MOST_LINES = 64;
  private static final long MOST_BYTES = 1 << 16;
  private static final Map<String, String> IN_THIS_PROCESS = new LinkedHashMap<>();

  private final @Nullable Path store;

  /** A memory in {@code store}, or in this process alone if that is null. */
  ProbeMemory(@Nullable Path store) {
    this.store = store;
  }

  /** That of the user whom this process belongs to. */
  static ProbeMemory ofThisUser() {
    String cache = System.getenv("XDG_CACHE_HOME");
    String home = System.getProperty("user.home", "");
    try {
      Path folder =
          cache != null && cache.startsWith("/") ? Path.of(cache) : Path.of(home, ".cache");
      Path above = folder.getParent();
      boolean isThere = folder.isAbsolute() && above != null && Files.isDirectory(above);
      return new ProbeMemory(isThere ? folder.resolve("jccl/libraries") : null);
    } catch (InvalidPathException noFolder) {
      return new ProbeMemory(null);
    }
  }

  /** What is known of {@code file} as it is now. */
  Optional<String> of(Path file) {
    String key = key(file);
    if (key == null) {
      return Optional.empty();
    }
    synchronized (IN_THIS_PROCESS) {
      String known = IN_THIS_PROCESS.get(key + "\t" + store);
      return Optional.ofNullable(known == null ? stored().get(key) : known);
    }
  }

  /**
   * Remembers {@code words} of {@code file} as it is now.
   *
   * @param forOthers whether other processes may believe it, too
   */
  void keep(Path file, String words, boolean forOthers) {
    String key = key(file);
    if (key == null) {
      return;
    }
    synchronized (IN_THIS_PROCESS) {
      IN_THIS_PROCESS.put(key + "\t" + store, words);
      if (!forOthers) {
        return;
      }
      SequencedMap<String, String> all = stored();
      all.putLast(key, CleanText.line(words));
      while (all.size() > MOST_LINES) {
        all.pollFirstEntry();
      }
      store(all);
    }
  }

  private static @Nullable String key(Path file) {
    try {
      Path real = file.toRealPath();
      BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
      String key =
          real
              + "\t"
              + attributes.size()
              + "\t"
              + attributes.lastModifiedTime()
              + "\t"
              + attributes.fileKey();
      return key.indexOf('\n') < 0 ? key : null;
    } catch (IOException gone) {
      return null;
    }
  }

  /** A line each: path, size, time, file, words. */
  private SequencedMap<String, String> stored() {
    SequencedMap<String, String> all = new LinkedHashMap<>();
    try {
      if (store != null && Files.isRegularFile(store) && Files.size(store) <= MOST_BYTES) {
        for (String line : Files.readAllLines(store)) {
          int end = line.lastIndexOf('\t');
          if (end > 0) {
            all.put(line.substring(0, end), line.substring(end + 1));
          }
        }
      }
    } catch (IOException unreadable) {
      all.clear();
    }
    return all;
  }

  private void store(Map<String, String> all) {
    Path to = store;
    if (to == null) {
      return;
    }
    Path part = to.resolveSibling(to.getFileName() + "." + ProcessHandle.current().pid());
    try {
      Files.createDirectories(to.toAbsolutePath().resolveSibling("."));
      String lines =
          all.entrySet().stream()
              .map(each -> each.getKey() + "\t" + each.getValue() + "\n")
              .collect(Collectors.joining());
      Files.writeString(part, lines, StandardCharsets.UTF_8);
      Files.move(part, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException noPlace) {
      delete(part); // it is tried again in the next process
    }
  }

  private static void delete(Path part) {
    try {
      Files.deleteIfExists(part);
    } catch (IOException stays) {
      // A small file in the user's own folder.
    }
  }
}
