package org.jccl.benchmarks.ways;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jccl.benchmarks.bench.Ratio;
import org.jccl.benchmarks.bench.WayTimes;
import org.jccl.benchmarks.report.AxisScale;
import org.jccl.benchmarks.report.Markup;
import org.jccl.benchmarks.report.Part;
import org.jccl.benchmarks.report.Plot;
import org.jccl.benchmarks.report.ReportPage;
import org.jccl.benchmarks.report.Units;
import org.jccl.benchmarks.ways.WayVerdict.Verdict;
import org.jspecify.annotations.Nullable;

/** Measurements in rounds as a part of a page: one file, or two of them side by side. */
public final class WayPart {
  private static final Map<String, String> MEANINGS =
      Map.of(
          "median µs", "median of the rounds, microseconds of one call, the slowest rank's",
          "first µs", "the same of the first run",
          "second µs", "the same of the second run",
          "× as fast", "the first median over the second",
          "× as fast as the first way", "the first way's median over this one's",
          "95 % interval", "of the ratio, by bootstrap over the rounds",
          "interval", "of the ratio, by bootstrap; 95 of 100 hold, of all lines together",
          "verdict",
              "slower or faster only where the interval lies more than 5 % beyond 1, and the fastest"
                  + " tenth of the rounds does, too");

  private final String id;
  private final WayReport first;
  private final @Nullable WayReport second;
  private final Map<WayTimes, Ratio> ratios;

  private WayPart(String id, WayReport first, @Nullable WayReport second) {
    this.id = id;
    this.first = first;
    this.second = second;
    this.ratios = ratios();
  }

  /** The part; {@code second} is set beside it, line by line, if there is one. */
  public static Part of(String id, WayReport first, @Nullable WayReport second) {
    return new WayPart(id, first, second).part();
  }

  private Part part() {
    return new Part(
        id,
        second == null ? "bench --tuned" : "bench --tuned, two runs",
        second == null ? "Ways of calling, side by side" : "Two runs, side by side",
        first.started() + (second == null ? "" : " and " + second.started()),
        first.machine(),
        note(),
        tiles(),
        charts(),
        table(),
        method(),
        facts(),
        "rounds.json",
        second == null
            ? first.json()
            : "{\"first\":" + first.json() + ",\n\"second\":" + second.json() + "}\n");
  }

  private String note() {
    String peers =
        first.notes().stream()
            .map(line -> "<li>" + Markup.escape(line) + "</li>\n")
            .collect(Collectors.joining());
    return (peers.isEmpty() ? "" : "<p>Other programs, in turns:</p>\n<ul>\n" + peers + "</ul>\n")
        + differs();
  }

  private String differs() {
    return second == null || second.machine().equals(first.machine())
        ? ""
        : "<p class=\"note warn\">The machines differ: so may the times. The second is %s.</p>\n"
            .formatted(Markup.escape(second.machine()));
  }

  private String tiles() {
    long wrong = first.times().stream().mapToLong(WayTimes::wrong).filter(w -> w > 0).sum();
    String tiles =
        ReportPage.tile("lines", Integer.toString(first.times().size()), "")
            + ReportPage.tile(
                "rounds",
                Integer.toString(
                    first.times().stream().mapToInt(t -> t.micros().length).max().orElse(0)),
                "")
            + ReportPage.tile(
                "results", wrong == 0 ? "none wrong" : wrong + " wrong", wrong == 0 ? "" : "bad");
    return second == null
        ? tiles
        : tiles
            + ReportPage.tile("slower beyond noise", count(Verdict.SLOWER), "")
            + ReportPage.tile("faster beyond noise", count(Verdict.FASTER), "");
  }

  private String count(Verdict verdict) {
    long count =
        first.times().stream()
            .filter(
                each -> {
                  WayTimes other = second == null ? null : other(each);
                  Ratio ratio = ratios.get(each);
                  return other != null
                      && ratio != null
                      && WayVerdict.of(each, other, ratio, lines()) == verdict;
                })
            .count();
    return Long.toString(count);
  }

  /** How many lines are compared. */
  private int lines() {
    return second == null ? 1 : second.inCommon(first);
  }

  /** How many times as fast each line of the first is in the second, or as the first way. */
  private Map<WayTimes, Ratio> ratios() {
    Map<WayTimes, Ratio> found = new IdentityHashMap<>();
    for (WayTimes each : first.times()) {
      WayTimes other = other(each);
      if (other != null) {
        found.put(
            each,
            second == null
                ? Ratio.of(other.micros(), each.micros())
                : Ratio.of(each.micros(), other.micros(), lines()));
      }
    }
    return found;
  }

  /** What a line is held against; null if there is nothing. */
  private @Nullable WayTimes other(WayTimes each) {
    return second == null
        ? first.times().stream().filter(each::isBeside).findFirst().orElse(each)
        : second.find(each);
  }

