package org.jccl.benchmarks.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Two benchmark reports side by side as a part of a page: both lines in each diagram, both times.
 */
public final class BenchBeside {
  private final String id;
  private final BenchReport first;
  private final BenchReport second;

  private BenchBeside(String id, BenchReport first, BenchReport second) {
    this.id = id;
    this.first = first;
    this.second = second;
  }

  /** The part; {@code id} is unique in the page. */
  public static Part of(String id, BenchReport first, BenchReport second) {
    return new BenchBeside(id, first, second).part();
  }

  private Part part() {
    return new Part(
        id,
        "bench, two reports",
        "Two reports: " + BenchPart.heading(first),
        first.environment().started() + " and " + second.environment().started(),
        "First: %s. Second: %s."
            .formatted(first.environment().description(), second.environment().description()),
        note(),
        tiles(),
        charts(),
        table(),
        method(),
        facts(),
        "reports.json",
        "{\"first\":"
            + ReportJson.write(first)
            + ",\n\"second\":"
            + ReportJson.write(second)
            + "}\n");
  }

  private String note() {
    boolean isSame = first.timeKind().equals(second.timeKind());
    StringBuilder words =
        new StringBuilder(
            isSame
                ? "Both times are %s.".formatted(first.timeKind())
                : "The clocks differ: the first report's time is %s, the second's is %s. Do not compare them."
                    .formatted(first.timeKind(), second.timeKind()));
    int ranks = first.settings().ranks();
    int others = second.settings().ranks();
    if (ranks != others) {
      words.append(" The first is of %d ranks, the second of %d.".formatted(ranks, others));
    }
    words.append(
        " One run of each tells a faster program from a noisy machine only where the samples lie"
            + " apart.");
    return "<p class=\"note %s\">%s</p>\n"
        .formatted(isSame && ranks == others ? "plain" : "warn", Markup.escape(words));
  }

  /** Rows of both, and those of one alone. */
  private List<Beside> rows() {
    return ReportComparison.rows(first, second);
  }

  private String tiles() {
    List<Beside> rows = rows();
    long slower = rows.stream().filter(row -> row.verdict() == Beside.Verdict.SLOWER).count();
    long faster = rows.stream().filter(row -> row.verdict() == Beside.Verdict.FASTER).count();
    double mean =
        Math.exp(rows.stream().mapToDouble(row -> Math.log(row.ratio())).average().orElse(0));
    return ReportPage.tile("measurements compared", Integer.toString(rows.size()), "")
        + ReportPage.tile("second over first, geometric mean", Units.trimmed(mean) + " ×", "")
        + ReportPage.tile(
            "slower beyond all samples", Long.toString(slower), slower > 0 ? "bad" : "")
        + ReportPage.tile(
            "faster beyond all samples", Long.toString(faster), faster > 0 ? "good" : "");
  }

  private String charts() {
    List<Row> all = new ArrayList<>(first.rows());
    all.addAll(second.rows());
    if (all.isEmpty()) {
      return "";
    }
    PageAxes axes = PageAxes.of(all);
    List<Series> others = Series.of(second.rows());
    StringBuilder charts =
        new StringBuilder("<p class=\"hint\">")
            .append(
                Markup.escape(
                    "A point is time_us, its whisker goes from the fastest sample to the 95th"
                        + " percentile. All diagrams have the same axes, both logarithmic."))
            .append("</p>\n");
    for (Series each : Series.of(first.rows())) {
      List<Series> pair = new ArrayList<>(List.of(each));
      others.stream().filter(each::isLike).forEach(pair::add);
      String heading = each.operation() + ", " + each.variant();
      charts.append(
          new Figure(
                  id + "-" + heading.replaceAll("\\W+", "-"),
                  heading,
                  pair,
                  series -> series == each ? "first" : "second",
                  true,
                  axes)
              .html());
    }
    return charts.toString();
  }

