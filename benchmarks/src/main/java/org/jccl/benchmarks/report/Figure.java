package org.jccl.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * Two diagrams side by side with one legend: time and bus bandwidth over size, for a few series.
 *
 * @param id unique in the page
 * @param heading heading of the section
 * @param series what to show
 * @param name what to call a series in the legend
 * @param inPlace whether the in-place forms are shown too
 */
record Figure(
    String id,
    String heading,
    List<Series> series,
    Function<Series, String> name,
    boolean inPlace) {

  /** The section as HTML. */
  String html() {
    // Where many operations share a diagram, whiskers would hide more than they show.
    List<Plot.Line> times = lines(Measurement::micros, inPlace);
    List<Plot.Line> bandwidths = lines(Measurement::busBandwidth, false);
    String time =
        new Plot(
                "Time per operation",
                AxisScale.Decimal.of(
                    values(times, Plot.Point::low).min().orElse(1),
                    values(times, Plot.Point::high).max().orElse(10)),
                Units::micros,
                times)
            .svg();
    String bandwidth =
        new Plot(
                "Bus bandwidth",
                AxisScale.Decimal.of(
                    values(bandwidths, Plot.Point::value).filter(v -> v > 0).min().orElse(1),
                    values(bandwidths, Plot.Point::value).filter(v -> v > 0).max().orElse(10)),
                Units::gigabytes,
                bandwidths)
            .svg();
    return "<section class=\"figure\" id=\"%s\">\n<h2>%s</h2>\n%s<div class=\"pair\">\n%s%s</div>\n</section>\n"
        .formatted(Markup.escape(id), Markup.escape(heading), legend(times), time, bandwidth);
  }

  private String legend(List<Plot.Line> lines) {
    StringBuilder legend =
        new StringBuilder("<div class=\"legend\" role=\"group\" aria-label=\"Lines\">\n");
    for (Plot.Line line : lines) {
      legend.append(
          "<button type=\"button\" class=\"c%d%s\" data-line=\"%s\" aria-pressed=\"true\"><i></i><span>%s</span></button>\n"
              .formatted(
                  line.color() % Plot.COLORS,
                  line.dashed() ? " dashed" : "",
                  Markup.escape(line.id()),
                  Markup.escape(line.name())));
    }
    return legend.append("</div>\n").toString();
  }

  private List<Plot.Line> lines(ToDoubleFunction<Measurement> value, boolean whiskers) {
    List<Plot.Line> lines = new ArrayList<>();
    for (int i = 0; i < series.size(); i++) {
      Series each = series.get(i);
      add(lines, each, i, false, value, whiskers);
      if (inPlace && each.rows().stream().anyMatch(row -> row.inPlace() != null)) {
        add(lines, each, i, true, value, false);
      }
    }
    return lines;
  }

  private void add(
      List<Plot.Line> lines,
      Series each,
      int color,
      boolean dashed,
      ToDoubleFunction<Measurement> value,
      boolean whiskers) {
    List<Plot.Point> points =
        each.rows().stream().flatMap(row -> point(row, dashed, value, whiskers)).toList();
    String form = !inPlace ? "" : dashed ? ", in place" : ", out of place";
    lines.add(
        new Plot.Line(id + "-" + lines.size(), name.apply(each) + form, color, dashed, points));
  }

  private static Stream<Plot.Point> point(
      Row row, boolean inPlace, ToDoubleFunction<Measurement> value, boolean whiskers) {
    Measurement measurement = inPlace ? row.inPlace() : row.outOfPlace();
    if (measurement == null || !(measurement.micros() > 0)) {
      return Stream.empty();
    }
    double at = value.applyAsDouble(measurement);
    Spread spread = measurement.spread();
    return Stream.of(
        new Plot.Point(
            row.bytes(),
            at,
            whiskers ? Math.min(spread.min(), at) : at,
            whiskers ? Math.max(spread.p99(), at) : at,
            measurement.isWrong()));
  }

  private static DoubleStream values(List<Plot.Line> lines, ToDoubleFunction<Plot.Point> value) {
    return lines.stream().flatMap(line -> line.points().stream()).mapToDouble(value);
  }
}