  private String charts() {
    Map<String, List<Plot.Line>> figures = new LinkedHashMap<>();
    for (WayReport report : second == null ? List.of(first) : List.of(first, second)) {
      Map<String, List<WayTimes>> lines = new LinkedHashMap<>();
      for (WayTimes each : report.times()) {
        lines
            .computeIfAbsent(each.operation() + "\n" + each.way(), none -> new ArrayList<>())
            .add(each);
      }
      lines.forEach((key, times) -> line(figures, report, key.split("\n")[0], times));
    }
    List<Plot.Line> all = figures.values().stream().flatMap(List::stream).toList();
    if (all.isEmpty()) {
      return "";
    }
    AxisScale sizes = Plot.sizes(all);
    AxisScale micros =
        AxisScale.Decimal.of(
            all.stream()
                .flatMap(l -> l.points().stream())
                .mapToDouble(Plot.Point::low)
                .min()
                .orElse(1),
            all.stream()
                .flatMap(l -> l.points().stream())
                .mapToDouble(Plot.Point::high)
                .max()
                .orElse(10));
    StringBuilder html =
        new StringBuilder(
            "<p class=\"hint\">A point is the median of the rounds; its whisker goes from the 5th to the"
                + " 95th percentile of them. All diagrams have the same axes, both logarithmic.</p>\n"
                + "<div class=\"pair\">\n");
    figures.forEach(
        (operation, lines) -> {
          String anchor = id + "-" + operation.replaceAll("\\W+", "-");
          html.append("<section class=\"figure\" id=\"%s\">\n".formatted(Markup.escape(anchor)));
          html.append(ReportPage.heading("h3", "", operation, anchor));
          html.append(Plot.legend(lines));
          html.append(
              new Plot("Time per operation", sizes, Units::bytes, micros, Units::micros, lines)
                  .svg());
          html.append("</section>\n");
        });
    return html.append("</div>\n").toString();
  }

  private void line(
      Map<String, List<Plot.Line>> figures,
      WayReport report,
      String operation,
      List<WayTimes> times) {
    List<Plot.Line> lines = figures.computeIfAbsent(operation, none -> new ArrayList<>());
    List<Plot.Point> points = new ArrayList<>();
    for (WayTimes each : times) {
      double[] sorted = each.micros().clone();
      Arrays.sort(sorted);
      int tail = sorted.length / 20;
      points.add(
          new Plot.Point(
              each.bytes(),
              each.median(),
              sorted[tail],
              sorted[sorted.length - 1 - tail],
              each.wrong() > 0));
    }
    String run = second == null ? "" : report == first ? "first: " : "second: ";
    int color = (int) lines.stream().filter(l -> l.dashed() == (report != first)).count();
    lines.add(
        new Plot.Line(
            id + "-" + operation + "-" + lines.size(),
            run + times.getFirst().way(),
            color,
            report != first,
            points));
  }

  private String table() {
    StringBuilder html = new StringBuilder("<table class=\"rows\">\n<thead>\n<tr>");
    ReportPage.heads(
        html,
        List.of("operation", "way", "verdict"),
        second == null
            ? List.of(
                "operation",
                "size",
                "way",
                "median µs",
                "× as fast as the first way",
                "95 % interval")
            : List.of(
                "operation",
                "size",
                "way",
                "first µs",
                "second µs",
                "× as fast",
                "interval",
                "verdict"),
        MEANINGS);
    html.append("</tr>\n</thead>\n<tbody>\n");
    for (WayTimes each : first.times()) {
      row(html, each);
    }
    return ReportPage.heading("h2", "", "All lines", id + "-table")
        + ReportPage.scroll(html.append("</tbody>\n</table>\n").toString());
  }

  private void row(StringBuilder html, WayTimes each) {
    WayTimes other = other(each);
    Ratio ratio = ratios.get(each);
    html.append(each.wrong() > 0 ? "<tr class=\"wrong\">" : "<tr>");
    html.append("<td class=\"text\">%s</td>".formatted(Markup.escape(each.operation())));
    html.append("<td data-v=\"%d\">%s</td>".formatted(each.bytes(), Units.bytes(each.bytes())));
    html.append("<td class=\"text\">%s</td>".formatted(Markup.escape(each.way())));
    number(html, each.median(), "first strong");
    if (other == null || ratio == null) {
      html.append("<td class=\"none\">n/a</td><td></td><td></td><td></td></tr>\n");
      return;
    }
    if (second != null) {
      number(html, other.median(), "strong");
    }
    Verdict verdict = second == null ? Verdict.SAME : WayVerdict.of(each, other, ratio, lines());
    String style =
        switch (verdict) {
          case SLOWER -> "slower";
          case FASTER -> "faster";
          case SAME -> "";
        };
    number(html, ratio.value(), style);
    html.append(String.format(Locale.ROOT, "<td>%.2f to %.2f</td>", ratio.low(), ratio.high()));
    if (second != null) {
      html.append(
          "<td class=\"text %s\">%s</td>"
              .formatted(style, verdict.name().toLowerCase(Locale.ROOT)));
    }
    html.append("</tr>\n");
  }

  private static void number(StringBuilder html, double value, String style) {
    html.append(
        String.format(
            Locale.ROOT, "<td data-v=\"%.6g\" class=\"%s\">%.2f</td>", value, style, value));
  }

  private String method() {
    return ReportPage.item(
            "Rounds: in each, every way has its turn, so that a change of the machine's speed meets all."
                + " A time is microseconds of one call, of the slowest rank.")
        + ReportPage.item(
            "How many times as fast is a ratio of medians. Its 95 % interval is a bootstrap's: medians"
                + " of rounds that are drawn again and again.")
        + ReportPage.item(
            "slower and faster: the whole interval lies more than 5 % beyond 1, which is what two runs"
                + " of one program differ by, and the fastest tenth of the rounds changed as much."
                + " Of the intervals of all lines of two runs together 95 of 100 hold.")
        + commands();
  }

  private String commands() {
    return (second == null ? List.of(first) : List.of(first, second))
        .stream()
            .map(
                report ->
                    "<li>Command: <code>%s</code></li>\n"
                        .formatted(Markup.escape(report.command())))
            .collect(Collectors.joining());
  }

  private Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Devices", first.machine());
    facts.put("Started", first.started());
    if (second != null) {
      facts.put("Devices, second", second.machine());
      facts.put("Started, second", second.started());
    }
    return facts;
  }
}
