package org.jccl.benchmarks.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** JMH's benchmarks as a part of a page: a bar each with its interval, and the table. */
public final class JmhPart {
  /** Bars whose lengths differ more than this are points on a logarithmic axis instead. */
  private static final double WIDE = 40;

  private static final Map<String, String> MEANINGS =
      Map.of(
          "score", "mean of the samples",
          "first", "mean of the first run's samples",
          "second", "mean of the second run's samples",
          "low", "lower end of JMH's 99.9 % interval of the mean, or the smallest sample",
          "high", "upper end of JMH's 99.9 % interval of the mean, or the largest sample",
          "ratio", "second over first; coloured where the two intervals do not meet",
          "samples", "number of samples, each of one iteration of JMH",
          "B/op", "bytes that a call allocates on the Java heap");

  private JmhPart() {}

  /** The part; {@code second} is set beside it, line by line, if there is one. */
  public static Part of(String id, JmhResults first, @Nullable JmhResults second) {
    Map<String, List<JmhResults.Line>> groups = new LinkedHashMap<>();
    for (JmhResults.Line each : first.lines()) {
      groups.computeIfAbsent(groupOf(each), none -> new ArrayList<>()).add(each);
    }
    return new Part(
        id,
        second == null ? "jmh" : "jmh, two runs",
        first.lines().size() == 1
            ? first.lines().getFirst().group()
            : "Microbenchmarks: %d lines".formatted(first.lines().size()),
        "",
        "Wall time of this host's processor, measured by JMH.",
        "",
        tiles(first, groups.size()),
        charts(id, groups, second),
        table(id, first, second),
        method(first),
        facts(first, second),
        "jmh.json",
        second == null
            ? first.json()
            : "{\"first\":" + first.json() + ",\n\"second\":" + second.json() + "}\n");
  }

  /** What is in one chart: benchmarks of a class with one unit; each counter of its own apart. */
  private static String groupOf(JmhResults.Line line) {
    int counter = line.method().indexOf(':');
    String name = counter < 0 ? line.group() : line.group() + "." + line.method();
    return name + ", " + line.unit();
  }

  /** The parameters that have the same value in all lines. */
  private static Set<String> common(List<JmhResults.Line> lines) {
    Map<String, String> first = lines.getFirst().parameters();
    Set<String> common = new LinkedHashSet<>(first.keySet());
    for (JmhResults.Line each : lines) {
      common.removeIf(name -> !Objects.equals(first.get(name), each.parameters().get(name)));
    }
    return lines.size() == 1 ? Set.of() : common;
  }

  private static String label(JmhResults.Line line, Set<String> without) {
    List<String> names = new ArrayList<>(line.parameters().keySet());
    names.removeAll(without);
    String own = line.words("", names);
    boolean isCounter = line.method().contains(":");
    return isCounter && !own.isEmpty() ? own : line.method() + line.words(", ", names);
  }

  private static String tiles(JmhResults results, int groups) {
    String tiles =
        ReportPage.tile("lines", Integer.toString(results.lines().size()), "")
            + ReportPage.tile("groups", Integer.toString(groups), "");
    var allocated =
        results.lines().stream().map(JmhResults.Line::allocated).filter(a -> a != null).toList();
    if (!allocated.isEmpty()) {
      double most = allocated.stream().mapToDouble(a -> a).max().orElse(0);
      // Below a byte is what JMH itself allocates, over many calls.
      tiles += ReportPage.tile("most bytes allocated per call", most < 1 ? "0" : shown(most), "");
    }
    return tiles;
  }

  private static String charts(
      String id, Map<String, List<JmhResults.Line>> groups, @Nullable JmhResults second) {
    StringBuilder html =
        new StringBuilder("<p class=\"hint\">")
            .append(
                Markup.escape(
                    "A bar is the mean of the samples. Its whisker is JMH's 99.9 % interval of that"
                        + " mean, or the samples' range where there are too few for an interval."
                        + (second == null ? "" : " The second bar of a name is the second run.")))
            .append("</p>\n");
    groups.forEach(
        (name, lines) -> {
          String anchor = id + "-" + name.replaceAll("\\W+", "-");
          html.append("<section class=\"figure\" id=\"%s\">\n".formatted(Markup.escape(anchor)));
          html.append(ReportPage.heading("h3", "", name, anchor));
          html.append(bars(lines, second)).append("</section>\n");
        });
    return html.toString();
  }

  private static String bars(List<JmhResults.Line> lines, @Nullable JmhResults second) {
    List<JmhResults.Line> all = new ArrayList<>(lines);
    for (JmhResults.Line each : lines) {
      JmhResults.Line other = second == null ? null : second.find(each);
      if (other != null) {
        all.add(other);
      }
    }
    double most = all.stream().mapToDouble(l -> Math.max(l.score(), l.high())).max().orElse(1);
    double least = all.stream().mapToDouble(JmhResults.Line::score).min().orElse(1);
    boolean isWide = least > 0 && most / least > WIDE;
    double low = isWide ? all.stream().mapToDouble(JmhPart::smallest).min().orElse(least) : 0;
    StringBuilder html = new StringBuilder();
    String same = lines.getFirst().words("", common(lines));
    if (!same.isEmpty()) {
      html.append("<p class=\"hint\">All with %s.</p>\n".formatted(Markup.escape(same)));
    }
    if (isWide) {
      html.append(
          "<p class=\"hint\">Logarithmic, from %s to %s.</p>\n".formatted(shown(low), shown(most)));
    }
    html.append("<div class=\"bars\">\n");
    Set<String> common = common(lines);
    for (JmhResults.Line each : lines) {
      bar(html, label(each, common), each, "c0", low, most);
      JmhResults.Line other = second == null ? null : second.find(each);
      if (other != null) {
        bar(html, "second run", other, "c1", low, most);
      }
    }
    return html.append("</div>\n").toString();
  }

