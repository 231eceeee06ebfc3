package org.jccl.benchmarks.report;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The folder that a report goes into. All files are written beside their final names first and then
 * moved, so that nobody ever sees half a file, and a failure leaves what was there before.
 */
public final class ReportFolder {
  private final Path folder;

  private ReportFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * Makes the folder, and sure that files can be written there: before hours are spent on
   * measuring.
   *
   * @throws IOException with one sentence for the user
   */
  public static ReportFolder open(Path folder) throws IOException {
    try {
      Files.createDirectories(folder);
      Files.delete(Files.createTempFile(folder, ".jccl", ".probe"));
    } catch (FileAlreadyExistsException e) {
      throw new IOException("'" + folder + "' is a file: name a folder", e);
    } catch (IOException | SecurityException e) {
      throw new IOException("cannot write into '" + folder + "': " + e, e);
    }
    return new ReportFolder(folder);
  }

  /** Writes {@code report.json}, {@code report.csv} and {@code report.html}. */
  public List<Path> write(BenchReport report) throws IOException {
    Map<String, String> files = new LinkedHashMap<>();
    files.put("report.json", ReportJson.write(report));
    files.put("report.csv", ReportCsv.write(report));
    files.put("report.html", HtmlReport.write(report));
    return write(files);
  }

  /** Writes files of these names and contents, all or none. */
  public List<Path> write(Map<String, String> files) throws IOException {
    Map<Path, Path> moves = new LinkedHashMap<>();
    try {
      for (var file : files.entrySet()) {
        Path temporary = Files.createTempFile(folder, "." + file.getKey(), ".part");
        moves.put(temporary, folder.resolve(file.getKey()));
        Files.writeString(temporary, file.getValue());
        share(temporary);
      }
      for (var move : moves.entrySet()) {
        Files.move(
            move.getKey(),
            move.getValue(),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
      }
    } finally {
      for (Path temporary : moves.keySet()) {
        Files.deleteIfExists(temporary);
      }
    }
    return List.copyOf(moves.values());
  }

  /** Temporary files are made for their owner's eyes only; a report is for others too. */
  private static void share(Path file) throws IOException {
    if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
      var rights = PosixFilePermissions.fromString("rw-r--r--");
      Files.setPosixFilePermissions(file, rights);
    }
  }
}
