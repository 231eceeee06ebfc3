package org.jccl.nccl.ffi;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which file the dynamic loader takes for a name, so that it can be looked at before. */
final class LoaderPath {
  private static final Path CACHE = Path.of("/etc/ld.so.cache");
  private static final List<String> DEFAULTS = List.of("/lib64", "/usr/lib64", "/lib", "/usr/lib");

  private LoaderPath() {}

  /** The first file of that name where the loader looks; null if none is known. */
  static @Nullable String fileOf(String soname) {
    List<String> paths = new ArrayList<>();
    for (String folder : System.getenv().getOrDefault("LD_LIBRARY_PATH", "").split("[:;]", -1)) {
      if (!folder.isBlank()) {
        paths.add(folder + "/" + soname);
      }
    }
    paths.addAll(cached(soname));
    DEFAULTS.forEach(folder -> paths.add(folder + "/" + soname));
    return paths.stream().filter(path -> Files.exists(Path.of(path))).findFirst().orElse(null);
  }

  /** The cache ends with its texts, each with a NUL behind it; paths are among them. */
  private static List<String> cached(String soname) {
    try {
      String texts = Files.readString(CACHE, StandardCharsets.ISO_8859_1);
      List<String> found = new ArrayList<>();
      for (String text : texts.split("\0")) {
        if (text.startsWith("/") && text.endsWith("/" + soname)) {
          found.add(text);
        }
      }
      return found;
    } catch (IOException noCache) {
      return List.of();
    }
  }
}
