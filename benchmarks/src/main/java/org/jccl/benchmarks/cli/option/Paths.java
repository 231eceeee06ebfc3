package org.jccl.benchmarks.cli.option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Set;

/** Files and folders; nothing is made or opened while the command line is read. */
public final class Paths {
  private static final int LONGEST_NAME = 255;

  /** Kinds of file systems that the kernel makes up. */
  private static final Set<String> NOT_FOR_FILES = Set.of("proc", "sysfs", "cgroup2", "cgroup");

  private Paths() {}

  private abstract static class OfAnyKind extends OptionValue<Path> {
    @Override
    protected final Path parse(String text) {
      Path path;
      try {
        path = Path.of(text);
      } catch (InvalidPathException impossible) {
        throw refused("'" + text + "' is no path");
      }
      for (Path name : path) {
        if (name.toString().length() > LONGEST_NAME) {
          throw refused("'" + name.toString().substring(0, 20) + "…' is too long for a name");
        }
      }
      check(path, "'" + text + "'");
      return path;
    }

    abstract void check(Path path, String quoted);
  }

  /** What stops {@code folder} from getting a new file, or an empty text. */
  static String hindrance(Path folder) {
    if (!Files.isDirectory(folder)) {
      return Files.exists(folder)
          ? "'" + folder + "' is a file"
          : "there is no folder '" + folder + "'";
    }
    if (!Files.isWritable(folder)) {
      return "nobody may write into '" + folder + "' here";
    }
    try {
      String type = Files.getFileStore(folder).type();
      return NOT_FOR_FILES.contains(type) ? "'" + folder + "' takes no files" : "";
    } catch (IOException unknown) {
      return "";
    }
  }

  /** A file that is read. */
  public static final class FileToRead extends OfAnyKind {
    @Override
    void check(Path path, String quoted) {
      if (!Files.exists(path)) {
        throw refused("cannot read " + quoted + ", there is no such file");
      }
      if (Files.isDirectory(path)) {
        throw refused("cannot read " + quoted + ", it is a folder");
      }
      if (!Files.isRegularFile(path)) {
        throw refused("cannot read " + quoted + ", it is no regular file");
      }
      if (!Files.isReadable(path)) {
        throw refused("cannot read " + quoted + ", it is not readable for this user");
      }
    }

    @Override
    protected String allowed() {
      return "name a file";
    }
  }

  /** A folder that is read. */
  public static final class FolderToRead extends OfAnyKind {
    @Override
    void check(Path path, String quoted) {
      if (!Files.isDirectory(path)) {
        throw refused(
            Files.exists(path) ? quoted + " is no folder" : "there is no folder " + quoted);
      }
    }

    @Override
    protected String allowed() {
      return "name a folder";
    }
  }

  /** A folder of recordings, or those that come with jccl. */
  public static final class Recordings extends OptionValue<String> {
    /** Those that come with jccl. */
    public static final String COMMITTED = "committed";

    @Override
    protected String parse(String text) {
      return text.equals(COMMITTED) ? text : new FolderToRead().convert(text).toString();
    }

    @Override
    protected String allowed() {
      return "name a folder of recordings, or none for those that come with jccl";
    }
  }

  /** A file that is written. */
  public static final class FileToWrite extends OfAnyKind {
    @Override
    void check(Path path, String quoted) {
      if (Files.isDirectory(path)) {
        throw refused("cannot write " + quoted + ", it is a folder");
      }
      if (Files.exists(path) && !Files.isRegularFile(path)) {
        throw refused("cannot write " + quoted + ", it is no regular file");
      }
      Path folder = path.toAbsolutePath().getParent();
      String hindrance = folder == null ? "it has no folder" : hindrance(folder);
      if (!hindrance.isEmpty()) {
        throw refused("cannot write " + quoted + ", " + hindrance);
      }
    }

    @Override
    protected String allowed() {
      return "name a file in a folder that exists";
    }
  }

  /** A folder that is written into, and made if it is not there. */
  public static final class FolderToWrite extends OfAnyKind {
    @Override
    void check(Path path, String quoted) {
      if (Files.exists(path) && !Files.isDirectory(path)) {
        throw refused(quoted + " is a file");
      }
      Path nearest = path.toAbsolutePath();
      while (nearest.getParent() != null && !Files.exists(nearest)) {
        nearest = nearest.getParent();
      }
      String hindrance = hindrance(nearest);
      if (!hindrance.isEmpty()) {
        throw refused("cannot write into " + quoted + ", " + hindrance);
      }
    }

    @Override
    protected String allowed() {
      return "name a folder";
    }
  }
}
