package org.jccl.benchmarks.peers;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.jccl.benchmarks.peers.PeerComparison.Row;
import org.jccl.benchmarks.peers.PeerComparison.ScaleRow;
import org.jccl.benchmarks.peers.PeerComparison.Time;
import org.jccl.benchmarks.peers.PeerComparison.TypeRow;
import org.jccl.benchmarks.peers.PeerComparison.Verdict;
import org.jccl.benchmarks.peers.PeerSubject.Family;
import org.jccl.benchmarks.report.Markup;
import org.jccl.benchmarks.report.Page;
import org.jccl.benchmarks.report.Units;
import org.jspecify.annotations.Nullable;

/** The comparison as one page that needs nothing beside itself. */
final class ComparisonHtml {
  private ComparisonHtml() {}

  static String write(PeerResults results) {
    List<Row> rows = PeerComparison.rows(results);
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("style", Page.resource("page.css"));
    parts.put("script", Page.resource("page.js"));
    parts.put("started", Markup.escape(results.started()));
    parts.put("rounds", Integer.toString(results.plan().rounds()));
    parts.put("note", notes(results));
    parts.put("tiles", tiles(results, rows));
    parts.put("environment", environment(results));
    parts.put("figures", ComparisonFigures.operations(rows));
    parts.put("types", types(PeerComparison.types(results)));
    parts.put("scale", scale(PeerComparison.scale(results)));
    parts.put("table", table(rows));
    parts.put("json", ComparisonJson.write(results).replace("</", "<\\/"));
    return Page.fill(Page.resource("peers.html"), parts);
  }

  private static String notes(PeerResults results) {
    long failed = results.all().filter(turn -> !turn.failure().isEmpty()).count();
    String words = String.join(". ", results.notes());
    if (failed > 0) {
      words +=
          (words.isEmpty() ? "" : ". ") + failed + " runs failed or were stopped: see the JSON";
    }
    return words.isEmpty() ? "" : "<p class=\"note warn\">%s.</p>".formatted(Markup.escape(words));
  }

  private static String tiles(PeerResults results, List<Row> rows) {
    double others =
        results.all().mapToDouble(Turn::others).filter(Double::isFinite).average().orElse(0);
    long met = rows.stream().filter(row -> row.againstPeers() == Verdict.MET).count();
    long missed = rows.stream().filter(row -> row.againstPeers() == Verdict.MISSED).count();
    long near = rows.stream().filter(row -> row.againstLimit() == Verdict.MET).count();
    long far = rows.stream().filter(row -> row.againstLimit() == Verdict.MISSED).count();
    return tile("bars against the best peer", met + " of " + (met + missed), met > 0 && missed == 0)
        + tile("bars against the C limit", near + " of " + (near + far), near > 0 && far == 0)
        + tile(
            "of the processors taken by others",
            String.format(Locale.ROOT, "%.0f %%", others * 100),
            others < 0.05);
  }

  private static String tile(String name, String value, boolean good) {
    return "<div class=\"tile %s\"><b>%s</b><span>%s</span></div>\n"
        .formatted(good ? "good" : "bad", Markup.escape(value), Markup.escape(name));
  }

  private static String environment(PeerResults results) {
    Map<String, String> facts = new LinkedHashMap<>(results.environment());
    if (!results.latency().isEmpty()) {
      facts.put(
          "Core to core",
          results.latency().stream()
              .map(ns -> "%.0f/%.0f".formatted(ns.getFirst(), ns.getLast()))
              .collect(
                  Collectors.joining(", ", "", " ns (a flag one way / an exchange of 8 bytes)")));
    }
    facts.put("Command", results.command());
    return facts.entrySet().stream()
        .map(
            fact ->
                "<dt>%s</dt><dd>%s</dd>\n"
                    .formatted(Markup.escape(fact.getKey()), Markup.escape(fact.getValue())))
        .collect(Collectors.joining());
  }

  private static String types(List<TypeRow> rows) {
    if (rows.isEmpty()) {
      return "";
    }
    StringBuilder html = section("Element types, all-reduce of 2 ranks");
    html.append("<tr><th>type</th><th>size</th><th>µs</th><th>elements/µs</th>");
    html.append("<th>× float32</th><th>bar</th></tr>\n</thead>\n<tbody>\n");
    for (TypeRow row : rows) {
      html.append("<tr>");
      cell(html, row.type(), "text");
      cell(html, Units.bytes(row.bytes()), "");
      cell(html, ComparisonText.number(row.micros()), "");
      cell(html, ComparisonText.number(row.elementsPerMicro()), "");
      cell(html, ComparisonText.number(row.slowdown()), "strong");
      bar(html, "≤", Bars.slowerThanFloat32(row.type()), row.verdict());
      html.append("</tr>\n");
    }
    return html.append("</tbody>\n</table></div></section>\n").toString();
  }

