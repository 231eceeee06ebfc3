package org.jccl.benchmarks.site;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the search looks through: a script that a page loads from its own folder, so that it works
 * without a server. An entry is a section: address, page, heading, words.
 */
final class SearchIndex {
  private static final Pattern HEADING =
      Pattern.compile("<h[1-6] id=\"([^\"]+)\">(.*?)</h[1-6]>", Pattern.DOTALL);

  private final List<List<String>> entries = new ArrayList<>();

  /** A page, section by section. */
  void add(Document document, String body) {
    Matcher heading = HEADING.matcher(body);
    String id = "";
    String words = document.title();
    int at = 0;
    while (heading.find()) {
      add(document, id, words, body.substring(at, heading.start()));
      id = heading.group(1);
      words = plain(heading.group(2)).replaceFirst(" #$", "");
      at = heading.end();
    }
    add(document, id, words, body.substring(at));
  }

  private void add(Document document, String id, String heading, String html) {
    String words = plain(html);
    if (!words.isEmpty() || !id.isEmpty()) {
      String url = document.url() + (id.isEmpty() ? "" : "#" + id);
      entries.add(List.of(url, document.title(), heading, words));
    }
  }

  /** The types of the API's documentation. */
  void addTypes(Path javadoc) throws IOException {
    try (Stream<Path> files = Files.walk(javadoc)) {
      for (Path each : files.filter(SearchIndex::isType).sorted().toList()) {
        String path = javadoc.relativize(each).toString().replace('\\', '/');
        String name = each.getFileName().toString().replaceFirst("\\.html$", "");
        String home = path.replaceFirst("^[^/]+/", "").replaceFirst("\\.html$", "");
        entries.add(List.of("javadoc/" + path, "API", name, home.replace('/', '.')));
      }
    }
  }

  private static boolean isType(Path file) {
    return file.getFileName().toString().matches("[A-Z][A-Za-z0-9.]*\\.html");
  }

  private static String plain(String html) {
    return html.replaceAll("<[^>]*>", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
        .replaceAll("\\s+", " ")
        .strip();
  }

  /** The script. */
  String script() throws IOException {
    return "window.searchIndex=" + JSON.std.asString(entries) + ";\n";
  }
}
