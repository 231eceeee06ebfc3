package org.jccl.benchmarks.site;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Looks at finished pages: each link to a file or an anchor leads somewhere. */
final class LinkCheck {
  private static final Pattern LINK = Pattern.compile("<[a-z][^<>]*? (?:href|src)=\"([^\"]*)\"");
  private static final Pattern ID = Pattern.compile(" id=\"([^\"]*)\"");

  private final Path site;
  private final Map<Path, Set<String>> anchors = new HashMap<>();

  private LinkCheck(Path site) {
    this.site = site;
  }

  /**
   * The links that lead nowhere, each as {@code page: link}.
   *
   * @param site the folder of the pages
   * @param passedOver a folder in it whose own pages are not looked at: somebody else made them
   */
  static List<String> dead(Path site, String passedOver) throws IOException {
    LinkCheck check = new LinkCheck(site);
    List<String> dead = new ArrayList<>();
    List<Path> pages;
    try (Stream<Path> files = Files.walk(site)) {
      pages =
          files
              .filter(each -> each.toString().endsWith(".html"))
              .filter(each -> !each.startsWith(site.resolve(passedOver)))
              .sorted()
              .toList();
    }
    for (Path page : pages) {
      Matcher link = LINK.matcher(withoutScripts(Files.readString(page)));
      while (link.find()) {
        if (!check.leadsSomewhere(page, link.group(1).replace("&amp;", "&"))) {
          dead.add(site.relativize(page) + ": " + link.group(1));
        }
      }
    }
    return dead;
  }

  private static String withoutScripts(String html) {
    StringBuilder text = new StringBuilder();
    int at = 0;
    while (true) {
      int begin = html.indexOf("<script", at);
      int end = begin < 0 ? -1 : html.indexOf("</script>", begin);
      if (end < 0) {
        return text.append(html, at, html.length()).toString();
      }
      int body = html.indexOf('>', begin) + 1;
      text.append(html, at, body);
      at = end;
    }
  }

  private boolean leadsSomewhere(Path page, String link) throws IOException {
    if (link.matches("[A-Za-z][A-Za-z0-9+.-]*:.*")) {
      return true;
    }
    int hash = link.indexOf('#');
    String path = hash < 0 ? link : link.substring(0, hash);
    String anchor = hash < 0 ? "" : link.substring(hash + 1);
    Path target =
        path.isEmpty()
            ? page
            : page.resolveSibling(URLDecoder.decode(path, StandardCharsets.UTF_8)).normalize();
    if (!target.startsWith(site) || !Files.isRegularFile(target)) {
      return false;
    }
    return anchor.isEmpty()
        || anchors(target).contains(URLDecoder.decode(anchor, StandardCharsets.UTF_8));
  }

  private Set<String> anchors(Path page) throws IOException {
    Set<String> found = anchors.get(page);
    if (found == null) {
      found = new HashSet<>();
      Matcher id = ID.matcher(Files.readString(page));
      while (id.find()) {
        found.add(id.group(1));
      }
      anchors.put(page, found);
    }
    return found;
  }
}
