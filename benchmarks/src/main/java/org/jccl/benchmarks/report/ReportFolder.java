package org.jccl.benchmarks.report;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jccl.file.BoundedFile;
import org.jccl.file.WholeFile;

/** The folder that a report goes into. All files are written, or none: {@link WholeFile}. */
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
    } catch (IOException e) {
      throw new IOException("cannot write into '" + folder + "': " + BoundedFile.why(e), e);
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
    Map<Path, String> texts = new LinkedHashMap<>();
    files.forEach((name, text) -> texts.put(folder.resolve(name), text));
    WholeFile.write(texts);
    return List.copyOf(texts.keySet());
  }
}
