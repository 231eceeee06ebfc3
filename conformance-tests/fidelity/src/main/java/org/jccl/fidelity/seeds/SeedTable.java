package org.jccl.fidelity.seeds;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jccl.conformance.engine.ComparisonResult;
import org.jccl.file.BoundedFile;

/**
 * A table of results, a line a seed, which only grows: a long range can be run in pieces. Where
 * results depend on more than the seed its first line says on what, so that runs with other
 * variables do not get mixed in.
 */
final class SeedTable {
  private static final int MOST_BYTES = 256 << 20;

  private final Path path;
  private final int columns;
  private final Map<Long, String> results = new TreeMap<>();

  private SeedTable(Path path, int columns) {
    this.path = path;
    this.columns = columns;
  }

  /**
   * Opens a table that is there, or makes one.
   *
   * @param about what its results depend on besides the seed, or empty
   * @param head names of the columns, of which the first is the seed and the last the result
   * @throws IllegalArgumentException if the one that is there is about something else
   * @throws IOException if it cannot be used; it names the file and the line
   */
  static SeedTable open(Path path, String about, List<String> head) throws IOException {
    SeedTable table = new SeedTable(path, head.size());
    List<String> first = new ArrayList<>();
    if (!about.isEmpty()) {
      first.add("# " + about);
    }
    first.add(String.join("\t", head));
    if (!Files.exists(path)) {
      Files.createDirectories(path.toAbsolutePath().getParent());
      Files.write(path, first);
      return table;
    }
    String text = BoundedFile.text(path, MOST_BYTES);
    List<String> lines = text.lines().toList();
    String there = lines.isEmpty() ? "" : lines.getFirst();
    if (!about.isEmpty() && !there.equals(first.getFirst())) {
      throw new IllegalArgumentException(
          "--out: '%s' is about '%s', this run is about '%s': give another folder"
              .formatted(path, there, first.getFirst()));
    }
    if (!text.endsWith("\n")) { // a run was cut off
      Files.writeString(path, "\n", StandardOpenOption.APPEND);
    }
    for (int i = 0; i < lines.size(); i++) {
      table.read(lines.get(i), i + 1);
    }
    return table;
  }

  private void read(String line, int number) throws IOException {
    String[] cells = line.split("\t", -1);
    if (cells.length != columns || cells[0].equals("seed")) {
      return; // the head, or what a run that was cut off has left
    }
    try {
      results.put(Long.valueOf(cells[0]), cells[columns - 1]);
    } catch (NumberFormatException noSeed) {
      throw new IOException(
          path + ":" + number + ": '" + cells[0] + "' is no seed: is this a table of results?");
    }
  }

  /** Whether the seed is done; what differed or failed is run again. */
  boolean holds(long seed) {
    String result = results.get(seed);
    return result != null
        && !result.equals(ComparisonResult.DIFFER.label())
        && !result.equals(ComparisonResult.FAILED.label());
  }

  /** Adds a line; {@code cells} are those between seed and result. */
  void add(long seed, List<String> cells, ComparisonResult verdict) throws IOException {
    results.put(seed, verdict.label());
    List<String> line = new ArrayList<>(cells);
    line.addFirst(Long.toString(seed));
    line.addLast(verdict.label());
    Files.write(path, List.of(String.join("\t", line)), StandardOpenOption.APPEND);
  }

  private long count(ComparisonResult verdict) {
    return results.values().stream().filter(verdict.label()::equals).count();
  }

  boolean hasDifferences() {
    return count(ComparisonResult.DIFFER) + count(ComparisonResult.FAILED) > 0;
  }

  String totals() {
    StringBuilder words = new StringBuilder();
    words.append(path).append(": ").append(count(ComparisonResult.AGREE)).append(" agree, ");
    words.append(count(ComparisonResult.DIFFER)).append(" differ");
    append(words, ComparisonResult.NAN_BITS, " agree but for the encoding of f64 NaNs");
    append(words, ComparisonResult.FAILED, " failed");
    append(words, ComparisonResult.NOT_RUN, " have no algorithm by the variables");
    return words.toString();
  }

  private void append(StringBuilder words, ComparisonResult verdict, String what) {
    long count = count(verdict);
    words.append(count == 0 ? "" : ", " + count + what);
  }
}
