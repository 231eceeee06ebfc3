package org.jccl.benchmarks.site;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.Heading;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.Text;
import org.jccl.benchmarks.report.Markup;
import org.jspecify.annotations.Nullable;

/** Makes each mention of a rule of the book a link to the rule. */
final class RuleLinks {
  private static final Pattern ID = Pattern.compile("\\b[A-Z][A-Z0-9]{1,4}-\\d\\d\\b");

  /** Where each rule stands: page and anchor. */
  private final Map<String, String> places = new HashMap<>();

  private RuleLinks(Documents documents) {
    for (Document each : documents.all()) {
      for (Document.Section section : each.headings()) {
        if (ID.matcher(section.id()).matches()) {
          places.put(section.id(), each.url());
        }
      }
    }
  }

  static void add(Documents documents) {
    RuleLinks links = new RuleLinks(documents);
    documents.all().forEach(links::addTo);
  }

  /**
   * A page that lists all rules, chapter by chapter, as HTML; its address is {@code rules.html}.
   */
  static String list(Documents documents) {
    StringBuilder html = new StringBuilder("<h1>All rules</h1>\n");
    for (Document each : documents.all()) {
      List<Document.Section> rules =
          each.headings().stream().filter(s -> ID.matcher(s.id()).matches()).toList();
      if (!rules.isEmpty()) {
        html.append("<h2>").append(Markup.escape(each.title())).append("</h2>\n<ul>\n");
        for (Document.Section rule : rules) {
          html.append(
              "<li><a href=\"%s#%s\">%s</a></li>\n"
                  .formatted(Markup.escape(each.url()), rule.id(), Markup.escape(rule.words())));
        }
        html.append("</ul>\n");
      }
    }
    return html.toString();
  }

  private void addTo(Document document) {
    List<Node> mentions = new ArrayList<>();
    document
        .root()
        .accept(
            new AbstractVisitor() {
              @Override
              public void visit(Text text) {
                mentions.add(text);
              }

              @Override
              public void visit(Code code) {
                mentions.add(code);
              }

              @Override
              public void visit(Link link) {} // A link in a link is none.

              @Override
              public void visit(Heading heading) {} // Its own anchor is there.
            });
    for (Node each : mentions) {
      if (each instanceof Code code) {
        Link link = link(document, code.getLiteral());
        if (link != null) {
          code.insertBefore(link);
          link.appendChild(code);
        }
      } else if (each instanceof Text text) {
        split(document, text);
      }
    }
  }

  private void split(Document document, Text text) {
    String words = text.getLiteral();
    Matcher found = ID.matcher(words);
    int at = 0;
    while (found.find()) {
      Link link = link(document, found.group());
      if (link == null) {
        continue;
      }
      if (found.start() > at) {
        text.insertBefore(new Text(words.substring(at, found.start())));
      }
      link.appendChild(new Text(found.group()));
      text.insertBefore(link);
      at = found.end();
    }
    text.setLiteral(words.substring(at));
  }

  /** A link to the rule of this id; null if there is none. */
  private @Nullable Link link(Document from, String id) {
    String page = places.get(id);
    if (page == null) {
      return null;
    }
    String way = page.equals(from.url()) ? "" : LinkRewriter.relative(from.url(), page);
    return new Link(way + "#" + id, null);
  }
}
