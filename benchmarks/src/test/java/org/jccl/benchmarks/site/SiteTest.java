package org.jccl.benchmarks.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jccl.benchmarks.house.Repository;
import org.jccl.benchmarks.json.JsonNode;
import org.jccl.conformance.book.Rule;
import org.jccl.conformance.book.RuleBook;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The documentation becomes pages in which every link leads somewhere. */
class SiteTest {
  @TempDir private Path folder;

  private static List<Path> pages(Path site) throws IOException {
    try (Stream<Path> files = Files.walk(site)) {
      return files.filter(file -> file.toString().endsWith(".html")).toList();
    }
  }

  /** A source tree of the files {@code name, text, name, text, …}. */
  private Path tree(String... files) throws IOException {
    Path root = folder.resolve("tree");
    for (int i = 0; i < files.length; i += 2) {
      Path file = root.resolve(files[i]);
      Files.createDirectories(file.getParent());
      Files.writeString(file, files[i + 1]);
    }
    return root;
  }

  @Test
  void theWholeDocumentation_hasNoDeadLink_andAnAnchorForEachRule() throws Exception {
    Path site = folder.resolve("site");
    int made = SiteBuilder.build(Repository.root(), site, null, null);

    assertThat(LinkCheck.dead(site, "javadoc")).isEmpty();
    assertThat(made).isGreaterThan(100);
    List<String> lost = new ArrayList<>();
    String list = Files.readString(site.resolve("rules.html"));
    StringBuilder book = new StringBuilder();
    for (Path page : pages(site.resolve("docs/spec"))) {
      book.append(Files.readString(page));
    }
    for (Rule rule : RuleBook.load().rules()) {
      boolean isThere = book.indexOf(" id=\"" + rule.id() + "\"") >= 0;
      if (!isThere || !list.contains("#" + rule.id() + "\"")) {
        lost.add(rule.id());
      }
    }
    assertThat(lost).isEmpty();
    for (String page : List.of("index.html", "docs/testing.html", "docs/spec/STATUS.html")) {
      assertThat(Files.readString(site.resolve(page)))
          .doesNotContain("{{")
          .doesNotContainPattern("<(script|link|img)[^>]* (src|href)=\"https?:");
    }
    String index = Files.readString(site.resolve("search-index.js"));
    assertThat(index).startsWith("window.searchIndex=[").endsWith(";\n").contains("#SIM-28\"");
    String json = index.substring(index.indexOf('['), index.length() - 2);
    assertThat(JsonNode.parse("index", json).elements()).hasSizeGreaterThan(500);
  }

  @Test
  void linksBetweenFiles_becomeLinksBetweenPages() throws Exception {
    Path root =
        tree(
            "README.md",
            "# Top\n\nSee [a](docs/a.md#two-words), [code](src/X.java), [all](src/), TYP-01.\n",
            "docs/a.md",
            "# A\n\n## Two words\n\n[up](../README.md) `TYP-01` [raw](b.csv) [out](https://x.y/)\n",
            "docs/b.csv",
            "1,2\n",
            "docs/spec/01.md",
            "# 1. Types\n\n### TYP-01 A rule\n\nText of `<b>`.\n\n| a | b |\n|---|---|\n| 1 | [2](#typ-01-a-rule) |\n",
            "src/X.java",
            "class X<T> {}\n");
    Path site = folder.resolve("site");
    SiteBuilder.build(root, site, null, null);

    assertThat(Files.readString(site.resolve("index.html")))
        .contains(
            "<a href=\"docs/a.html#two-words\">a</a>",
            "<a href=\"src/X.java.html\">code</a>",
            "<a href=\"src/files.html\">all</a>",
            "<a href=\"docs/spec/01.html#TYP-01\">TYP-01</a>");
    assertThat(Files.readString(site.resolve("docs/a.html")))
        .contains(
            "<a href=\"../index.html\">up</a>",
            "<a href=\"spec/01.html#TYP-01\"><code>TYP-01</code></a>",
            "<a href=\"b.csv\">raw</a>",
            "<a href=\"https://x.y/\">out</a>",
            "<h2 id=\"two-words\">Two words ");
    assertThat(Files.readString(site.resolve("docs/spec/01.html")))
        .contains("<h3 id=\"TYP-01\">", "&lt;b&gt;", "<table>", "href=\"#typ-01-a-rule\"");
    assertThat(Files.readString(site.resolve("src/X.java.html"))).contains("class X&lt;T&gt; {}");
  }

  @Test
  void aDeadLink_isNamed_andTheOldPagesStay() throws Exception {
    Path site = folder.resolve("site");
    SiteBuilder.build(tree("README.md", "# Old\n"), site, null, null);
    for (String link : List.of("gone.md", "#gone", "docs/a.md#gone", "../outside.md")) {
      Path root = tree("README.md", "# New\n\n[x](" + link + ")\n", "docs/a.md", "# A\n");
      assertThatThrownBy(() -> SiteBuilder.build(root, site, null, null))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("README.md: " + link);
    }
    assertThat(Files.readString(site.resolve("index.html"))).contains(">Old ");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("site", "tree");
    }
  }

  @Test
  void aFolderOfOurs_isReplaced_andAnotherIsNot() throws Exception {
    Path site = folder.resolve("site");
    SiteBuilder.build(tree("README.md", "# Old\n", "docs/old.md", "# Old\n"), site, null, null);
    Files.delete(folder.resolve("tree/docs/old.md"));
    SiteBuilder.build(tree("README.md", "# New\n"), site, null, null);
    assertThat(Files.readString(site.resolve("index.html"))).contains(">New ");
    assertThat(site.resolve("docs/old.html")).doesNotExist();

    Path foreign = Files.createDirectories(folder.resolve("foreign"));
    Files.writeString(foreign.resolve("mine.txt"), "mine");
    assertThatThrownBy(() -> SiteBuilder.build(folder.resolve("tree"), foreign, null, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has other files in it");
    assertThat(foreign.resolve("mine.txt")).exists();
  }

  @Test
  void theApi_isPartOfIt_andFound() throws Exception {
    Path javadoc = Files.createDirectories(folder.resolve("javadoc/org.x/org/x"));
    Files.writeString(javadoc.resolve("Thing.html"), "<p id=\"a\">");
    Files.writeString(folder.resolve("javadoc/index.html"), "<p>");
    Path site = folder.resolve("site");
    SiteBuilder.build(tree("README.md", "# Top\n"), site, folder.resolve("javadoc"), "<p>all");
    assertThat(site.resolve("javadoc/org.x/org/x/Thing.html")).exists();
    assertThat(site.resolve("measurements.html")).hasContent("<p>all");
    assertThat(Files.readString(site.resolve("search-index.js")))
        .contains("[\"javadoc/org.x/org/x/Thing.html\",\"API\",\"Thing\",\"org.x.Thing\"]");
    assertThat(Files.readString(site.resolve("index.html")))
        .contains("href=\"javadoc/index.html\"", "href=\"measurements.html\"");
  }

  @Test
  void theCheck_findsWhatIsBroken() throws Exception {
    Path site = Files.createDirectories(folder.resolve("site"));
    Files.writeString(
        site.resolve("a.html"), "<p id=\"x\"><a href=\"b.html#y\"><img src=\"c.svg\">");
    Files.writeString(site.resolve("b.html"), "<a href=\"a.html#x\"><a href=\"a.html#z\">");
    assertThat(LinkCheck.dead(site, "javadoc"))
        .containsExactly("a.html: b.html#y", "a.html: c.svg", "b.html: a.html#z");
  }
}
