package org.jccl.benchmarks.site;

import java.util.Map;
import java.util.Set;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.Node;
import org.commonmark.renderer.NodeRenderer;
import org.commonmark.renderer.html.HtmlNodeRendererContext;
import org.commonmark.renderer.html.HtmlWriter;

/** Renders pieces of code; those that are diagrams of Mermaid as pictures. */
final class Diagrams implements NodeRenderer {
  private final HtmlNodeRendererContext context;

  Diagrams(HtmlNodeRendererContext context) {
    this.context = context;
  }

  @Override
  public Set<Class<? extends Node>> getNodeTypes() {
    return Set.of(FencedCodeBlock.class);
  }

  @Override
  public void render(Node node) {
    FencedCodeBlock code = (FencedCodeBlock) node;
    HtmlWriter html = context.getWriter();
    String info = code.getInfo();
    String picture = info.equals("mermaid") ? Flowchart.svg(code.getLiteral()) : "";
    html.line();
    if (!picture.isEmpty()) {
      html.raw(picture);
      return;
    }
    html.tag("pre");
    html.tag("code", info.isEmpty() ? Map.of() : Map.of("class", "language-" + info));
    html.text(code.getLiteral());
    html.tag("/code");
    html.tag("/pre");
    html.line();
  }
}
