package org.jccl.fidelity.differential;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A table of results, a line a seed, which only grows: runs can stop and go on. */
final class ResultFile {
  private static final String HEAD = "seed\tranks\tcommunicators\tcalls\tobserved\tresult";
  private static final String AGREE = "agree";
  private static final String DIFFER = "differ";
  private static final int COLUMNS = 6;

  /**
   * One program's result.
   *
   * @param observed hash of everything that the subject observed
   */
  record Line(long seed, int ranks, int communicators, int calls, long observed, boolean agrees) {
    String text() {
      return String.join(
          "\t",
          Long.toString(seed),
          Integer.toString(ranks),
          Integer.toString(communicators),
          Integer.toString(calls),
          Long.toHexString(observed),
          agrees ? AGREE : DIFFER);
    }
  }

  private final Path path;

  /** Whether each seed agreed. */
  private final Map<Long, Boolean> results = new TreeMap<>();

  private ResultFile(Path path) {
    this.path = path;
  }

  /**
   * The table at that path, which is made if it is not there.
   *
   * @throws IOException if it cannot be used; it names the file and the line
   */
  static ResultFile open(Path path) throws IOException {
    ResultFile file = new ResultFile(path);
    if (Files.exists(path)) {
      String text = Files.readString(path);
      if (!text.endsWith("\n")) { // a run was cut off
        Files.writeString(path, "\n", StandardOpenOption.APPEND);
      }
      List<String> lines = text.lines().toList();
      for (int i = 0; i < lines.size(); i++) {
        file.read(lines.get(i), i + 1);
      }
    } else {
      Files.createDirectories(path.toAbsolutePath().getParent());
      Files.write(path, List.of(HEAD));
    }
    return file;
  }

  private void read(String line, int number) throws IOException {
    String[] columns = line.split("\t", -1);
    if (columns.length != COLUMNS || line.equals(HEAD)) {
      return; // the head, or what a run that was cut off has left
    }
    try {
      results.put(Long.valueOf(columns[0]), columns[COLUMNS - 1].equals(AGREE));
    } catch (NumberFormatException noSeed) {
      throw new IOException(
          path + ":" + number + ": '" + columns[0] + "' is no seed: is this a table of results?");
    }
  }

  /** Whether the seed agreed before; what differed is run again. */
  boolean holds(long seed) {
    return results.getOrDefault(seed, false);
  }

  void add(Line line) throws IOException {
    results.put(line.seed(), line.agrees());
    Files.write(path, List.of(line.text()), StandardOpenOption.APPEND);
  }

  boolean hasDifferences() {
    return results.containsValue(false);
  }

  String totals() {
    long agree = results.values().stream().filter(each -> each).count();
    return path + ": " + agree + " agree, " + (results.size() - agree) + " differ";
  }
}
