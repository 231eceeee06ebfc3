package org.jccl.benchmarks.site;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Image;
import org.commonmark.node.Link;

/** Turns links between files of the source tree into links between pages. */
final class LinkRewriter {
  private final Path root;
  private final Documents documents;
  private final Attached attached;
  private final List<String> dead;

  /**
   * A rewriter.
   *
   * @param attached is told which files that are no documents are linked
   * @param dead takes a line for each link that leads nowhere
   */
  LinkRewriter(Path root, Documents documents, Attached attached, List<String> dead) {
    this.root = root;
    this.documents = documents;
    this.attached = attached;
    this.dead = dead;
  }

  void rewrite(Document document) {
    document
        .root()
        .accept(
            new AbstractVisitor() {
              @Override
              public void visit(Link link) {
                link.setDestination(target(document, link.getDestination()));
                visitChildren(link);
              }

              @Override
              public void visit(Image image) {
                image.setDestination(target(document, image.getDestination()));
                visitChildren(image);
              }
            });
  }

  private String target(Document from, String destination) {
    if (destination.matches("[A-Za-z][A-Za-z0-9+.-]*:.*")) {
      return destination;
    }
    int hash = destination.indexOf('#');
    String path = hash < 0 ? destination : destination.substring(0, hash);
    String anchor = hash < 0 ? "" : destination.substring(hash + 1);
    if (path.isEmpty()) {
      return from.has(anchor) ? "#" + anchor : lost(from, destination);
    }
    Path file =
        root.resolve(from.source())
            .resolveSibling(URLDecoder.decode(path, StandardCharsets.UTF_8))
            .normalize();
    if (!file.startsWith(root) || !Files.exists(file)) {
      return lost(from, destination);
    }
    Path source = root.relativize(file);
    Document document =
        documents.find(Files.isDirectory(file) ? source.resolve("README.md") : source);
    if (document == null) {
      return relative(from.url(), attached.add(source));
    }
    if (!anchor.isEmpty() && !document.has(anchor)) {
      return lost(from, destination);
    }
    return relative(from.url(), document.url()) + (anchor.isEmpty() ? "" : "#" + anchor);
  }

  private String lost(Document from, String destination) {
    dead.add(from.source() + ": " + destination);
    return destination;
  }

  /** The way from one page to another. */
  static String relative(String from, String to) {
    Path folder = Path.of(from).getParent();
    Path way = folder == null ? Path.of(to) : folder.relativize(Path.of(to));
    return way.toString().replace('\\', '/');
  }
}
