package org.jccl.benchmarks.report;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Two reports row by row: the times of both, and what the second is of the first. */
public final class ReportComparison {
  private static final String FORM = "%-16s %10s %-8s %-6s %-12s %12s %12s %8s%n";

  /** What makes rows of two reports the same measurement. */
  private record Key(
      String operation,
      long bytes,
      String type,
      @Nullable String reduction,
      @Nullable Integer root) {
    static Key of(Row row) {
      return new Key(row.operation(), row.bytes(), row.type(), row.reduction(), row.root());
    }
  }

  private ReportComparison() {}

  /** The table, with a line for what only one of them has. */
  public static String of(BenchReport first, BenchReport second) {
    Map<Key, Row> others = new HashMap<>();
    second.rows().forEach(row -> others.put(Key.of(row), row));
    StringBuilder text = new StringBuilder();
    line(text, "operation", "size", "type", "red.", "form", "first", "second", "ratio");
    List<String> alone = new ArrayList<>();
    for (Row row : first.rows()) {
      Row other = others.remove(Key.of(row));
      if (other == null) {
        alone.add(row.operation() + " of " + Units.bytes(row.bytes()));
      } else {
        compare(text, row, "out of place", row.outOfPlace(), other.outOfPlace());
        if (row.inPlace() != null && other.inPlace() != null) {
          compare(text, row, "in place", row.inPlace(), other.inPlace());
        }
      }
    }
    if (!alone.isEmpty()) {
      text.append("only in the first: ").append(String.join(", ", alone)).append('\n');
    }
    if (!others.isEmpty()) {
      text.append("only in the second: ").append(others.size()).append(" rows\n");
    }
    return text.toString();
  }

  private static void compare(
      StringBuilder text, Row row, String form, Measurement one, Measurement other) {
    line(
        text,
        row.operation(),
        Units.bytes(row.bytes()),
        row.type(),
        row.reduction() == null ? "" : row.reduction(),
        form,
        Units.micros(one.micros()),
        Units.micros(other.micros()),
        String.format(Locale.ROOT, "%.3f", other.micros() / one.micros()));
  }

  private static void line(StringBuilder text, Object... columns) {
    text.append(String.format(Locale.ROOT, FORM, columns));
  }
}
