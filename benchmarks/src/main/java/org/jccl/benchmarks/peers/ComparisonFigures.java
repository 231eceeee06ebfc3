package org.jccl.benchmarks.peers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import org.jccl.benchmarks.peers.PeerComparison.Row;
import org.jccl.benchmarks.peers.PeerComparison.ScaleRow;
import org.jccl.benchmarks.peers.PeerComparison.Time;
import org.jccl.benchmarks.peers.PeerSubject.Family;
import org.jccl.benchmarks.report.AxisScale;
import org.jccl.benchmarks.report.Markup;
import org.jccl.benchmarks.report.Plot;
import org.jccl.benchmarks.report.ReportPage;
import org.jccl.benchmarks.report.Units;
import org.jspecify.annotations.Nullable;

/** The diagrams: times of all, and the ratios with their bars, over size. */
final class ComparisonFigures {
  private ComparisonFigures() {}

  /** The diagrams of one operation and number of ranks. */
  private record Pair(String id, String heading, List<Plot.Line> times, List<Plot.Line> ratios) {}

  /** A section for each operation and number of ranks, all with the same axes. */
  static String operations(String prefix, List<Row> rows) {
    Map<String, List<Row>> groups = new LinkedHashMap<>();
    for (Row row : rows) {
      String heading = "%s, %d ranks".formatted(row.op().label(), row.ranks());
      groups.computeIfAbsent(heading, key -> new ArrayList<>()).add(row);
    }
    List<Pair> pairs = new ArrayList<>();
    groups.forEach((heading, group) -> pairs.add(pair(prefix, heading, group)));
    List<Plot.Line> times = pairs.stream().flatMap(pair -> pair.times.stream()).toList();
    List<Plot.Line> ratios = pairs.stream().flatMap(pair -> pair.ratios.stream()).toList();
    AxisScale sizes = Plot.sizes(times);
    StringBuilder html = new StringBuilder();
    for (Pair pair : pairs) {
      List<Plot.Line> all = new ArrayList<>(pair.times);
      all.addAll(pair.ratios);
      html.append(
          "<section class=\"figure\" id=\"%s\">\n%s%s<div class=\"pair\">\n%s%s</div>\n</section>\n"
              .formatted(
                  Markup.escape(pair.id),
                  ReportPage.heading("h3", "", pair.heading, pair.id),
                  Plot.legend(all),
                  plot("Time of a call", sizes, range(times), Units::micros, pair.times),
                  plot(
                      "How many times as fast",
                      sizes,
                      range(ratios),
                      ComparisonFigures::times,
                      pair.ratios)));
    }
    return html.toString();
  }

  private static Pair pair(String prefix, String heading, List<Row> rows) {
    String id = prefix + "-" + heading.replaceAll("\\W+", "-");
    List<Plot.Line> times = new ArrayList<>();
    time(times, id, rows, "jccl", 0, false, Row::jccl);
    time(
        times,
        id,
        rows,
        "jccl, enqueued",
        0,
        true,
        row -> row.time(Family.JCCL, PeerSubjects.ENQUEUED));
    time(
        times,
        id,
        rows,
        "jccl, free threads",
        6,
        true,
        row -> row.time(Family.JCCL, PeerSubjects.FREE));
    time(times, id, rows, "Open MPI best", 1, false, row -> row.best(Family.OPEN_MPI));
    time(
        times,
        id,
        rows,
        "Open MPI default",
        1,
        true,
        row -> row.time(Family.OPEN_MPI, PeerSubject.DEFAULT));
    time(times, id, rows, "MPICH", 2, false, row -> row.best(Family.MPICH));
    time(times, id, rows, "Gloo best", 3, false, row -> row.best(Family.GLOO));
    time(times, id, rows, "C limit", 8, false, row -> row.best(Family.LIMIT));
    List<Plot.Line> ratios = new ArrayList<>();
    ratio(ratios, id, rows, "best peer / jccl", 0, false, Row::ratio);
    ratio(ratios, id, rows, "bar", 0, true, row -> Bars.timesBestPeer(row.bytes()));
    ratio(ratios, id, rows, "C limit / jccl", 8, false, row -> inverse(row.overLimit()));
    ratio(
        ratios,
        id,
        rows,
        "its bar",
        8,
        true,
        row -> inverse(Bars.timesLimit(row.op(), row.bytes())));
    return new Pair(id, heading, times, ratios);
  }

  private static String times(double value) {
    return Units.trimmed(value) + " ×";
  }

  private static OptionalDouble inverse(OptionalDouble value) {
    return value.isEmpty() ? value : OptionalDouble.of(1 / value.getAsDouble());
  }

  /** The curve over ranks. */
  static String scale(List<ScaleRow> rows) {
    List<Plot.Point> points =
        rows.stream().map(row -> point(row.ranks(), row.microsPerRankAndCall())).toList();
    List<Plot.Line> lines =
        List.of(new Plot.Line("scale", "µs per rank and call", 0, false, points));
    Plot plot =
        new Plot(
            "Time of a call per rank: level where cost grows linearly",
            Plot.sizes(lines),
            Units::trimmed,
            range(lines),
            Units::micros,
            lines);
    return "<div class=\"pair\">\n" + plot.svg() + "</div>\n";
  }

  private static void time(
      List<Plot.Line> lines,
      String id,
      List<Row> rows,
      String name,
      int color,
      boolean dashed,
      Function<Row, @Nullable Time> time) {
    List<Plot.Point> points = new ArrayList<>();
    for (Row row : rows) {
      Time at = time.apply(row);
      if (at != null && at.micros() > 0) {
        points.add(new Plot.Point(row.bytes(), at.micros(), at.fastest(), at.slowest(), false));
      }
    }
    add(lines, id + "-t" + lines.size(), name, color, dashed, points);
  }

  private static void ratio(
      List<Plot.Line> lines,
      String id,
      List<Row> rows,
      String name,
      int color,
      boolean dashed,
      Function<Row, OptionalDouble> ratio) {
    List<Plot.Point> points = new ArrayList<>();
    for (Row row : rows) {
      ratio.apply(row).ifPresent(value -> points.add(point(row.bytes(), value)));
    }
    add(lines, id + "-r" + lines.size(), name, color, dashed, points);
  }

  private static Plot.Point point(double position, double value) {
    return new Plot.Point(position, value, value, value, false);
  }

  private static void add(
      List<Plot.Line> lines,
      String id,
      String name,
      int color,
      boolean dashed,
      List<Plot.Point> points) {
    if (!points.isEmpty()) {
      lines.add(new Plot.Line(id, name, color, dashed, points));
    }
  }

  private static String plot(
      String title,
      AxisScale sizes,
      AxisScale values,
      DoubleFunction<String> label,
      List<Plot.Line> lines) {
    return lines.isEmpty() ? "" : new Plot(title, sizes, Units::bytes, values, label, lines).svg();
  }

  private static AxisScale range(List<Plot.Line> lines) {
    var values =
        lines.stream()
            .flatMap(line -> line.points().stream())
            .mapToDouble(Plot.Point::value)
            .filter(value -> value > 0)
            .summaryStatistics();
    return AxisScale.Decimal.of(values.getMin(), values.getMax());
  }
}
