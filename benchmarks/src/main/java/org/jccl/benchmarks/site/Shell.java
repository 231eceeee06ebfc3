package org.jccl.benchmarks.site;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jccl.benchmarks.report.Markup;
import org.jccl.benchmarks.report.Page;

/** What stands around every page: search, the list of all pages, the page's own sections. */
final class Shell {
  /** Where a list begins that this page belongs to. */
  private record Group(String name, List<Document> pages) {}

  private static final String BOOK = "Rule book";
  private static final String REPORTS = "Reports";

  private final List<Group> groups = new ArrayList<>();
  private final boolean hasJavadoc;
  private final boolean hasMeasurements;

  Shell(Documents documents, boolean hasJavadoc, boolean hasMeasurements) {
    this.hasJavadoc = hasJavadoc;
    this.hasMeasurements = hasMeasurements;
    Map<String, List<Document>> sorted = new LinkedHashMap<>();
    for (String name : List.of("Guides", BOOK, REPORTS, "Project")) {
      sorted.put(name, new ArrayList<>());
    }
    for (Document each : documents.all()) {
      sorted.getOrDefault(group(each.source()), List.of()).add(each);
    }
    sorted.forEach((name, pages) -> groups.add(new Group(name, pages)));
  }

  private static String group(Path source) {
    String path = source.toString().replace('\\', '/');
    if (path.startsWith("docs/spec/")) {
      return BOOK;
    }
    if (path.startsWith("docs/reports/")) {
      return REPORTS;
    }
    return path.startsWith("docs/") || path.equals("README.md") ? "Guides" : "Project";
  }

  /**
   * A whole page.
   *
   * @param url its address from the site's folder
   * @param title its title, as text
   * @param body its content, as HTML
   * @param headings its sections
   */
  String page(String url, String title, String body, List<Document.Section> headings) {
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("title", Markup.escape(title));
    parts.put("root", LinkRewriter.relative(url, "index.html").replaceFirst("index\\.html$", ""));
    parts.put("home", LinkRewriter.relative(url, "index.html"));
    parts.put("nav", nav(url));
    parts.put("sections", sections(headings));
    parts.put("body", body);
    return Page.fill(resource("site.html"), parts);
  }

  private String nav(String url) {
    StringBuilder nav = new StringBuilder();
    for (Group group : groups) {
      boolean isHere = group.pages.stream().anyMatch(page -> page.url().equals(url));
      nav.append(
          "<details%s><summary>%s</summary><ul>\n".formatted(isHere ? " open" : "", group.name));
      for (Document page : group.pages) {
        nav.append(
            "<li><a href=\"%s\"%s>%s</a></li>\n"
                .formatted(
                    Markup.escape(LinkRewriter.relative(url, page.url())),
                    page.url().equals(url) ? " aria-current=\"page\"" : "",
                    Markup.escape(page.title())));
      }
      if (group.name.equals(BOOK)) {
        nav.append(
            "<li><a href=\"%s\">All rules</a></li>\n"
                .formatted(Markup.escape(LinkRewriter.relative(url, SiteBuilder.RULES))));
      }
      if (group.name.equals(REPORTS) && hasMeasurements) {
        nav.append(
            "<li><a href=\"%s\">All measurements on one page</a></li>\n"
                .formatted(Markup.escape(LinkRewriter.relative(url, SiteBuilder.MEASUREMENTS))));
      }
      nav.append("</ul></details>\n");
    }
    if (hasJavadoc) {
      nav.append(
          "<p><a href=\"%s\">API (Javadoc)</a></p>\n"
              .formatted(Markup.escape(LinkRewriter.relative(url, "javadoc/index.html"))));
    }
    return nav.toString();
  }

  private static String sections(List<Document.Section> headings) {
    StringBuilder list = new StringBuilder();
    for (Document.Section each : headings) {
      if (each.level() == 2 || each.level() == 3) {
        list.append(
            "<li class=\"l%d\"><a href=\"#%s\">%s</a></li>\n"
                .formatted(each.level(), Markup.escape(each.id()), Markup.escape(each.words())));
      }
    }
    return list.isEmpty()
        ? ""
        : "<details class=\"sections\"><summary>On this page</summary><ul>\n"
            + list
            + "</ul></details>\n";
  }

  /** A file beside this class. */
  static String resource(String name) {
    try (InputStream in = Shell.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing from the program");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