  private String table() {
    StringBuilder html =
        new StringBuilder("<table class=\"rows\">\n<thead>\n<tr class=\"groups\">");
    html.append("<th colspan=\"5\"></th><th colspan=\"3\">first</th>");
    html.append("<th colspan=\"3\">second</th><th colspan=\"2\">second over first</th></tr>\n<tr>");
    ReportPage.heads(
        html,
        List.of("operation", "type", "redop", "form", "verdict"),
        List.of(
            "operation",
            "type",
            "redop",
            "size",
            "form",
            "time µs",
            "min µs",
            "p95 µs",
            "time µs",
            "min µs",
            "p95 µs",
            "ratio",
            "verdict"),
        Map.of(
            "time µs", Columns.meaning("time_us"),
            "min µs", Columns.meaning("min_us"),
            "p95 µs", Columns.meaning("p95_us"),
            "ratio", "the second time over the first",
            "verdict", "slower or faster only where the samples from min to p95 do not meet"));
    html.append("</tr>\n</thead>\n<tbody>\n");
    rows().forEach(row -> row(html, row));
    String alone =
        ReportComparison.alone(first, second).stream()
            .map(ReportPage::item)
            .collect(Collectors.joining());
    return ReportPage.heading("h2", "", "Side by side", id + "-table")
        + ReportPage.scroll(html.append("</tbody>\n</table>\n").toString())
        + (alone.isEmpty()
            ? ""
            : "<details class=\"card\"><summary>In one report alone</summary><ul>\n"
                + alone
                + "</ul></details>\n");
  }

  private static void row(StringBuilder html, Beside row) {
    html.append("<tr>");
    cell(html, row.row().operation(), "text");
    cell(html, row.row().type(), "text");
    cell(html, Objects.requireNonNullElse(row.row().reduction(), ""), "text");
    html.append(
        "<td data-v=\"%d\">%s</td>".formatted(row.row().bytes(), Units.bytes(row.row().bytes())));
    cell(html, row.inPlace() ? "in place" : "out of place", "text");
    times(html, row.first());
    times(html, row.second());
    String style =
        switch (row.verdict()) {
          case SLOWER -> "slower";
          case FASTER -> "faster";
          case SAME -> "";
        };
    number(html, row.ratio(), "first " + style);
    cell(html, row.verdict().words(), "text " + style);
    html.append("</tr>\n");
  }

  private static void times(StringBuilder html, Measurement measurement) {
    number(html, measurement.micros(), "first strong");
    number(html, measurement.spread().min(), "");
    number(html, measurement.spread().p95(), "");
  }

  private static void number(StringBuilder html, double value, String style) {
    html.append(
        String.format(
            Locale.ROOT,
            "<td data-v=\"%.6g\" class=\"%s\">%s</td>",
            value,
            style,
            HtmlTable.shown(value)));
  }

  private static void cell(StringBuilder html, String words, String style) {
    html.append("<td class=\"%s\">%s</td>".formatted(style, Markup.escape(words)));
  }

  private String method() {
    StringBuilder items = new StringBuilder();
    for (BenchReport each : List.of(first, second)) {
      items.append(
          ReportPage.item(
              "%s report: clock %s, %d timed iterations after %d warm-ups, %d ranks. %s."
                  .formatted(
                      each == first ? "First" : "Second",
                      each.settings().clock(),
                      each.settings().iterations(),
                      each.settings().warmups(),
                      each.settings().ranks(),
                      each.timeColumns().stream()
                          .map(TimeColumn::words)
                          .collect(Collectors.joining(". ")))));
      items.append(
          "<li>Command: <code>%s</code></li>\n"
              .formatted(Markup.escape(each.settings().command())));
    }
    return items
        .append(
            ReportPage.item(
                "slower and faster: the samples from min to p95 of the two do not meet, and the times"
                    + " differ the same way. For a verdict with an interval measure in rounds: bench"
                    + " --tuned, then bench --compare."))
        .toString();
  }

  private Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    Map<String, String> others = BenchPart.facts(second);
    BenchPart.facts(first)
        .forEach(
            (name, value) -> {
              String other = others.getOrDefault(name, "");
              if (other.equals(value)) {
                facts.put(name, value);
              } else {
                facts.put(name + ", first", value);
                facts.put(name + ", second", other);
              }
            });
    return facts;
  }
}