  private static String scale(List<ScaleRow> rows) {
    if (rows.isEmpty()) {
      return "";
    }
    StringBuilder html = section("Many ranks, all-reduces of 4 KiB");
    html.append("<tr><th>ranks</th><th>calls</th><th>seconds</th><th>opening, s</th>");
    html.append("<th>µs per rank and call</th><th>bar, s</th></tr>\n</thead>\n<tbody>\n");
    for (ScaleRow row : rows) {
      html.append("<tr>");
      cell(html, "%,d".formatted(row.ranks()), "text");
      cell(html, Integer.toString(row.calls()), "");
      cell(html, ComparisonText.number(row.seconds()), "strong");
      cell(html, ComparisonText.number(row.openSeconds()), "");
      cell(html, ComparisonText.number(row.microsPerRankAndCall()), "");
      bar(html, "≤", Bars.scaleSeconds(row.ranks()), row.verdict());
      html.append("</tr>\n");
    }
    html.append("</tbody>\n</table></div>\n").append(ComparisonFigures.scale(rows));
    return html.append("</section>\n").toString();
  }

  private static StringBuilder section(String heading) {
    return new StringBuilder("<section>\n<h2>")
        .append(Markup.escape(heading))
        .append("</h2>\n<div class=\"scroll\"><table>\n<thead>\n");
  }

  private static String table(List<Row> rows) {
    StringBuilder html = new StringBuilder("<table id=\"rows\">\n<thead>\n<tr class=\"groups\">");
    html.append("<th colspan=\"3\"></th><th colspan=\"3\">jccl, µs</th>");
    html.append("<th colspan=\"5\">others, µs</th><th colspan=\"4\">against them</th></tr>\n<tr>");
    for (String name :
        List.of(
            "operation",
            "ranks",
            "size",
            "jccl",
            "enqueued",
            "free",
            "Open MPI",
            "best",
            "MPICH",
            "Gloo best",
            "C limit",
            "× peer",
            "bar",
            "× limit",
            "bar")) {
      html.append("<th><button type=\"button\">").append(name).append("</button></th>");
    }
    html.append("</tr>\n</thead>\n<tbody>\n");
    rows.forEach(row -> row(html, row));
    return html.append("</tbody>\n</table>\n").toString();
  }

  private static void row(StringBuilder html, Row row) {
    html.append("<tr>");
    cell(html, row.op().label(), "text");
    value(html, row.ranks(), Integer.toString(row.ranks()), "");
    value(html, row.bytes(), Units.bytes(row.bytes()), "");
    time(html, row.jccl(), "first strong", false);
    time(html, row.time(Family.JCCL, PeerSubjects.ENQUEUED), "", false);
    time(html, row.time(Family.JCCL, PeerSubjects.FREE), "", false);
    time(html, row.time(Family.OPEN_MPI, PeerSubject.DEFAULT), "first", false);
    time(html, row.best(Family.OPEN_MPI), "", true);
    time(html, row.best(Family.MPICH), "", false);
    time(html, row.best(Family.GLOO), "", true);
    time(html, row.best(Family.LIMIT), "", false);
    ratio(html, row.ratio(), row.againstPeers(), "first strong");
    bar(html, "≥", Bars.timesBestPeer(row.op(), row.ranks(), row.bytes()), row.againstPeers());
    ratio(html, row.overLimit(), row.againstLimit(), "strong");
    bar(html, "≤", Bars.timesLimit(row.op(), row.bytes()), row.againstLimit());
    html.append("</tr>\n");
  }

  private static void time(
      StringBuilder html, @Nullable Time time, String style, boolean withVariant) {
    if (time == null) {
      cell(html, "", style + " none");
    } else {
      String words = withVariant ? ComparisonText.named(time) : ComparisonText.time(time);
      value(html, time.micros(), words, style);
    }
  }

  private static void ratio(
      StringBuilder html, OptionalDouble ratio, Verdict verdict, String style) {
    if (ratio.isEmpty()) {
      cell(html, "", style + " none");
    } else {
      value(html, ratio.getAsDouble(), ComparisonText.ratio(ratio), style + " " + color(verdict));
    }
  }

  private static void bar(StringBuilder html, String sign, OptionalDouble bar, Verdict verdict) {
    cell(html, ComparisonText.bar(sign, bar, verdict), color(verdict));
  }

  private static String color(Verdict verdict) {
    return switch (verdict) {
      case MET -> "good";
      case MISSED -> "bad";
      case NONE -> "none";
    };
  }

  private static void value(StringBuilder html, double value, String words, String style) {
    html.append(
        String.format(
            Locale.ROOT,
            "<td data-v=\"%.6g\" class=\"%s\">%s</td>",
            value,
            style,
            Markup.escape(words)));
  }

  private static void cell(StringBuilder html, String words, String style) {
    html.append("<td class=\"%s\">%s</td>".formatted(style, Markup.escape(words)));
  }
}
