package org.jccl.conformance.misuse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jccl.file.BoundedFile;

/** A file of verdicts that only grows: the last line about a program counts. */
public final class MisuseTable {
  private static final int MOST_BYTES = 64 << 20;

  private final Path file;

  /** The table in that file, which need not be there yet. */
  public MisuseTable(Path file) {
    this.file = file;
  }

  /** The table of a subject in a folder. */
  public static MisuseTable of(Path folder, MisuseSubject subject) {
    return new MisuseTable(folder.resolve("misuse-" + subject.label() + ".tsv"));
  }

  /** Whether there is anything in it. */
  public boolean exists() {
    return Files.exists(file);
  }

  /** All lines, oldest first. */
  public List<MisuseVerdict> verdicts() throws IOException {
    List<MisuseVerdict> verdicts = new ArrayList<>();
    if (exists()) {
      List<String> lines = BoundedFile.lines(file, MOST_BYTES);
      for (int i = 0; i < lines.size(); i++) {
        if (!lines.get(i).isBlank() && !lines.get(i).equals(MisuseVerdict.HEADER)) {
          verdicts.add(verdict(lines.get(i), i + 1));
        }
      }
    }
    return verdicts;
  }

  private MisuseVerdict verdict(String line, int number) throws IOException {
    try {
      return MisuseVerdict.ofLine(line);
    } catch (RuntimeException malformed) {
      throw new IOException(
          file + ", line " + number + ": this is no line of a table of misuses", malformed);
    }
  }

  /** The last verdict on a program, if there is one. */
  public Optional<MisuseVerdict> last(String id, MisuseCase.Part part) throws IOException {
    return verdicts().reversed().stream()
        .filter(verdict -> verdict.id().equals(id) && verdict.part() == part)
        .findFirst();
  }

  /** Adds a line at once. */
  public void append(MisuseVerdict verdict) throws IOException {
    String header = "";
    if (!exists()) {
      Files.createDirectories(file.toAbsolutePath().getParent());
      header = MisuseVerdict.HEADER + "\n";
    }
    Files.writeString(
        file,
        header + verdict.toLine() + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
