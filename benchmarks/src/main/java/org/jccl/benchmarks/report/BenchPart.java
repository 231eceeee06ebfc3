package org.jccl.benchmarks.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jccl.CleanText;

/** A benchmark's report as a part of a page. */
public final class BenchPart {
  private BenchPart() {}

  /** The part; {@code id} is unique in the page. */
  public static Part of(String id, BenchReport report) {
    return new Part(
        id,
        "bench " + report.environment().backend(),
        heading(report),
        report.environment().started(),
        report.environment().description(),
        note(report) + noisy(report) + refused(report),
        tiles(report),
        charts(id, report),
        table(id, report),
        method(report),
        facts(report),
        "report.json",
        ReportJson.write(report));
  }

  static String heading(BenchReport report) {
    List<String> labels = report.rows().stream().map(Row::operation).distinct().toList();
    String operations = labels.size() == 1 ? labels.getFirst() : labels.size() + " collectives";
    int ranks = report.settings().ranks();
    return "%s on %d %s".formatted(operations, ranks, ranks == 1 ? "rank" : "ranks");
  }

  private static boolean isDevice(BenchReport report) {
    return !report.environment().backend().equals("sim")
        && List.of("device", "queued").contains(report.settings().clock());
  }

  private static String note(BenchReport report) {
    String old =
        report.timeColumns().contains(TimeColumn.OWN_MEDIAN)
            ? "; " + TimeColumn.OWN_MEDIAN.words()
            : "";
    return "<p class=\"note %s\"><b>Time is %s.</b> %s.</p>\n"
        .formatted(
            isDevice(report) ? "plain" : "warn",
            Markup.escape(report.timeKind()),
            Markup.escape(sentence(report.settings().clockNote()) + old));
  }

  private static String noisy(BenchReport report) {
    if (report.noisy() == 0) {
      return "";
    }
    return "<p class=\"note warn\">⚠ %d of %s %s noisy: %s.</p>\n"
        .formatted(
            report.noisy(),
            CleanText.count(
                report.rows().stream().flatMap(Row::measurements).count(), "measurement"),
            report.noisy() == 1 ? "is" : "are",
            Markup.escape(Columns.meaning("noisy").replaceFirst("^true where ", "their ")));
  }

  private static String sentence(String words) {
    return words.isEmpty()
        ? ""
        : words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
  }

  private static String tiles(BenchReport report) {
    double peak =
        report.rows().stream()
            .flatMap(Row::measurements)
            .mapToDouble(Measurement::busBandwidth)
            .max()
            .orElse(0);
    double fastest =
        report.rows().stream()
            .flatMap(Row::measurements)
            .mapToDouble(Measurement::micros)
            .min()
            .orElse(0);
    boolean wrong = report.wrong() > 0;
    String verdict =
        !report.settings().checked()
            ? "not checked"
            : wrong ? report.wrong() + " wrong" : "all exact";
    return ReportPage.tile("ranks", Integer.toString(report.settings().ranks()), "")
        + ReportPage.tile("peak bus bandwidth", Units.gigabytes(peak), "")
        + ReportPage.tile(
            "average bus bandwidth", Units.gigabytes(report.averageBusBandwidth().orElse(0)), "")
        + ReportPage.tile("fastest operation", Units.micros(fastest), "")
        + ReportPage.tile(
            "results", verdict, wrong ? "bad" : report.settings().checked() ? "good" : "");
  }

  private static String charts(String id, BenchReport report) {
    if (report.rows().isEmpty()) {
      return "";
    }
    PageAxes axes = PageAxes.of(report.rows());
    List<Series> all = Series.of(report.rows());
    List<String> operations = all.stream().map(Series::operation).distinct().toList();
    StringBuilder charts = new StringBuilder(hint(report));
    if (operations.size() > 1) {
      List<Series> first = operations.stream().map(operation -> firstOf(all, operation)).toList();
      charts.append(
          new Figure(id + "-overview", "Overview", first, Series::operation, false, axes).html());
    }
    for (String operation : operations) {
      Predicate<Series> here = series -> series.operation().equals(operation);
      List<Series> series = all.stream().filter(here).toList();
      charts.append(
          new Figure(id + "-" + operation, operation, series, Series::variant, true, axes).html());
    }
    return charts.toString();
  }

