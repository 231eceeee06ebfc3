package org.jccl.benchmarks.bundle;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.jccl.file.TemporaryFolder;
import org.jccl.file.WholeFile;

/**
 * One archive with everything: {@code jccl/jccl} (the launcher), {@code jccl/runtime} (Java) and
 * {@code jccl/lib} (the program).
 */
public final class Bundle {
  /** System property in which the launcher says where it lies. */
  private static final String HOME = "jccl.home";

  /** What jccl, JMH and the JUnit Platform need; {@code java.desktop} is asked for and not used. */
  private static final List<String> MODULES =
      List.of(
          "java.base",
          "java.logging",
          "java.management",
          "java.xml",
          "jdk.incubator.vector",
          "jdk.jfr",
          "jdk.management",
          "jdk.net", // how soon a connection to a machine that is gone is given up
          "jdk.unsupported");

  private static final String TOP = "jccl";

  private final Path out;
  private final Archive archive;

  /** What lies beside the program: the Python end of a mixed group, licence and notices. */
  private static final Map<String, String> COMPANIONS =
      Map.of(
          "jccl_torch.py", "jccl_torch.py",
          "jccl.jfc", "jccl.jfc",
          "LICENSE", "LICENSE",
          "NOTICE", "NOTICE",
          "docs/dependencies.md", "DEPENDENCIES.md");

  private final Path launcher;
  private final List<Path> jars;
  private final ToolProvider jlink;

  private Bundle(Path out, Archive archive, Path launcher, List<Path> jars, ToolProvider jlink) {
    this.out = out;
    this.archive = archive;
    this.launcher = launcher;
    this.jars = jars;
    this.jlink = jlink;
  }

  /**
   * A bundle to be written to {@code out}; looks at everything that it takes and writes nothing.
   *
   * @throws BundleException if something is missing
   */
  public static Bundle plan(Path out) throws BundleException {
    Archive archive = Archive.of(out);
    Path parent = out.toAbsolutePath().getParent();
    if (Files.isDirectory(out) || parent == null || !Files.isWritable(parent)) {
      throw new BundleException(
          "'" + out + "' cannot be written: name a file in a folder of yours");
    }
    ToolProvider jlink =
        ToolProvider.findFirst("jlink")
            .orElseThrow(
                () ->
                    new BundleException(
                        "this Java runtime has no jlink: make the bundle in a source tree with a JDK"));
    return new Bundle(out, archive, launcher(), jars(), jlink);
  }

  private static Path launcher() throws BundleException {
    String home = System.getProperty(HOME);
    if (home == null || !Files.isRegularFile(Path.of(home, "jccl"))) {
      throw new BundleException("a bundle is made by the launcher: run ./jccl bundle");
    }
    return Path.of(home, "jccl");
  }

  private static List<Path> jars() throws BundleException {
    List<Path> jars =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(Path::of)
            .toList();
    if (jars.stream().anyMatch(jar -> !Files.isRegularFile(jar))) {
      throw new BundleException("the program is not made of jars: run ./jccl bundle");
    }
    return jars;
  }

  /**
   * Writes the archive; what was at its place is replaced only when it is complete.
   *
   * @param steps hears what is being done, a few words each
   * @return the archive's size in bytes
   */
  public long write(Consumer<String> steps) throws IOException, InterruptedException {
    try (TemporaryFolder stage = TemporaryFolder.create("bundle");
        WholeFile part = WholeFile.begin(out)) {
      Path top = Files.createDirectory(stage.path().resolve(TOP));
      steps.accept("linking a Java runtime");
      link(top.resolve("runtime"));
      steps.accept("copying " + jars.size() + " jars");
      Files.copy(launcher, top.resolve("jccl"), StandardCopyOption.COPY_ATTRIBUTES);
      copyCompanions(top);
      copyJars(Files.createDirectory(top.resolve("lib")));
      steps.accept("packing");
      archive.pack(stage.path(), TOP, part.beside());
      part.end();
      return Files.size(out);
    }
  }

  private void link(Path runtime) throws IOException {
    StringWriter words = new StringWriter();
    PrintWriter log = new PrintWriter(words);
    int code =
        jlink.run(
            log,
            log,
            "--add-modules",
            String.join(",", MODULES),
            "--strip-debug",
            "--no-header-files",
            "--no-man-pages",
            "--compress",
            "zip-0",
            "--output",
            runtime.toString());
    if (code != 0) {
      throw new IOException("jlink failed: " + words.toString().strip());
    }
  }

  private void copyCompanions(Path top) throws IOException {
    for (Map.Entry<String, String> companion : COMPANIONS.entrySet()) {
      Path file = launcher.resolveSibling(companion.getKey());
      if (Files.exists(file)) {
        Files.copy(file, top.resolve(companion.getValue()));
      }
    }
  }

  private void copyJars(Path lib) throws IOException {
    for (Path jar : jars) {
      Path target = lib.resolve(jar.getFileName());
      LooseJar.copy(jar, target);
    }
  }
}
