package org.jccl.benchmarks.site;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TableBlock;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.Heading;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.Node;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;

/** A Markdown file, parsed, that becomes a page. */
final class Document {
  /**
   * A heading of the page.
   *
   * @param id its anchor
   * @param level 1 for the title
   * @param words its text
   */
  record Section(String id, int level, String words) {}

  /** A rule of the book begins with such a heading. */
  private static final Pattern RULE = Pattern.compile("([A-Z][A-Z0-9]{1,4}-\\d\\d) .*");

  private static final List<Extension> EXTENSIONS = List.of(TablesExtension.create());

  private final Path source;
  private final String url;
  private final Node root;
  private final List<Section> headings = new ArrayList<>();
  private final Map<Node, String> ids = new HashMap<>();
  private final Set<String> anchors = new HashSet<>();

  private Document(Path source, String url, Node root) {
    this.source = source;
    this.url = url;
    this.root = root;
  }

  /**
   * Parses a file.
   *
   * @param source its path in the source tree
   * @param text what it holds
   */
  static Document parse(Path source, String text) {
    String path = source.toString().replace('\\', '/');
    String url = path.equals("README.md") ? "index.html" : path.replaceFirst("\\.md$", ".html");
    Node root = Parser.builder().extensions(EXTENSIONS).build().parse(text);
    Document document = new Document(source, url, root);
    document.findHeadings();
    return document;
  }

  private void findHeadings() {
    Map<String, Integer> taken = new HashMap<>();
    List<Heading> found = new ArrayList<>();
    root.accept(
        new AbstractVisitor() {
          @Override
          public void visit(Heading heading) {
            found.add(heading);
          }
        });
    for (Heading heading : found) {
      String words = words(heading);
      String slug = slug(words);
      int times = taken.merge(slug, 1, Integer::sum);
      slug = times == 1 ? slug : slug + "-" + (times - 1);
      Matcher rule = RULE.matcher(words);
      String id = rule.matches() ? rule.group(1) : slug;
      anchors.add(id);
      if (!id.equals(slug)) {
        // Links that hosts of repositories understand lead here, too.
        HtmlInline alias = new HtmlInline();
        alias.setLiteral("<span id=\"" + slug + "\"></span>");
        heading.prependChild(alias);
        anchors.add(slug);
      }
      ids.put(heading, id);
      headings.add(new Section(id, heading.getLevel(), words));
    }
  }

  /** The anchor that hosts of repositories give a heading. */
  private static String slug(String words) {
    return words
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\p{L}\\p{N}\\p{Pc}\\- ]", "")
        .replace(' ', '-');
  }

  static String words(Node node) {
    StringBuilder words = new StringBuilder();
    node.accept(
        new AbstractVisitor() {
          @Override
          public void visit(Text text) {
            words.append(text.getLiteral());
          }

          @Override
          public void visit(Code code) {
            words.append(code.getLiteral());
          }
        });
    return words.toString();
  }

  /** Its path in the source tree. */
  Path source() {
    return source;
  }

  /** Its page, from the site's folder. */
  String url() {
    return url;
  }

  /** The parsed file. */
  Node root() {
    return root;
  }

  /** Its headings in order. */
  List<Section> headings() {
    return headings;
  }

  /** Whether a link to this anchor leads somewhere. */
  boolean has(String anchor) {
    return anchors.contains(anchor);
  }

  /** The first heading, or the file's name. */
  String title() {
    return headings.isEmpty() ? source.getFileName().toString() : headings.getFirst().words();
  }

  /** The page's body. */
  String html() {
    return HtmlRenderer.builder()
        .extensions(EXTENSIONS)
        .attributeProviderFactory(
            context ->
                (node, tag, attributes) -> {
                  String id = ids.get(node);
                  if (id != null) {
                    attributes.put("id", id);
                  }
                  if (node instanceof TableBlock) {
                    attributes.put("class", "table");
                  }
                })
        .nodeRendererFactory(Diagrams::new)
        .build()
        .render(root)
        .replace("<table class=\"table\">", "<div class=\"scroll\" tabindex=\"0\"><table>")
        .replace("</table>", "</table></div>")
        .replaceAll(
            "(<h[1-6] id=\"([^\"]+)\">)(.*?)(</h[1-6]>)",
            "$1$3 <a class=\"anchor\" href=\"#$2\" aria-label=\"Link to this\">#</a>$4");
  }
}