  private static String hint(BenchReport report) {
    String second =
        report.timeColumns().contains(TimeColumn.MEAN)
            ? " The samples are of a second run, so a point may lie below its whisker."
            : "";
    return "<p class=\"hint\">%s</p>\n"
        .formatted(
            Markup.escape(
                "A point is time_us. Its whisker goes from the fastest sample to the 95th percentile"
                    + " of the out-of-place form; with an arrow it goes on beyond the diagram."
                    + second
                    + " All diagrams have the same axes, both logarithmic. Point at a diagram for"
                    + " the figures; click a name to hide its line."));
  }

  private static Series firstOf(List<Series> all, String operation) {
    return all.stream().filter(s -> s.operation().equals(operation)).findFirst().orElseThrow();
  }

  private static String table(String id, BenchReport report) {
    return ReportPage.heading("h2", "", "All measurements", id + "-table")
        + "<p class=\"hint\">%d rows. Size and factors follow nccl-tests. What a column means stands in its tooltip and <a href=\"#%s-columns\">below</a>. Click a column to sort.</p>\n"
            .formatted(report.rows().size(), Markup.escape(id))
        + ReportPage.scroll(HtmlTable.html(report.rows()))
        + columns(id);
  }

  private static String columns(String id) {
    return Columns.meanings().entrySet().stream()
        .map(
            each ->
                "<dt>%s</dt><dd>%s</dd>\n"
                    .formatted(Markup.escape(each.getKey()), Markup.escape(each.getValue())))
        .collect(
            Collectors.joining(
                "",
                "<details class=\"card\" id=\"%s-columns\"><summary>What the columns mean</summary>\n<dl>\n"
                    .formatted(Markup.escape(id)),
                "</dl></details>\n"));
  }

  private static String method(BenchReport report) {
    Settings settings = report.settings();
    StringBuilder items = new StringBuilder();
    items.append(
        ReportPage.item(
            "Clock %s: time is %s. %s."
                .formatted(settings.clock(), report.timeKind(), sentence(settings.clockNote()))));
    report.timeColumns().forEach(column -> items.append(ReportPage.item(column.words() + ".")));
    items.append(
        ReportPage.item(
            "%d timed iterations after %d warm-ups%s. A sample is the slowest rank's; percentiles are"
                    .formatted(
                        settings.iterations(),
                        settings.warmups(),
                        settings.graph() ? ", captured into a graph and replayed" : "")
                + " of nearest rank, so each is a sample."));
    items.append(
        ReportPage.item(
            settings.checked()
                ? "Before each measurement the result was compared with the exact one, bit by bit, on"
                    + " every rank."
                : "Results were not checked."));
    items.append(
        ReportPage.item(
            "algbw is size over time. busbw is algbw times the operation's bus factor, as nccl-tests"
                + " defines it."));
    items.append(
        "<li>Command: <code>%s</code></li>\n".formatted(Markup.escape(settings.command())));
    return items.toString();
  }

  static Map<String, String> facts(BenchReport report) {
    Environment environment = report.environment();
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Backend", environment.backend() + ": " + environment.why());
    facts.put("Library", environment.description());
    facts.put("NCCL version", environment.ncclVersion());
    facts.put("Devices", devices(environment.devices()));
    facts.put("Kernels", environment.kernels());
    facts.put("Processor", environment.cpu() + ", " + environment.cores() + " cores");
    facts.put("Memory", Units.bytes(environment.memoryBytes()));
    facts.put("System", environment.system());
    facts.put("Java", environment.jdk());
    facts.put("JVM flags", String.join(" ", environment.flags()));
    facts.put("jccl", environment.program());
    facts.put("Started", environment.started());
    facts.put("Command", report.settings().command());
    return facts;
  }

  private static String devices(List<String> devices) {
    Map<String, Long> kinds =
        devices.stream()
            .collect(Collectors.groupingBy(d -> d, LinkedHashMap::new, Collectors.counting()));
    return kinds.entrySet().stream()
        .map(kind -> kind.getValue() + " × " + kind.getKey())
        .collect(Collectors.joining(", "));
  }

  private static String refused(BenchReport report) {
    if (report.refused().isEmpty()) {
      return "";
    }
    return report.refused().stream()
        .map(ReportPage::item)
        .collect(
            Collectors.joining(
                "",
                "<details class=\"card\"><summary>%d cases refused by the library</summary><ul>\n"
                    .formatted(report.refused().size()),
                "</ul></details>\n"));
  }
}
