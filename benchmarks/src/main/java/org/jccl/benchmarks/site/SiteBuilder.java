package org.jccl.benchmarks.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Builds the pages of a source tree. The folder is made whole, or left as it was. */
public final class SiteBuilder {
  /** By this file a folder is known as one of ours, which may be replaced. */
  private static final String MARK = ".jccl-site";

  /** The list of all rules. */
  static final String RULES = "rules.html";

  /** The page of all kept measurements. */
  static final String MEASUREMENTS = "measurements.html";

  private final Path root;
  private final @Nullable Path javadoc;

  private final @Nullable String measurements;

  private SiteBuilder(Path root, @Nullable Path javadoc, @Nullable String measurements) {
    this.root = root;
    this.javadoc = javadoc;
    this.measurements = measurements;
  }

  /**
   * Builds the site of the sources at {@code root} in {@code out}.
   *
   * @param root the source tree
   * @param out a folder that does not exist, is empty, or was built by this
   * @param javadoc the API's documentation, which becomes a part of it; null for none
   * @param measurements a page of all kept measurements, as HTML; null for none
   * @return how many pages it has
   * @throws IllegalArgumentException if {@code out} is none of these, in one line
   * @throws IOException if it cannot be built: a dead link is named with its page; then {@code out}
   *     is as it was
   */
  public static int build(
      Path root, Path out, @Nullable Path javadoc, @Nullable String measurements)
      throws IOException {
    return new SiteBuilder(root.toRealPath(), javadoc, measurements)
        .build(out.toAbsolutePath().normalize());
  }

  private int build(Path out) throws IOException {
    requireOurs(out);
    Path parent = out.getParent();
    if (parent == null) {
      throw new IllegalArgumentException("'" + out + "' is no folder to write: name another");
    }
    Files.createDirectories(parent);
    // No temporary folder of the JDK: those are for their owner alone, and a site is for all.
    Path made =
        Files.createDirectory(
            parent.resolve(
                ".jccl-site-" + ProcessHandle.current().pid() + "-" + System.nanoTime()));
    try {
      int pages = write(made);
      List<String> dead = LinkCheck.dead(made, "javadoc");
      if (!dead.isEmpty()) {
        throw new IOException("dead links:\n  " + String.join("\n  ", dead));
      }
      replace(out, made);
      return pages;
    } finally {
      delete(made);
    }
  }

  private static void requireOurs(Path out) throws IOException {
    if (!Files.exists(out)) {
      return;
    }
    if (!Files.isDirectory(out)) {
      throw new IllegalArgumentException("'" + out + "' is a file: name a folder");
    }
    try (Stream<Path> entries = Files.list(out)) {
      if (!Files.exists(out.resolve(MARK)) && entries.findAny().isPresent()) {
        throw new IllegalArgumentException(
            "'" + out + "' has other files in it: name an empty folder");
      }
    }
  }

  private int write(Path made) throws IOException {
    Documents documents = Documents.read(root);
    List<String> dead = new ArrayList<>();
    Attached attached = new Attached(root);
    LinkRewriter links = new LinkRewriter(root, documents, attached, dead);
    documents.all().forEach(links::rewrite);
    RuleLinks.add(documents);
    Shell shell = new Shell(documents, javadoc != null, measurements != null);
    SearchIndex index = new SearchIndex();
    for (Document each : documents.all()) {
      String body = each.html();
      index.add(each, body);
      put(made, each.url(), shell.page(each.url(), each.title(), body, each.headings()));
    }
    put(made, RULES, shell.page(RULES, "All rules", RuleLinks.list(documents), List.of()));
    int attachedPages = attached.write(made, shell);
    if (!dead.isEmpty()) {
      throw new IOException("dead links:\n  " + String.join("\n  ", dead));
    }
    if (measurements != null) {
      put(made, MEASUREMENTS, measurements);
    }
    if (javadoc != null) {
      copy(javadoc, made.resolve("javadoc"));
      index.addTypes(javadoc);
    }
    put(made, "search-index.js", index.script());
    put(made, "site.css", Shell.resource("site.css"));
    put(made, "site.js", Shell.resource("site.js"));
    put(made, MARK, "made by ./jccl site, which may replace this folder\n");
    return documents.all().size() + 1 + attachedPages;
  }

  static void put(Path folder, String url, String text) throws IOException {
    Path file = folder.resolve(url);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static void replace(Path out, Path made) throws IOException {
    if (!Files.exists(out)) {
      Files.move(made, out);
      return;
    }
    Path old = Files.createTempDirectory(out.getParent(), ".jccl-old-");
    Files.move(out, old.resolve("site"));
    try {
      Files.move(made, out);
    } catch (IOException failed) {
      Files.move(old.resolve("site"), out);
      throw failed;
    } finally {
      delete(old);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : all.toList()) {
        Path target = to.resolve(from.relativize(each).toString());
        if (Files.isDirectory(each)) {
          Files.createDirectories(target);
        } else {
          Files.copy(each, target);
        }
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
