package org.jccl.benchmarks.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jccl.CleanText;

/**
 * Measurements of one or several kinds as one page that needs nothing beside itself. Its own
 * content security policy refuses to load anything; the raw data lie inside. Diagrams come first,
 * then the table, how it was measured, and, folded, where.
 */
public final class ReportPage {
  /** With more parts their list is folded: the first charts are what one sees first. */
  private static final int FEW = 4;

  private ReportPage() {}

  /**
   * The page as an HTML document.
   *
   * @param title its title, as text; the only part's heading if there is one part
   * @param given what it shows, in this order
   */
  public static String write(String title, List<Part> given) {
    List<Part> parts = told(given);
    boolean single = parts.size() == 1;
    Map<String, String> places = new LinkedHashMap<>();
    places.put("title", Markup.escape(title));
    places.put("style", Page.resource("page.css"));
    places.put("script", Page.resource("page.js"));
    places.put("kinds", kinds(parts));
    places.put("nav", nav(parts, single));
    places.put(
        "parts", parts.stream().map(part -> part(part, single)).collect(Collectors.joining("\n")));
    return Page.fill(Page.resource("page.html"), places);
  }

  /** Headings that are alike get the time of their run. */
  private static List<Part> told(List<Part> parts) {
    return parts.stream()
        .map(
            part -> {
              boolean isAlone =
                  parts.stream().filter(p -> p.heading().equals(part.heading())).count() == 1;
              return isAlone || part.started().isEmpty()
                  ? part
                  : part.withHeading(part.heading() + ", " + part.started());
            })
        .toList();
  }

  private static String kinds(List<Part> parts) {
    if (parts.size() > FEW) {
      return CleanText.count(parts.size(), "measurement");
    }
    return parts.stream()
        .map(
            part ->
                "<span class=\"chip\">%s</span> <time>%s</time>"
                    .formatted(Markup.escape(part.kind()), Markup.escape(part.started())))
        .collect(Collectors.joining(" "));
  }

  private static String nav(List<Part> parts, boolean single) {
    boolean folded = parts.size() > FEW;
    StringBuilder nav =
        new StringBuilder(folded ? "<details class=\"contents\"><summary>Contents</summary>" : "");
    nav.append("<nav aria-label=\"Sections\">");
    for (Part part : parts) {
      if (!single) {
        nav.append("<span>").append(link(part.id(), part.heading())).append(": ");
      }
      if (!part.charts().isEmpty()) {
        nav.append(link(part.id() + "-charts", "charts")).append(' ');
      }
      nav.append(link(part.id() + "-table", "table")).append(' ');
      nav.append(link(part.id() + "-method", "how it was measured")).append(' ');
      nav.append(link(part.id() + "-environment", "environment")).append(' ');
      nav.append(link(part.id() + "-data", "raw data"));
      nav.append(single ? "" : "</span> ");
    }
    return nav.append("</nav>").append(folded ? "</details>" : "").toString();
  }

  private static String link(String id, String words) {
    return "<a href=\"#%s\">%s</a>".formatted(Markup.escape(id), Markup.escape(words));
  }

  private static String part(Part part, boolean single) {
    String id = part.id();
    StringBuilder html = new StringBuilder("<article id=\"%s\">\n".formatted(Markup.escape(id)));
    if (!single) {
      html.append(heading("h2", "", part.heading(), id));
    }
    html.append("<p class=\"lead\">").append(Markup.escape(part.lead())).append("</p>\n");
    html.append(part.note());
    html.append("<div class=\"tiles\">\n").append(part.tiles()).append("</div>\n");
    if (!part.charts().isEmpty()) {
      html.append("<section id=\"%s-charts\">\n".formatted(Markup.escape(id)));
      html.append(part.charts()).append("</section>\n");
    }
    html.append("<section id=\"%s-table\">\n".formatted(Markup.escape(id)));
    html.append(part.table()).append("</section>\n");
    html.append("<section class=\"card\" id=\"%s-method\">\n".formatted(Markup.escape(id)));
    html.append(heading("h2", "", "How this was measured", id + "-method"));
    html.append("<ul>\n").append(part.method()).append("</ul>\n</section>\n");
    html.append("<details class=\"card\" id=\"%s-environment\">\n".formatted(Markup.escape(id)));
    html.append("<summary>Environment: ").append(Markup.escape(summary(part.facts())));
    html.append("</summary>\n<dl>\n").append(facts(part.facts())).append("</dl>\n</details>\n");
    html.append(data(part));
    return html.append("</article>\n").toString();
  }

  /** What stands on the folded line: enough to know whose numbers these are. */
  private static String summary(Map<String, String> facts) {
    return facts.entrySet().stream()
        .filter(fact -> List.of("Devices", "Processor", "Java").contains(fact.getKey()))
        .map(Map.Entry::getValue)
        .collect(Collectors.joining("; "));
  }

  private static String data(Part part) {
    String id = Markup.escape(part.id());
    return """
        <p class="data" id="%1$s-data"><button type="button" class="download" data-of="%1$s-json" \
        data-file="%2$s">Download %2$s</button> <span>All raw data of this section lie inside this \
        page: %3$s.</span></p>
        <script type="application/json" id="%1$s-json">
        %4$s</script>
        """
        .formatted(
            id,
            Markup.escape(part.file()),
            Units.bytes(part.json().length()),
            Markup.script(part.json()));
  }

  /** A heading that can be linked to. */
  public static String heading(String tag, String style, String words, String id) {
    return "<%1$s%2$s>%3$s <a class=\"anchor\" href=\"#%4$s\" aria-label=\"Link to this\">#</a></%1$s>\n"
        .formatted(
            tag,
            style.isEmpty() ? "" : " class=\"" + style + "\"",
            Markup.escape(words),
            Markup.escape(id));
  }

  /** One main figure; {@code style} is empty, {@code good} or {@code bad}. */
  public static String tile(String name, String value, String style) {
    return "<div class=\"tile %s\"><b>%s</b><span>%s</span></div>\n"
        .formatted(style, Markup.escape(value), Markup.escape(name));
  }

  /** One item of the list that says how it was measured. */
  public static String item(String words) {
    return "<li>" + Markup.escape(words) + "</li>\n";
  }

  /**
   * Heads of columns that can be sorted.
   *
   * @param texts names of those that hold words; the others hold numbers
   * @param names all names
   * @param meanings what a column means, by its name; those that say it themselves have none
   */
  public static void heads(
      StringBuilder html, List<String> texts, List<String> names, Map<String, String> meanings) {
    for (String name : names) {
      html.append(
          "<th class=\"%s\" title=\"%s\"><span role=\"button\" tabindex=\"0\">%s</span></th>"
              .formatted(
                  texts.contains(name) ? "text" : "",
                  Markup.escape(meanings.getOrDefault(name, "")),
                  Markup.escape(name)));
    }
  }

  /** A table that scrolls within itself, and says so where it is cut. */
  public static String scroll(String table) {
    return "<div class=\"cut\"><div class=\"scroll\" tabindex=\"0\">\n" + table + "</div></div>\n";
  }

  private static String facts(Map<String, String> facts) {
    return facts.entrySet().stream()
        .map(
            fact ->
                "<dt>%s</dt><dd>%s</dd>\n"
                    .formatted(Markup.escape(fact.getKey()), Markup.escape(fact.getValue())))
        .collect(Collectors.joining());
  }
}
