package org.jccl.benchmarks.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.zip.Deflater;

/**
 * A jar whose entries are not compressed, because the archive around it does that better; and
 * without the native libraries of toolkits that jccl never calls: of JCuda's, the PTX compiler
 * alone has 24 MB.
 */
final class LooseJar {
  private static final String NATIVES = "jcuda-natives-";
  private static final List<String> NEEDED = List.of("libJCudaDriver-", "libJCudaRuntime-");

  private LooseJar() {}

  /** Copies {@code source} to {@code target}, entry by entry in their order. */
  static void copy(Path source, Path target) throws IOException {
    boolean natives = source.getFileName().toString().startsWith(NATIVES);
    try (JarFile from = new JarFile(source.toFile());
        OutputStream file = Files.newOutputStream(target);
        JarOutputStream to = new JarOutputStream(file)) {
      to.setLevel(Deflater.NO_COMPRESSION);
      for (JarEntry entry : from.stream().filter(e -> !natives || isNeeded(e)).toList()) {
        JarEntry loose = new JarEntry(entry.getName());
        loose.setTime(entry.getTime());
        to.putNextEntry(loose);
        try (InputStream content = from.getInputStream(entry)) {
          content.transferTo(to);
        }
        to.closeEntry();
      }
    }
  }

  private static boolean isNeeded(JarEntry entry) {
    String name = entry.getName();
    boolean library = name.startsWith("lib/") && !entry.isDirectory();
    return !library || NEEDED.stream().anyMatch(needed -> name.startsWith("lib/" + needed));
  }
}
