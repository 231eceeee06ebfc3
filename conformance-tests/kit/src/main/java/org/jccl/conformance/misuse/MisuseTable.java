package org.jccl.conformance.misuse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A file of verdicts that only grows: the last line about a program counts. */
public final class MisuseTable {
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
      for (String line : Files.readAllLines(file)) {
        if (!line.isBlank() && !line.equals(MisuseVerdict.HEADER)) {
          verdicts.add(MisuseVerdict.ofLine(line));
        }
      }
    }
    return verdicts;
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
