package org.jccl.benchmarks.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All Markdown files that become pages, in the order of their paths. */
final class Documents {
  private static final List<String> TOP = List.of("README.md", "CHANGELOG.md", "CONTRIBUTING.md");

  private final Map<Path, Document> all = new LinkedHashMap<>();

  private Documents() {}

  static Documents read(Path root) throws IOException {
    Documents documents = new Documents();
    for (String name : TOP) {
      if (Files.exists(root.resolve(name))) {
        documents.add(root, root.resolve(name));
      }
    }
    if (Files.isDirectory(root.resolve("docs"))) {
      try (Stream<Path> files = Files.walk(root.resolve("docs"))) {
        for (Path file :
            files
                .filter(each -> each.toString().endsWith(".md") && !isBuilt(root, each))
                .sorted()
                .toList()) {
          documents.add(root, file);
        }
      }
    }
    if (documents.all.isEmpty()) {
      throw new IOException("'" + root + "' has no README.md and no docs: is it a source tree?");
    }
    return documents;
  }

  private static boolean isBuilt(Path root, Path file) {
    for (Path part : root.relativize(file)) {
      if (part.toString().equals("target")) {
        return true;
      }
    }
    return false;
  }

  private void add(Path root, Path file) throws IOException {
    Path source = root.relativize(file);
    all.put(source, Document.parse(source, Files.readString(file)));
  }

  /** All of them. */
  List<Document> all() {
    return List.copyOf(all.values());
  }

  /** The one of a file in the source tree; null if it is none. */
  @Nullable Document find(Path source) {
    return all.get(source);
  }
}
