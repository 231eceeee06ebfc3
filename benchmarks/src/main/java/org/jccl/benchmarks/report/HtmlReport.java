package org.jccl.benchmarks.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * {@code report.html}: one page for people that needs nothing beside itself. It refuses to load
 * anything by its own content security policy, and holds the raw JSON for download.
 */
public final class HtmlReport {
  private HtmlReport() {}

  /** The report as an HTML document. */
  public static String write(BenchReport report) {
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("title", Markup.escape(title(report)));
    parts.put("style", Page.resource("page.css"));
    parts.put("script", Page.resource("page.js"));
    parts.put("backend", Markup.escape(report.environment().backend()));
    parts.put("started", Markup.escape(report.environment().started()));
    parts.put("lead", Markup.escape(report.environment().description()));
    parts.put("note", note(report));
    parts.put("tiles", tiles(report));
    parts.put("environment", environment(report));
    parts.put("refused", refused(report));
    parts.put("figures", figures(report));
    parts.put("table", HtmlTable.html(report.rows()));
    parts.put("json", Markup.script(ReportJson.write(report)));
    return Page.fill(Page.resource("page.html"), parts);
  }

  private static String title(BenchReport report) {
    return "%s on %d ranks".formatted(operations(report), report.settings().ranks());
  }

  private static String operations(BenchReport report) {
    List<String> labels = report.rows().stream().map(Row::operation).distinct().toList();
    return labels.size() == 1 ? labels.getFirst() : labels.size() + " collectives";
  }

  private static String note(BenchReport report) {
    String kind =
        List.of("device", "queued").contains(report.settings().clock()) ? "plain" : "warn";
    return "<p class=\"note %s\">%s.</p>"
        .formatted(kind, Markup.escape(sentence(report.settings().clockNote())));
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
    return tile("ranks", Integer.toString(report.settings().ranks()), "")
        + tile("peak bus bandwidth", Units.gigabytes(peak), "")
        + tile("average bus bandwidth", Units.gigabytes(report.averageBusBandwidth().orElse(0)), "")
        + tile("fastest operation", Units.micros(fastest), "")
        + tile("results", verdict, wrong ? "bad" : report.settings().checked() ? "good" : "");
  }

  private static String tile(String name, String value, String style) {
    return "<div class=\"tile %s\"><b>%s</b><span>%s</span></div>\n"
        .formatted(style, Markup.escape(value), Markup.escape(name));
  }

  private static String environment(BenchReport report) {
    Environment environment = report.environment();
    Settings settings = report.settings();
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
    facts.put(
        "Measured",
        "%d iterations after %d warm-ups%s; the slowest rank counts"
            .formatted(
                settings.iterations(), settings.warmups(), settings.graph() ? ", as graphs" : ""));
    facts.put("Command", settings.command());
    return facts.entrySet().stream()
        .map(
            fact ->
                "<dt>%s</dt><dd>%s</dd>\n".formatted(fact.getKey(), Markup.escape(fact.getValue())))
        .collect(Collectors.joining());
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
        .map(why -> "<li>" + Markup.escape(why) + "</li>\n")
        .collect(
            Collectors.joining(
                "", "<section><h2>Refused by the library</h2><ul>\n", "</ul></section>\n"));
  }

  private static String figures(BenchReport report) {
    List<Series> all = Series.of(report.rows());
    List<String> operations = all.stream().map(Series::operation).distinct().toList();
    StringBuilder figures = new StringBuilder();
    if (operations.size() > 1) {
      List<Series> first = operations.stream().map(operation -> firstOf(all, operation)).toList();
      figures.append(new Figure("overview", "Overview", first, Series::operation, false).html());
    }
    for (String operation : operations) {
      Predicate<Series> here = series -> series.operation().equals(operation);
      List<Series> series = all.stream().filter(here).toList();
      figures.append(new Figure(operation, operation, series, Series::variant, true).html());
    }
    return figures.toString();
  }

  private static Series firstOf(List<Series> all, String operation) {
    return all.stream().filter(s -> s.operation().equals(operation)).findFirst().orElseThrow();
  }
}
