package org.jccl.fidelity.floats;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jccl.fidelity.floats.FloatComparison.Outcome;
import org.jccl.fidelity.floats.FloatComparison.Verdict;

/**
 * A table of results, a line a seed, which only grows: a long range can be run in pieces. Its first
 * line says what it is about, so that runs with other variables do not get mixed in.
 */
final class FloatTable {
  private static final String HEAD =
      "seed\tranks\tcommunicator\tcalls\telements\tobserved\tchosen\tresult";
  private static final int COLUMNS = 8;

  private final Path path;
  private final Map<Long, String> results = new TreeMap<>();

  private FloatTable(Path path) {
    this.path = path;
  }

  /**
   * Opens a table that is there, or makes one.
   *
   * @param about what its results depend on besides the seed
   * @throws IllegalArgumentException if the one that is there is about something else
   */
  static FloatTable open(Path path, String about) throws IOException {
    FloatTable table = new FloatTable(path);
    String first = "# " + about;
    if (!Files.exists(path)) {
      Files.createDirectories(path.toAbsolutePath().getParent());
      Files.write(path, List.of(first, HEAD));
      return table;
    }
    String text = Files.readString(path);
    List<String> lines = text.lines().toList();
    if (lines.isEmpty() || !lines.getFirst().equals(first)) {
      throw new IllegalArgumentException(
          "--out: '%s' is about '%s', this run is about '%s': give another folder"
              .formatted(path, lines.isEmpty() ? "" : lines.getFirst(), first));
    }
    if (!text.endsWith("\n")) { // a run was cut off
      Files.writeString(path, "\n", StandardOpenOption.APPEND);
    }
    for (String line : lines.subList(1, lines.size())) {
      String[] columns = line.split("\t", -1);
      if (columns.length == COLUMNS && !line.equals(HEAD)) {
        table.results.put(Long.valueOf(columns[0]), columns[COLUMNS - 1]);
      }
    }
    return table;
  }

  /** Whether the seed is done; what differed or failed is run again. */
  boolean holds(long seed) {
    String result = results.get(seed);
    return result != null
        && !label(Verdict.DIFFER).equals(result)
        && !label(Verdict.FAILED).equals(result);
  }

  void add(long seed, FloatCase each, Outcome outcome) throws IOException {
    String result = label(outcome.verdict());
    results.put(seed, result);
    String line =
        String.join(
            "\t",
            Long.toString(seed),
            Integer.toString(each.ranks()),
            Integer.toString(each.communicator()),
            Integer.toString(each.calls().size()),
            Long.toString(each.elements()),
            Long.toHexString(outcome.hash()),
            outcome.choices(),
            result);
    Files.write(path, List.of(line), StandardOpenOption.APPEND);
  }

  private static String label(Verdict verdict) {
    return verdict.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private long count(Verdict verdict) {
    return results.values().stream().filter(label(verdict)::equals).count();
  }

  boolean hasDifferences() {
    return count(Verdict.DIFFER) + count(Verdict.FAILED) > 0;
  }

  String totals() {
    long notRun = count(Verdict.NOT_RUN);
    return "%s: %d agree, %d but for the encoding of f64 NaNs, %d differ, %d failed%s"
        .formatted(
            path,
            count(Verdict.AGREE),
            count(Verdict.NAN_BITS),
            count(Verdict.DIFFER),
            count(Verdict.FAILED),
            notRun == 0 ? "" : ", " + notRun + " have no algorithm by the variables");
  }
}
