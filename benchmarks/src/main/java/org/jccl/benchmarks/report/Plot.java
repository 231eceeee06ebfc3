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
 * @param sizes where positions go on the horizontal axis
 * @param position how positions on the horizontal axis are written
 * @param values where values go on the vertical axis
 * @param label how values are written, on the axis and beside a point
 * @param lines the lines; their order is their colour
 */
public record Plot(
    String title,
    AxisScale sizes,
    DoubleFunction<String> position,
    AxisScale values,
    DoubleFunction<String> label,
    List<Line> lines) {
  // Small, so that the style sheet's larger letters for narrow screens have their place.
  private static final double WIDTH = 480;
  private static final double HEIGHT = 320;
  private static final double LEFT = 82;
  private static final double RIGHT = 28;
  private static final double TOP = 34;
  private static final double BOTTOM = 40;

  /** More labels than this stand too close for the large letters of a narrow screen. */
  private static final int MOST_LEVELS = 8;

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
  public record Point(double bytes, double value, double low, double high, boolean wrong) {
    boolean hasWhisker() {
      return high > low;
    }
  }

  /** With immutable lines. */
  public Plot {
    lines = List.copyOf(lines);
  }

  /** A diagram over sizes in bytes, as wide as its lines. */
  public Plot(String title, AxisScale values, DoubleFunction<String> label, List<Line> lines) {
    this(title, sizes(lines), Units::bytes, values, label, lines);
  }

  /** Buttons that name the lines, and hide or show them. */
  public static String legend(List<Plot.Line> lines) {
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

  /** The diagram as an {@code svg} element. */
  public String svg() {
    StringBuilder svg = new StringBuilder();
    svg.append(
        format(
            "<svg class=\"plot\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"%s\""
                + " data-left=\"%.0f\" data-right=\"%.0f\" data-top=\"%.0f\" data-bottom=\"%.0f\">\n",
            WIDTH, HEIGHT, Markup.escape(title), LEFT, WIDTH - RIGHT, TOP, HEIGHT - BOTTOM));
    svg.append(
        format(
            "<text class=\"title\" x=\"%.0f\" y=\"20\">%s</text>\n", LEFT, Markup.escape(title)));
    grid(svg);
    for (Line line : lines) {
      line(svg, line);
    }
    return svg.append("</svg>\n").toString();
  }

  /** The horizontal axis on which all points of {@code lines} have their place. */
  public static AxisScale sizes(List<Line> lines) {
    var bytes =
        lines.stream()
            .flatMap(line -> line.points.stream())
            .mapToDouble(Point::bytes)
            .summaryStatistics();
    return AxisScale.Binary.of(bytes.getMin(), bytes.getMax());
  }

  private void grid(StringBuilder svg) {
    svg.append("<g class=\"grid\">\n");
    List<Double> levels = values.ticks();
    int step = 1 + (levels.size() - 1) / MOST_LEVELS;
    for (int i = 0; i < levels.size(); i++) {
      double tick = levels.get(i);
      double y = y(tick);
      svg.append(
          format(
              "<line x1=\"%.0f\" y1=\"%.1f\" x2=\"%.0f\" y2=\"%.1f\"/>",
              LEFT, y, WIDTH - RIGHT, y));
      svg.append(
          format(
              "<text class=\"value%s\" x=\"%.0f\" y=\"%.1f\">%s</text>\n",
              i % step == 0 ? "" : " minor", LEFT - 7, y + 4, label.apply(tick)));
    }
    List<Double> ticks = sizes.ticks();
    for (int i = 0; i < ticks.size(); i++) {
      double tick = ticks.get(i);
      double x = x(tick);
      svg.append(
          format(
              "<line x1=\"%.1f\" y1=\"%.0f\" x2=\"%.1f\" y2=\"%.0f\"/>",
              x, TOP, x, HEIGHT - BOTTOM));
      svg.append(
          format(
              "<text class=\"size%s\" x=\"%.1f\" y=\"%.0f\">%s</text>\n",
              (i % 2 == 0 ? "" : " minor") + (x > WIDTH - RIGHT - 20 ? " last" : ""),
              x > WIDTH - RIGHT - 20 ? WIDTH - 3 : x,
              HEIGHT - BOTTOM + 20,
              position.apply(tick)));
    }
    svg.append(
        format(
            "<rect class=\"frame\" x=\"%.0f\" y=\"%.0f\" width=\"%.0f\" height=\"%.0f\"/>\n",
            LEFT, TOP, WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM));
    svg.append("</g>\n");
  }

  private void line(StringBuilder svg, Line line) {
    svg.append(
        format(
            "<g class=\"line c%d%s\" data-line=\"%s\" data-name=\"%s\">\n",
            line.color % COLORS,
            line.dashed ? " dashed" : "",
            Markup.escape(line.id),
            Markup.escape(line.name)));
    line.points.stream().filter(Point::hasWhisker).forEach(point -> whisker(svg, point));
    svg.append(
        line.points.stream()
            .map(point -> format("%.1f,%.1f", x(point.bytes), y(point.value)))
            .collect(Collectors.joining(" ", "<polyline points=\"", "\"/>\n")));
    line.points.forEach(point -> point(svg, line, point));
    svg.append("</g>\n");
  }

  private void whisker(StringBuilder svg, Point point) {
    double x = x(point.bytes);
    double low = inside(y(point.low));
    double high = inside(y(point.high));
    svg.append(
        format(
            "<line class=\"whisker\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
            x, low, x, high));
    svg.append(format("<path class=\"whisker\" d=\"M%.1f %.1fh6", x - 3, low));
    // An arrow head where the whisker goes on beyond the diagram.
    boolean beyond = y(point.high) < TOP - 0.5;
    svg.append(
        beyond
            ? format("M%.1f %.1fl4-6l4 6", x - 4, high + 6)
            : format("M%.1f %.1fh6", x - 3, high));
    svg.append("\"/>\n");
  }

  private void point(StringBuilder svg, Line line, Point point) {
    String value =
        label.apply(point.value)
            + (point.hasWhisker()
                ? " (" + label.apply(point.low) + " to " + label.apply(point.high) + ")"
                : "")
            + (point.wrong ? " (wrong results)" : "");
    String place = format("%.1f %.1f", x(point.bytes), y(point.value));
    svg.append(
        format(
            "<g class=\"point%s\" transform=\"translate(%s)\" data-size=\"%s\" data-value=\"%s\">",
            point.wrong ? " wrong" : "", place, position.apply(point.bytes), value));
    svg.append(
        format(
            "<title>%s: %s, %s</title>",
            Markup.escape(line.name), position.apply(point.bytes), value));
    svg.append("<circle r=\"2.6\"/>");
    svg.append(point.wrong ? "<path d=\"M-6-6L6 6M-6 6L6-6\"/>" : "").append("</g>\n");
  }

  private double x(double bytes) {
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
