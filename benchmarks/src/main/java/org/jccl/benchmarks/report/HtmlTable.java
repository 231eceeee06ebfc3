package org.jccl.benchmarks.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The whole table as HTML; columns can be sorted by the page's script. */
final class HtmlTable {
  private static final List<String> KEYS = List.of("operation", "type", "redop", "size", "count");
  private static final List<String> VALUES =
      List.of("time µs", "algbw GB/s", "busbw GB/s", "#wrong");
  private static final List<String> DETAILS = List.of("p50 µs", "p95 µs", "p99 µs", "enqueue ns");

  private HtmlTable() {}

  static String html(List<Row> rows) {
    StringBuilder html = new StringBuilder("<table id=\"rows\">\n<thead>\n<tr class=\"groups\">");
    html.append("<th colspan=\"5\"></th><th colspan=\"4\">out of place</th>");
    html.append(
        "<th colspan=\"4\">in place</th><th colspan=\"4\">out of place, samples</th></tr>\n<tr>");
    KEYS.forEach(name -> head(html, name, ""));
    VALUES.forEach(name -> head(html, name, name.equals(VALUES.getFirst()) ? "first" : ""));
    VALUES.forEach(name -> head(html, name, name.equals(VALUES.getFirst()) ? "first" : ""));
    DETAILS.forEach(name -> head(html, name, name.equals(DETAILS.getFirst()) ? "first" : ""));
    html.append("</tr>\n</thead>\n<tbody>\n");
    rows.forEach(row -> row(html, row));
    return html.append("</tbody>\n</table>\n").toString();
  }

  /** The words for a column; those that say themselves what they are have none. */
  private static String meaning(String name) {
    return Columns.meanings().entrySet().stream()
        .filter(each -> each.getKey().startsWith(name.split("[ /]")[0]))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("");
  }

  private static void head(StringBuilder html, String name, String style) {
    html.append(
        "<th class=\"%s\" title=\"%s\"><button type=\"button\">%s</button></th>"
            .formatted(style, Markup.escape(meaning(name)), name));
  }

  private static void row(StringBuilder html, Row row) {
    html.append(row.isWrong() ? "<tr class=\"wrong\">" : "<tr>");
    text(html, row.operation());
    text(html, row.type());
    text(html, row.reduction() == null ? "" : row.reduction());
    html.append("<td data-v=\"%d\">%s</td>".formatted(row.bytes(), Units.bytes(row.bytes())));
    html.append("<td data-v=\"%d\">%,d</td>".formatted(row.count(), row.count()));
    values(html, row.outOfPlace());
    values(html, row.inPlace());
    Spread spread = row.outOfPlace().spread();
    number(html, spread.p50(), "first");
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
    number(html, measurement.micros(), "first");
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

  private static void text(StringBuilder html, String text) {
    html.append("<td class=\"text\">").append(Markup.escape(text)).append("</td>");
  }

  private static void number(StringBuilder html, double value, String style) {
    String shown = String.format(Locale.ROOT, value < 1e3 ? "%,.2f" : "%,.0f", value);
    html.append(
        String.format(
            Locale.ROOT, "<td data-v=\"%.6g\" class=\"%s\">%s</td>", value, style, shown));
  }
}
