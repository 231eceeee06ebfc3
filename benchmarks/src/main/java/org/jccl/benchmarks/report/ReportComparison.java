package org.jccl.benchmarks.report;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Two reports row by row: the times of both, and what the second is of the first. */
public final class ReportComparison {
  private static final String FORM = "%-16s %10s %-8s %-6s %-12s %12s %12s %8s  %s%n";

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

  /** The measurements that both have, in the first one's order. */
  static List<Beside> rows(BenchReport first, BenchReport second) {
    Map<Key, Row> others = new HashMap<>();
    second.rows().forEach(row -> others.put(Key.of(row), row));
    List<Beside> rows = new ArrayList<>();
    for (Row row : first.rows()) {
      Row other = others.get(Key.of(row));
      if (other != null) {
        rows.add(new Beside(row, false, row.outOfPlace(), other.outOfPlace()));
        Measurement one = row.inPlace();
        Measurement two = other.inPlace();
        if (one != null && two != null) {
          rows.add(new Beside(row, true, one, two));
        }
      }
    }
    return rows;
  }

  /** What only one of them has: a sentence for each report that has such rows. */
  static List<String> alone(BenchReport first, BenchReport second) {
    List<String> alone = new ArrayList<>();
    only(first, second, "only in the first: ", alone);
    only(second, first, "only in the second: ", alone);
    return alone;
  }

  private static void only(BenchReport here, BenchReport there, String words, List<String> all) {
    Set<Key> others = there.rows().stream().map(Key::of).collect(Collectors.toSet());
    String rows =
        here.rows().stream()
            .filter(row -> !others.contains(Key.of(row)))
            .map(row -> row.operation() + " of " + Units.bytes(row.bytes()))
            .collect(Collectors.joining(", "));
    if (!rows.isEmpty()) {
      all.add(words + rows);
    }
  }

  /** How many measurements are slower in the second, all their samples. */
  public static long slower(BenchReport first, BenchReport second) {
    return rows(first, second).stream()
        .filter(row -> row.verdict() == Beside.Verdict.SLOWER)
        .count();
  }

  /** The table, with a line for what only one of them has. */
  public static String of(BenchReport first, BenchReport second) {
    StringBuilder text = new StringBuilder();
    line(text, "operation", "size", "type", "red.", "form", "first", "second", "ratio", "verdict");
    for (Beside each : rows(first, second)) {
      String form = each.inPlace() ? "in place" : "out of place";
      compare(text, each, form);
    }
    alone(first, second).forEach(line -> text.append(line).append('\n'));
    return text.toString();
  }

  private static void compare(StringBuilder text, Beside each, String form) {
    Row row = each.row();
    line(
        text,
        row.operation(),
        Units.bytes(row.bytes()),
        row.type(),
        row.reduction() == null ? "" : row.reduction(),
        form,
        Units.micros(each.first().micros()),
        Units.micros(each.second().micros()),
        String.format(Locale.ROOT, "%.3f", each.ratio()),
        each.verdict().words());
  }

  private static void line(StringBuilder text, Object... columns) {
    text.append(String.format(Locale.ROOT, FORM, columns));
  }
}
