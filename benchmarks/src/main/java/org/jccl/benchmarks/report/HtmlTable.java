package org.jccl.benchmarks.report;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The whole table as HTML; columns can be sorted by the page's script. */
final class HtmlTable {
  /** A column: the words of its head, and its name in files, whose meaning is the tooltip. */
  private record Column(String words, String name) {}

  private static final List<Column> KEYS =
      List.of(
          new Column("operation", ""),
          new Column("type", ""),
          new Column("redop", ""),
          new Column("size", "bytes"),
          new Column("count", "count"));
  private static final List<Column> VALUES =
      List.of(
          new Column("time µs", "time_us"),
          new Column("algbw GB/s", "algbw_gbps"),
          new Column("busbw GB/s", "busbw_gbps"),
          new Column("#wrong", "wrong"));
  private static final List<Column> DETAILS =
      List.of(
          new Column("min µs", "min_us"),
          new Column("p50 µs", "p50_us"),
          new Column("p95 µs", "p95_us"),
          new Column("p99 µs", "p99_us"),
          new Column("enqueue ns", "enqueue_ns"));

  private HtmlTable() {}

  static String html(List<Row> rows) {
    StringBuilder html =
        new StringBuilder("<table class=\"rows\">\n<thead>\n<tr class=\"groups\">");
    html.append("<th colspan=\"5\"></th><th colspan=\"4\">out of place</th>");
    html.append(
        "<th colspan=\"4\">in place</th><th colspan=\"5\">out of place, samples</th></tr>\n<tr>");
    heads(html, KEYS, "");
    heads(html, VALUES, "first");
    heads(html, VALUES, "first");
    heads(html, DETAILS, "first");
    html.append("</tr>\n</thead>\n<tbody>\n");
    rows.forEach(row -> row(html, row));
    return html.append("</tbody>\n</table>\n").toString();
  }

  private static void heads(StringBuilder html, List<Column> columns, String first) {
    for (Column each : columns) {
      html.append(
          "<th class=\"%s\" title=\"%s\"><span role=\"button\" tabindex=\"0\">%s</span></th>"
              .formatted(
                  each.name().isEmpty() ? "text" : each == columns.getFirst() ? first : "",
                  Markup.escape(Columns.meaning(each.name())),
                  each.words()));
    }
  }

  private static void row(StringBuilder html, Row row) {
    boolean isNoisy = row.measurements().anyMatch(Measurement::isNoisy);
    html.append(
        "<tr class=\"%s\">".formatted(row.isWrong() ? "wrong" : isNoisy ? "noisy" : "plain"));
    text(html, row.operation());
    text(html, row.type());
    text(html, row.reduction() == null ? "" : row.reduction());
    html.append("<td data-v=\"%d\">%s</td>".formatted(row.bytes(), Units.bytes(row.bytes())));
    html.append(String.format(Locale.ROOT, "<td data-v=\"%d\">%,d</td>", row.count(), row.count()));
    values(html, row.outOfPlace());
    values(html, row.inPlace());
    Spread spread = row.outOfPlace().spread();
    number(html, spread.min(), "first");
    number(html, spread.p50(), "");
    number(html, spread.p95(), "");
    number(html, spread.p99(), "");
    number(html, row.outOfPlace().enqueueNanos(), "");
    html.append("</tr>\n");
  }

  private static void values(StringBuilder html, @Nullable Measurement measurement) {
    if (measurement == null) {
      html.append("<td class=\"first none\">n/a</td><td class=\"none\"></td>");
      html.append("<td class=\"none\"></td><td class=\"none\"></td>");
      return;
    }
    time(html, measurement);
    number(html, measurement.algorithmBandwidth(), "");
    number(html, measurement.busBandwidth(), "strong");
    html.append(
        measurement.isChecked()
            ? "<td data-v=\"%d\" class=\"%s\">%s</td>"
                .formatted(
                    measurement.wrong(),
                    measurement.isWrong() ? "bad" : "good",
                    measurement.isWrong() ? "✗ " + measurement.wrong() : "0")
            : "<td data-v=\"-1\" class=\"none\">unchecked</td>");
  }

  /** With a mark where the samples scatter so much that it cannot be trusted. */
  private static void time(StringBuilder html, Measurement measurement) {
    if (!measurement.isNoisy()) {
      number(html, measurement.micros(), "first");
      return;
    }
    Spread spread = measurement.spread();
    String why =
        "noisy: p95 is %s times p50 (%s, %s)"
            .formatted(
                Units.trimmed(spread.p95() / spread.p50()),
                Units.micros(spread.p95()),
                Units.micros(spread.p50()));
    html.append(
        String.format(
            Locale.ROOT,
            "<td data-v=\"%.6g\" class=\"first mark\" title=\"%s\">⚠ %s</td>",
            measurement.micros(),
            Markup.escape(why),
            shown(measurement.micros())));
  }

  private static void text(StringBuilder html, String text) {
    html.append("<td class=\"text\">").append(Markup.escape(text)).append("</td>");
  }

  private static void number(StringBuilder html, double value, String style) {
    html.append(
        String.format(
            Locale.ROOT, "<td data-v=\"%.6g\" class=\"%s\">%s</td>", value, style, shown(value)));
  }

  /** Two decimals while they say something. */
  static String shown(double value) {
    if (value > 0 && value < 0.1) {
      return Units.trimmed(value);
    }
    return String.format(Locale.ROOT, value < 1e3 ? "%,.2f" : "%,.0f", value);
  }
}
