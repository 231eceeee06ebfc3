package org.jccl.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * Two diagrams side by side with one legend: time and bus bandwidth over size, for a few series.
 *
 * @param id unique in the page
 * @param heading heading of the section
 * @param series what to show
 * @param name what to call a series in the legend
 * @param inPlace whether the in-place forms are shown too
 * @param axes the axes of the whole page
 */
record Figure(
    String id,
    String heading,
    List<Series> series,
    Function<Series, String> name,
    boolean inPlace,
    PageAxes axes) {

  /** The section as HTML. */
  String html() {
    // Where many operations share a diagram, whiskers would hide more than they show.
    List<Plot.Line> times = lines(Measurement::micros, inPlace);
    List<Plot.Line> bandwidths = lines(Measurement::busBandwidth, false);
    String time =
        new Plot(
                "Time per operation",
                axes.sizes(),
                Units::bytes,
                axes.times(),
                Units::micros,
                times)
            .svg();
    String bandwidth =
        new Plot(
                "Bus bandwidth",
                axes.sizes(),
                Units::bytes,
                axes.bandwidths(),
                Units::gigabytes,
                bandwidths)
            .svg();
    return "<section class=\"figure\" id=\"%s\">\n%s%s<div class=\"pair\">\n%s%s</div>\n</section>\n"
        .formatted(
            Markup.escape(id),
            ReportPage.heading("h3", "", heading, id),
            Plot.legend(times),
            time,
            bandwidth);
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
            whiskers ? spread.min() : at,
            whiskers ? spread.p95() : at,
            measurement.isWrong()));
  }
}
