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

/**
 * JCuda's native libraries, without those of toolkits that jccl never calls: the PTX compiler alone
 * has 24 MB.
 */
final class NativesJar {
  private static final List<String> NEEDED = List.of("libJCudaDriver-", "libJCudaRuntime-");

  private NativesJar() {}

  /** Whether {@code jar} is that jar. */
  static boolean is(Path jar) {
    return jar.getFileName().toString().startsWith("jcuda-natives-");
  }

  /** Copies {@code source} to {@code target} without the libraries that are not needed. */
  static void slim(Path source, Path target) throws IOException {
    try (JarFile from = new JarFile(source.toFile());
        OutputStream file = Files.newOutputStream(target);
        JarOutputStream to = new JarOutputStream(file)) {
      for (JarEntry entry : from.stream().filter(NativesJar::stays).toList()) {
        to.putNextEntry(new JarEntry(entry.getName()));
        try (InputStream content = from.getInputStream(entry)) {
          content.transferTo(to);
        }
        to.closeEntry();
      }
    }
  }

  private static boolean stays(JarEntry entry) {
    String name = entry.getName();
    boolean library = name.startsWith("lib/") && !entry.isDirectory();
    return !library || NEEDED.stream().anyMatch(needed -> name.startsWith("lib/" + needed));
  }
}
