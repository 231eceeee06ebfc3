package org.jccl.benchmarks.ways;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jccl.benchmarks.bench.Ratio;
import org.jccl.benchmarks.bench.WayTimes;
import org.jccl.benchmarks.report.Units;
import org.jccl.conformance.harness.RunScreen;
import org.jspecify.annotations.Nullable;

/**
 * A table of ways side by side: the median of the first, then how many times as fast each other is,
 * with its 95 % interval.
 */
public final class WayTable {
  /** Where the geometric means part: below it a call is mostly what launching it costs. */
  static final long SMALL = 256 << 10;

  /** No interval of such a line may lie below this: what is slower beyond noise. */
  private static final double SLOWER = 0.98;

  private final PrintWriter out;
  private final RunScreen.Steps steps;
  private final int rows;
  private final List<String> columns;
  private final List<List<WayTimes>> all = new ArrayList<>();
  private @Nullable String operation;

  /**
   * A table that goes to {@code out}.
   *
   * @param steps hears of each row of {@code rows}
   * @param columns the ways, the reference first; a row may lack any other
   */
  public WayTable(PrintWriter out, RunScreen.Steps steps, int rows, List<String> columns) {
    this.out = out;
    this.steps = steps;
    this.rows = rows;
    this.columns = List.copyOf(columns);
  }

  /** One operation and size in all ways, the reference first. */
  public void row(List<WayTimes> ways) {
    WayTimes first = ways.getFirst();
    if (!first.operation().equals(operation)) {
      operation = first.operation();
      head();
    }
    all.add(ways);
    StringBuilder line =
        new StringBuilder(text("%10s  %9.2f", Units.bytes(first.bytes()), first.median()));
    for (String column : columns.subList(1, columns.size())) {
      WayTimes each = find(ways, column);
      if (each == null) {
        line.append(text("  %29s", "-"));
      } else {
        Ratio ratio = Ratio.of(first.micros(), each.micros());
        line.append(
            text(
                "  %9.2f %5.2f x (%4.2f-%4.2f)",
                each.median(), ratio.value(), ratio.low(), ratio.high()));
      }
    }
    long wrong = ways.stream().mapToLong(WayTimes::wrong).max().orElse(0);
    out.println(line + (wrong > 0 ? "  WRONG: " + wrong : ""));
    out.flush();
    steps.at("after " + first.operation() + " " + Units.bytes(first.bytes()), all.size(), rows);
  }

  private void head() {
    StringBuilder line = new StringBuilder(text("# %8s  %9s", "bytes", "us"));
    columns.subList(1, columns.size()).forEach(each -> line.append(text("  %29s", each)));
    out.println("#");
    out.println(
        "# " + operation + ", " + columns.getFirst() + " first, times as fast, 95 % interval");
    out.println(line);
  }

  /** A row's cell; null if the row lacks it. */
  static @Nullable WayTimes find(List<WayTimes> row, String way) {
    return row.stream().filter(each -> each.way().equals(way)).findFirst().orElse(null);
  }

  /** The closing lines: geometric means, what is slower, the states of the host. */
  public void end() {
    if (all.isEmpty()) {
      return;
    }
    out.println("#");
    out.println("# geometric means, up to 256 KiB / above / all");
    for (String way : columns.subList(1, columns.size())) {
      out.println(
          text(
              "# %-28s %5.2f / %5.2f / %5.2f",
              way,
              mean(way, each -> each.bytes() <= SMALL),
              mean(way, each -> each.bytes() > SMALL),
              mean(way, each -> true)));
    }
    tellSlower();
    tellStates();
    out.println("# wrong elements: " + wrong());
    out.flush();
  }

  private double mean(String way, Predicate<WayTimes> which) {
    List<Double> ratios = new ArrayList<>();
    for (List<WayTimes> row : all) {
      WayTimes each = find(row, way);
      if (each != null && which.test(each)) {
        ratios.add(row.getFirst().median() / each.median());
      }
    }
    return Ratio.mean(ratios.stream().mapToDouble(Double::doubleValue).toArray());
  }

  private void tellSlower() {
    Map<String, String> slower = new LinkedHashMap<>();
    for (List<WayTimes> row : all) {
      for (WayTimes each : row.subList(1, row.size())) {
        Ratio ratio = Ratio.of(row.getFirst().micros(), each.micros());
        if (ratio.isBelow(SLOWER)) {
          String line = each.operation() + " " + Units.bytes(each.bytes());
          slower.merge(each.way(), line, (a, b) -> a + ", " + b);
        }
      }
    }
    out.println("# slower than 0.98 beyond noise:" + (slower.isEmpty() ? " none" : ""));
    slower.forEach((way, lines) -> out.println("#   " + way + ": " + lines));
  }

  /** A host has states in which a call costs half as much again: how the rounds fell into them. */
  private void tellStates() {
    double[] small =
        all.stream()
            .map(List::getFirst)
            .filter(each -> each.median() < 20)
            .flatMapToDouble(each -> Arrays.stream(each.micros()))
            .sorted()
            .toArray();
    if (small.length == 0) {
      return;
    }
    double low = small[small.length / 20];
    double high = small[small.length - 1 - small.length / 20];
    double middle = (low + high) / 2;
    long fast = Arrays.stream(small).filter(each -> each < middle).count();
    out.println(
        text(
            "# states of the host, rounds of %s below 20 us: 5 %% %.2f, median %.2f, 95 %% %.2f us;"
                + " %d of %d below %.2f",
            all.getFirst().getFirst().way(),
            low,
            small[small.length / 2],
            high,
            fast,
            small.length,
            middle));
  }

  /** How many elements were wrong in all. */
  public long wrong() {
    return all.stream()
        .flatMap(List::stream)
        .mapToLong(WayTimes::wrong)
        .filter(each -> each > 0)
        .sum();
  }

  /** The rows: an operation and size each, in all ways. */
  List<List<WayTimes>> rows() {
    return all;
  }

  /** All rows, one after the other. */
  public List<WayTimes> times() {
    return all.stream().flatMap(List::stream).toList();
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
