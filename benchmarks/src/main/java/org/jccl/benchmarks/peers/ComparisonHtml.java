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
import org.jccl.benchmarks.report.Part;
import org.jccl.benchmarks.report.ReportPage;
import org.jccl.benchmarks.report.Units;
import org.jspecify.annotations.Nullable;

/** The comparison as a part of a page. */
final class ComparisonHtml {
  private static final Map<String, String> MEANINGS =
      Map.of(
          "size", "as nccl-tests counts it",
          "jccl", "the simulator, each call followed by a synchronization; median of the rounds",
          "enqueued", "the simulator, many calls and one synchronization",
          "free", "the simulator with threads that run freely",
          "Open MPI", "as it is installed",
          "best", "Open MPI's fastest algorithm, in brackets",
          "C limit", "C threads that only move the bytes",
          "× peer", "the best peer's time over jccl's: larger is better",
          "× limit", "jccl's time over the C limit's: smaller is better",
          "bar", "the target, and whether it is met");

  private ComparisonHtml() {}

  static String write(PeerResults results) {
    Part part = part("report", results);
    return ReportPage.write(part.heading(), List.of(part));
  }

  static Part part(String id, PeerResults results) {
    List<Row> rows = PeerComparison.rows(results);
    return new Part(
        id,
        "jmh sim",
        "The simulator beside its peers",
        results.started(),
        "Wall time of the simulation on this CPU, in turns with others who move the same bytes; it is"
            + " no GPU's.",
        notes(results),
        tiles(results, rows),
        hint() + ComparisonFigures.operations(id, rows) + curve(results),
        table(id, rows) + types(PeerComparison.types(results)) + scale(results),
        method(results),
        environment(results),
        "report.json",
        ComparisonJson.write(results));
  }

  private static String hint() {
    return "<p class=\"hint\">%s</p>\n"
        .formatted(
            Markup.escape(
                "A point is the median of the rounds; its whisker goes from the fastest to the slowest"
                    + " round. All diagrams have the same axes, both logarithmic. Point at a diagram"
                    + " for the figures; click a name to hide its line."));
  }

  private static String method(PeerResults results) {
    return ReportPage.item(
            "A time is microseconds of one call: back-to-back calls over their number, the slowest"
                + " rank's, median of "
                + results.plan().rounds()
                + " rounds; everybody in turns on the same machine.")
        + ReportPage.item(
            "jccl runs with its kernel, checks at their default and the deterministic schedule, each"
                + " call followed by a synchronization on every rank.")
        + ReportPage.item(
            "× peer is the best peer's time over jccl's: larger is better. × limit is jccl's time over"
                + " that of C threads that only move the bytes: smaller is better.")
        + ReportPage.item("Sizes follow nccl-tests. A bar is the target for one measurement.")
        + "<li>Command: <code>%s</code></li>\n".formatted(Markup.escape(results.command()));
  }

  private static String curve(PeerResults results) {
    List<ScaleRow> rows = PeerComparison.scale(results);
    return rows.isEmpty()
        ? ""
        : "<section class=\"figure\">\n" + ComparisonFigures.scale(rows) + "</section>\n";
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
    return ReportPage.tile(
            "bars against the best peer",
            met + " of " + (met + missed),
            met > 0 && missed == 0 ? "good" : "bad")
        + ReportPage.tile(
            "bars against the C limit",
            near + " of " + (near + far),
            near > 0 && far == 0 ? "good" : "bad")
        + ReportPage.tile(
            "of the processors taken by others",
            String.format(Locale.ROOT, "%.0f %%", others * 100),
            others < 0.05 ? "good" : "bad");
  }

  private static Map<String, String> environment(PeerResults results) {
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
    return facts;
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
    return html.append("</tbody>\n</table></div></div></section>\n").toString();
  }

  private static String scale(PeerResults results) {
    List<ScaleRow> rows = PeerComparison.scale(results);
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
    return html.append("</tbody>\n</table></div></div></section>\n").toString();
  }

  private static StringBuilder section(String heading) {
    return new StringBuilder("<section>\n<h3>")
        .append(Markup.escape(heading))
        .append("</h3>\n<div class=\"cut\"><div class=\"scroll\"><table>\n<thead>\n");
  }

  private static String table(String id, List<Row> rows) {
    StringBuilder html =
        new StringBuilder("<table class=\"rows\">\n<thead>\n<tr class=\"groups\">");
    html.append("<th colspan=\"3\"></th><th colspan=\"3\">jccl, µs</th>");
    html.append("<th colspan=\"5\">others, µs</th><th colspan=\"4\">against them</th></tr>\n<tr>");
    ReportPage.heads(
        html,
        List.of("operation"),
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
            "bar"),
        MEANINGS);
    html.append("</tr>\n</thead>\n<tbody>\n");
    rows.forEach(row -> row(html, row));
    return ReportPage.heading("h2", "", "All sizes", id + "-table")
        + "<p class=\"hint\">%d rows. Click a column to sort.</p>\n".formatted(rows.size())
        + ReportPage.scroll(html.append("</tbody>\n</table>\n").toString());
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
    bar(html, "≥", Bars.timesBestPeer(row.bytes()), row.againstPeers());
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
