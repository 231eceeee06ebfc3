package org.jccl.benchmarks.report;

import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.stream.Collectors;

/**
 * One diagram as SVG: lines of points over sizes in bytes, or other powers of two. Colours come
 * from the page's style sheet by class, so that one drawing serves light and dark; every point has
 * a {@code title} for hovering, and what the page's script needs in {@code data-} attributes.
 *
 * @param title heading inside the diagram
 * @param position how positions on the horizontal axis are written
 * @param values where values go on the vertical axis
 * @param label how values are written, on the axis and beside a point
 * @param lines the lines; their order is their colour
 */
public record Plot(
    String title,
    DoubleFunction<String> position,
    AxisScale values,
    DoubleFunction<String> label,
    List<Line> lines) {
  private static final double WIDTH = 640;
  private static final double HEIGHT = 380;
  private static final double LEFT = 76;
  private static final double RIGHT = 30;
  private static final double TOP = 42;
  private static final double BOTTOM = 46;

  /** Number of colours that the style sheet has. */
  public static final int COLORS = 10;

  /**
   * One line.
   *
   * @param id joins it with its entry in the legend
   * @param name what it shows
   * @param color number of its colour
   * @param dashed whether it is the in-place form of another line
   */
  public record Line(String id, String name, int color, boolean dashed, List<Point> points) {
    /** With immutable points. */
    public Line {
      points = List.copyOf(points);
    }
  }

  /**
   * One point.
   *
   * @param bytes position on the horizontal axis
   * @param value position on the vertical axis
   * @param low lower end of the whisker; equal to {@code high} for none
   * @param high upper end of the whisker
   * @param wrong whether it does not count, because the results were wrong
   */
  public record Point(double bytes, double value, double low, double high, boolean wrong) {}

  /** With immutable lines. */
  public Plot {
    lines = List.copyOf(lines);
  }

  /** A diagram over sizes in bytes. */
  public Plot(String title, AxisScale values, DoubleFunction<String> label, List<Line> lines) {
    this(title, Units::bytes, values, label, lines);
  }

  /** The diagram as an {@code svg} element. */
  public String svg() {
    AxisScale sizes = sizes();
    StringBuilder svg = new StringBuilder();
    svg.append(
        format(
            "<svg class=\"plot\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"%s\""
                + " data-left=\"%.0f\" data-right=\"%.0f\" data-top=\"%.0f\" data-bottom=\"%.0f\">\n",
            WIDTH, HEIGHT, Markup.escape(title), LEFT, WIDTH - RIGHT, TOP, HEIGHT - BOTTOM));
    svg.append(
        format(
            "<text class=\"title\" x=\"%.0f\" y=\"22\">%s</text>\n", LEFT, Markup.escape(title)));
    grid(svg, sizes);
    for (Line line : lines) {
      line(svg, line, sizes);
    }
    return svg.append("</svg>\n").toString();
  }

  private AxisScale sizes() {
    var bytes =
        lines.stream()
            .flatMap(line -> line.points.stream())
            .mapToDouble(Point::bytes)
            .summaryStatistics();
    return AxisScale.Binary.of(bytes.getMin(), bytes.getMax());
  }

  private void grid(StringBuilder svg, AxisScale sizes) {
    svg.append("<g class=\"grid\">\n");
    for (double tick : values.ticks()) {
      double y = y(tick);
      svg.append(
          format(
              "<line x1=\"%.0f\" y1=\"%.1f\" x2=\"%.0f\" y2=\"%.1f\"/>",
              LEFT, y, WIDTH - RIGHT, y));
      svg.append(
          format(
              "<text class=\"value\" x=\"%.0f\" y=\"%.1f\">%s</text>\n",
              LEFT - 9, y + 4, label.apply(tick)));
    }
    for (double tick : sizes.ticks()) {
      double x = x(sizes, tick);
      svg.append(
          format(
              "<line x1=\"%.1f\" y1=\"%.0f\" x2=\"%.1f\" y2=\"%.0f\"/>",
              x, TOP, x, HEIGHT - BOTTOM));
      svg.append(
          format(
              "<text class=\"size\" x=\"%.1f\" y=\"%.0f\">%s</text>\n",
              x, HEIGHT - BOTTOM + 20, position.apply(tick)));
    }
    svg.append(
        format(
            "<rect class=\"frame\" x=\"%.0f\" y=\"%.0f\" width=\"%.0f\" height=\"%.0f\"/>\n",
            LEFT, TOP, WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM));
    svg.append("</g>\n");
  }

  private void line(StringBuilder svg, Line line, AxisScale sizes) {
    svg.append(
        format(
            "<g class=\"line c%d%s\" data-line=\"%s\" data-name=\"%s\">\n",
            line.color % COLORS,
            line.dashed ? " dashed" : "",
            Markup.escape(line.id),
            Markup.escape(line.name)));
    for (Point point : line.points) {
      if (point.high > point.low) {
        double x = x(sizes, point.bytes);
        svg.append(
            format(
                "<line class=\"whisker\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
                x, inside(y(point.low)), x, inside(y(point.high))));
      }
    }
    svg.append(
        line.points.stream()
            .map(point -> format("%.1f,%.1f", x(sizes, point.bytes), y(point.value)))
            .collect(Collectors.joining(" ", "<polyline points=\"", "\"/>\n")));
    line.points.forEach(point -> point(svg, line, point, sizes));
    svg.append("</g>\n");
  }

  private void point(StringBuilder svg, Line line, Point point, AxisScale sizes) {
    String value = label.apply(point.value) + (point.wrong ? " (wrong results)" : "");
    String place = format("%.1f %.1f", x(sizes, point.bytes), y(point.value));
    svg.append(
        format(
            "<g class=\"point%s\" transform=\"translate(%s)\" data-size=\"%s\" data-value=\"%s\">",
            point.wrong ? " wrong" : "", place, position.apply(point.bytes), value));
    svg.append(
        format(
            "<title>%s: %s, %s</title>",
            Markup.escape(line.name), position.apply(point.bytes), value));
    svg.append("<circle r=\"3.2\"/>");
    svg.append(point.wrong ? "<path d=\"M-6-6L6 6M-6 6L6-6\"/>" : "").append("</g>\n");
  }

  private static double x(AxisScale sizes, double bytes) {
    return LEFT + sizes.position(bytes) * (WIDTH - LEFT - RIGHT);
  }

  private double y(double value) {
    return HEIGHT - BOTTOM - values.position(value) * (HEIGHT - TOP - BOTTOM);
  }

  private static double inside(double y) {
    return Math.clamp(y, TOP, HEIGHT - BOTTOM);
  }

  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
