package org.jccl.nccl.ffi;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import org.jccl.CleanText;
import org.jspecify.annotations.Nullable;

/**
 * What was found out about libraries, by path, size and time of the file: in this process, and in a
 * file of the user's where there is a place for one.
 */
final class ProbeMemory {
  /** So begins what is said of a library that did not come back. */
  static final String HANGS = "it hangs";

  /** How long others believe that: the machine may have been busy. */
  private static final Duration HANGS_FOR = Duration.ofDays(1);

  private static final int MOST_LINES = 64;
  private static final long MOST_BYTES = 1 << 16;
  private static final Set<PosixFilePermission> OWNER =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> OWNERS_FOLDER =
      PosixFilePermissions.fromString("rwx------");
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
      return known == null
          ? Optional.ofNullable(stored().get(key)).map(this::told)
          : Optional.of(known);
    }
  }

  /** The words of another process, with where they come from. */
  private String told(Found found) {
    return found.words.isEmpty()
        ? ""
        : found.words
            + " (found out on "
            + found.when.atOffset(ZoneOffset.UTC).toLocalDate()
            + ", remembered in "
            + store
            + ": delete that file to try it again)";
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
      SequencedMap<String, Found> all = stored();
      all.putLast(key, new Found(Instant.now(), CleanText.line(words)));
      while (all.size() > MOST_LINES) {
        all.pollFirstEntry();
      }
      store(all);
    }
  }

  /**
   * What was found out.
   *
   * @param when by the wall clock
   * @param words what speaks against the library; empty if nothing does
   */
  private record Found(Instant when, String words) {
    boolean isBelieved() {
      Instant now = Instant.now();
      return !when.isAfter(now.plus(HANGS_FOR))
          && (!words.startsWith(HANGS) || when.isAfter(now.minus(HANGS_FOR)));
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

  /** A line each: path, size, time, file, second of the finding, words. */
  private SequencedMap<String, Found> stored() {
    SequencedMap<String, Found> all = new LinkedHashMap<>();
    try {
      if (store != null && isOurs(store) && Files.size(store) <= MOST_BYTES) {
        for (String line : Files.readAllLines(store)) {
          int end = line.lastIndexOf('\t');
          int time = line.lastIndexOf('\t', end - 1);
          if (time > 0) {
            long second = Long.parseLong(line.substring(time + 1, end));
            Found found = new Found(Instant.ofEpochSecond(second), line.substring(end + 1));
            if (found.isBelieved()) {
              all.put(line.substring(0, time), found);
            }
          }
        }
      }
    } catch (IOException | NumberFormatException | DateTimeException unreadable) {
      all.clear();
    }
    return all;
  }

  /** Whether nobody else can have written it: what stands there decides what is loaded. */
  private static boolean isOurs(Path file) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try {
      Set<PosixFilePermission> may = Files.getPosixFilePermissions(file);
      Object own = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
      return own.equals(Files.getAttribute(file, "unix:uid"))
          && !may.contains(PosixFilePermission.GROUP_WRITE)
          && !may.contains(PosixFilePermission.OTHERS_WRITE);
    } catch (UnsupportedOperationException | IllegalArgumentException noUnix) {
      return true;
    }
  }

  private void store(Map<String, Found> all) {
    Path to = store;
    if (to == null) {
      return;
    }
    Path part = to.resolveSibling(to.getFileName() + "." + ProcessHandle.current().pid());
    try {
      makeFolder(to.toAbsolutePath().getParent());
      String lines =
          all.entrySet().stream()
              .map(
                  each ->
                      each.getKey()
                          + "\t"
                          + each.getValue().when.getEpochSecond()
                          + "\t"
                          + each.getValue().words
                          + "\n")
              .collect(Collectors.joining());
      Files.deleteIfExists(part); // of a process that had this number before
      if (isUnix(part)) {
        Files.createFile(part, PosixFilePermissions.asFileAttribute(OWNER));
      }
      Files.writeString(part, lines, StandardCharsets.UTF_8);
      Files.move(part, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException noPlace) {
      delete(part); // it is tried again in the next process
    }
  }

  private static void makeFolder(@Nullable Path folder) throws IOException {
    if (folder != null && !Files.isDirectory(folder)) {
      if (folder.getParent() != null) {
        Files.createDirectories(folder.getParent());
      }
      if (isUnix(folder)) {
        Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(OWNERS_FOLDER));
      } else {
        Files.createDirectory(folder);
      }
    }
  }

  private static boolean isUnix(Path file) {
    return file.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  private static void delete(Path part) {
    try {
      Files.deleteIfExists(part);
    } catch (IOException stays) {
      // A small file in the user's own folder.
    }
  }
}
