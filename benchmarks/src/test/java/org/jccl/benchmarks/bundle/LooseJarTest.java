package org.jccl.benchmarks.bundle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LooseJarTest {
  @TempDir private Path folder;

  @Test
  void ofJCudasLibraries_onlyDriverAndRuntimeStay() throws Exception {
    Path jar = folder.resolve("jcuda-natives-1-linux-x86_64.jar");
    List<String> names =
        List.of(
            "META-INF/MANIFEST.MF",
            "lib/",
            "lib/libJCudaDriver-1.so",
            "lib/libJCudaRuntime-1.so",
            "lib/libJNvPTXCompiler-1.so",
            "lib/libJNvrtc-1.so");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      for (String name : names) {
        out.putNextEntry(new JarEntry(name));
        out.write(name.endsWith("/") ? new byte[0] : name.getBytes(UTF_8));
        out.closeEntry();
      }
    }
    Path slim = folder.resolve("slim.jar");
    LooseJar.copy(jar, slim);
    try (JarFile read = new JarFile(slim.toFile())) {
      assertThat(read.stream().map(JarEntry::getName))
          .containsExactlyElementsOf(names.subList(0, 4));
      assertThat(new String(read.getInputStream(read.getEntry(names.get(2))).readAllBytes(), UTF_8))
          .isEqualTo(names.get(2));
    }
  }

  @Test
  void otherJars_keepEveryEntry() throws Exception {
    Path jar = folder.resolve("other.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new JarEntry("lib/anything.so"));
      out.write(new byte[100_000]);
    }
    Path loose = folder.resolve("loose.jar");
    LooseJar.copy(jar, loose);
    assertThat(Files.size(loose)).isGreaterThan(100_000);
    try (JarFile read = new JarFile(loose.toFile())) {
      assertThat(read.stream().map(JarEntry::getName)).containsExactly("lib/anything.so");
    }
  }
}
