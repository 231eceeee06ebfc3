package org.jccl.benchmarks.site;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jccl.benchmarks.report.Markup;

/**
 * Files that documents link to. What a browser shows comes along as it is; another text becomes a
 * page, and a folder a list of what is in it.
 */
final class Attached {
  /** Kinds of files that browsers show, or rightly keep. */
  private static final Set<String> SHOWN =
      Set.of("html", "json", "csv", "txt", "svg", "png", "gz", "jsonl");

  private final Path root;
  private final Set<Path> known = new HashSet<>();
  private final Deque<Path> open = new ArrayDeque<>();

  Attached(Path root) {
    this.root = root;
  }

  /** Takes a file or a folder in; its address from the site's folder. */
  String add(Path source) {
    if (known.add(source)) {
      open.add(source);
    }
    String path = source.toString().replace('\\', '/');
    if (Files.isDirectory(root.resolve(source))) {
      return path + "/files.html";
    }
    return SHOWN.contains(ending(source)) ? path : path + ".html";
  }

  private static String ending(Path file) {
    String name = file.getFileName().toString();
    return name.substring(name.lastIndexOf('.') + 1);
  }

  /** Writes all; how many pages were made of them. */
  int write(Path made, Shell shell) throws IOException {
    int pages = 0;
    while (!open.isEmpty()) {
      Path source = open.removeFirst();
      String url = add(source);
      Path file = root.resolve(source);
      if (Files.isDirectory(file)) {
        SiteBuilder.put(made, url, shell.page(url, source.toString(), folder(source), List.of()));
      } else if (SHOWN.contains(ending(source))) {
        Path target = made.resolve(url);
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
        continue;
      } else {
        SiteBuilder.put(made, url, shell.page(url, source.toString(), text(source), List.of()));
      }
      pages++;
    }
    return pages;
  }

  private String folder(Path source) throws IOException {
    StringBuilder html = new StringBuilder(heading(source)).append("<ul>\n");
    try (Stream<Path> entries = Files.list(root.resolve(source))) {
      for (Path each : entries.sorted().toList()) {
        String name = each.getFileName().toString();
        Path entry = source.resolve(name);
        boolean isFolder = Files.isDirectory(each);
        if (name.startsWith(".") || name.equals("target")) {
          continue;
        }
        String address =
            name.endsWith(".md") && source.startsWith("docs")
                ? name.replaceFirst("\\.md$", ".html")
                : LinkRewriter.relative(source + "/files.html", add(entry));
        html.append(
            "<li><a href=\"%s\">%s%s</a></li>\n"
                .formatted(Markup.escape(address), Markup.escape(name), isFolder ? "/" : ""));
      }
    }
    return html.append("</ul>\n").toString();
  }

  private String text(Path source) throws IOException {
    try {
      return heading(source)
          + "<pre class=\"file\"><code>"
          + Markup.escape(Files.readString(root.resolve(source)))
          + "</code></pre>\n";
    } catch (CharacterCodingException noText) {
      throw new IOException(source + " is linked, and neither text nor of a known kind", noText);
    }
  }

  private static String heading(Path source) {
    return "<h1>" + Markup.escape(source.toString().replace('\\', '/')) + "</h1>\n";
  }
}