  private static double smallest(JmhResults.Line line) {
    return line.low() > 0 ? Math.min(line.low(), line.score()) : line.score();
  }

  private static void bar(
      StringBuilder html,
      String name,
      JmhResults.Line line,
      String color,
      double low,
      double most) {
    double at = place(line.score(), low, most);
    double from = place(line.low(), low, most);
    double to = place(line.high(), low, most);
    html.append("<span>").append(Markup.escape(name)).append("</span>");
    html.append("<b>").append(shown(line.score())).append(' ');
    html.append(Markup.escape(line.unit())).append("</b>");
    html.append("<div class=\"").append(color).append("\">");
    html.append(
        String.format(
            Locale.ROOT,
            low > 0
                ? "<i class=\"dot\" style=\"left:%.2f%%\"></i>"
                : "<i style=\"width:%.2f%%\"></i>",
            at));
    if (line.high() > line.low()) {
      html.append(
          String.format(
              Locale.ROOT, "<u style=\"left:%.2f%%;width:%.2f%%\"></u>", from, to - from));
    }
    html.append("</div>\n");
  }

  /** Per cent along the axis, which is logarithmic if it does not begin at 0. */
  private static double place(double value, double low, double most) {
    double place =
        low > 0 ? Math.log(Math.max(value, low) / low) / Math.log(most / low) : value / most;
    return 100 * Math.clamp(place, 0, 1);
  }

  private static String table(String id, JmhResults first, @Nullable JmhResults second) {
    StringBuilder html = new StringBuilder("<table class=\"rows\">\n<thead>\n<tr>");
    ReportPage.heads(
        html,
        List.of("benchmark", "unit"),
        second == null
            ? List.of("benchmark", "score", "low", "high", "unit", "samples", "B/op")
            : List.of(
                "benchmark", "first", "low", "high", "second", "low", "high", "ratio", "unit"),
        MEANINGS);
    html.append("</tr>\n</thead>\n<tbody>\n");
    for (JmhResults.Line each : first.lines()) {
      html.append("<tr>");
      cell(html, each.group() + "." + each.name(), "text");
      numbers(html, each);
      if (second != null) {
        beside(html, each, second.find(each));
      }
      cell(html, each.unit(), "text");
      if (second == null) {
        cell(html, Integer.toString(each.samples()), "");
        cell(html, each.allocated() == null ? "" : shown(each.allocated()), "");
      }
      html.append("</tr>\n");
    }
    return ReportPage.heading("h2", "", "All microbenchmarks", id + "-table")
        + ReportPage.scroll(html.append("</tbody>\n</table>\n").toString());
  }

  private static void beside(
      StringBuilder html, JmhResults.Line first, JmhResults.@Nullable Line other) {
    if (other == null) {
      html.append("<td class=\"none\">n/a</td><td></td><td></td><td></td>");
      return;
    }
    numbers(html, other);
    boolean isApart = other.low() > first.high() || other.high() < first.low();
    double ratio = other.score() / first.score();
    boolean isSlower = ratio > 1 != first.isRate();
    number(html, ratio, !isApart ? "" : isSlower ? "slower" : "faster");
  }

  private static void numbers(StringBuilder html, JmhResults.Line line) {
    number(html, line.score(), "first strong");
    number(html, line.low(), "");
    number(html, line.high(), "");
  }

  private static void number(StringBuilder html, double value, String style) {
    html.append(
        String.format(
            Locale.ROOT, "<td data-v=\"%.6g\" class=\"%s\">%s</td>", value, style, shown(value)));
  }

  private static void cell(StringBuilder html, String words, String style) {
    html.append("<td class=\"%s\">%s</td>".formatted(style, Markup.escape(words)));
  }

  private static String shown(double value) {
    return Math.abs(value) >= 1e4
        ? String.format(Locale.ROOT, "%,.0f", value)
        : Units.trimmed(value);
  }

  private static String method(JmhResults results) {
    Map<String, String> facts = results.facts();
    return ReportPage.item(
            "JMH %s, forks: %s, warm-up: %s, measured: %s."
                .formatted(
                    facts.get("JMH"),
                    facts.get("Forks"),
                    facts.get("Warm-up"),
                    facts.get("Measured")))
        + ReportPage.item("score is the mean of the samples, each of one iteration of JMH.")
        + ReportPage.item(
            "A name with a colon is what the benchmark itself measures, such as the time of one call"
                + " of a batch; JMH's time of the whole batch is in the raw data.")
        + ReportPage.item(
            "low and high are the ends of JMH's 99.9 % interval of the mean; where there are too few"
                + " samples, the fastest and the slowest.")
        + ReportPage.item(
            "B/op is what a call allocates on the Java heap (-prof gc). Less than a byte is JMH's own.")
        + ReportPage.item(
            "With two runs a ratio is coloured only where the two intervals do not meet.");
  }

  private static Map<String, String> facts(JmhResults first, @Nullable JmhResults second) {
    Map<String, String> facts = new LinkedHashMap<>(first.facts());
    if (second != null) {
      second
          .facts()
          .forEach(
              (name, value) -> {
                if (!value.equals(first.facts().get(name))) {
                  facts.put(name + ", second", value);
                }
              });
    }
    return facts;
  }
}
