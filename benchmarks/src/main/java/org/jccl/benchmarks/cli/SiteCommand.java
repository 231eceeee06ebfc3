package org.jccl.benchmarks.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jccl.CleanText;
import org.jccl.benchmarks.cli.option.Paths;
import org.jccl.benchmarks.json.BadFileException;
import org.jccl.benchmarks.report.Part;
import org.jccl.benchmarks.report.ReportPage;
import org.jccl.benchmarks.site.SiteBuilder;
import org.jccl.file.BoundedFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code jccl site}: the documentation as pages that need no server. */
@Command(
    name = "site",
    description =
        "Makes static pages of the documentation, the rule book with its status, the "
            + "reports and the API's documentation, with a search. They work from a folder, "
            + "without a network.",
    mixinStandardHelpOptions = true)
final class SiteCommand implements Callable<Integer> {
  @Option(
      names = "--out",
      converter = Paths.FolderToWrite.class,
      required = true,
      paramLabel = "DIR",
      description =
          "The folder: new, empty, or one that this command has made, which is replaced. It "
              + "is made whole, or left as it was.")
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private Path out;

  @Option(
      names = "--javadoc",
      converter = Paths.FolderToRead.class,
      paramLabel = "DIR",
      description = "The API's documentation. Default: target/javadoc, which the launcher makes.")
  private @Nullable Path javadoc;

  @Option(names = "--no-javadoc", description = "Leave the API's documentation out.")
  private boolean noJavadoc;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (noJavadoc && javadoc != null) {
      throw bad("--javadoc and --no-javadoc exclude each other: give one of them");
    }
    String home = System.getProperty("jccl.home");
    Path root = Path.of(home == null ? "" : home).toAbsolutePath();
    if (!Files.isDirectory(root.resolve("docs"))) {
      throw bad("site needs the sources: run it as ./jccl site in a source tree");
    }
    Path api = javadoc == null ? root.resolve("target/javadoc") : javadoc;
    if (noJavadoc || (javadoc == null && !Files.exists(api.resolve("index.html")))) {
      api = null;
    }
    try {
      int pages = SiteBuilder.build(root, out, api, measurements(root.resolve("docs/reports")));
      var screen = spec.commandLine().getOut();
      screen.println(
          "%s%s: %s"
              .formatted(
                  CleanText.count(pages, "page"),
                  api == null ? "" : " and the API",
                  out.resolve("index.html")));
      screen.flush();
      return 0;
    } catch (IllegalArgumentException failed) {
      throw bad("--out: " + CleanText.messageOf(failed));
    } catch (IOException failed) {
      throw new IOException("cannot make '" + out + "': " + BoundedFile.why(failed), failed);
    }
  }

  /** All measurements that are kept there, on one page; null if there are none. */
  static @Nullable String measurements(Path reports) throws IOException {
    List<Part> parts = new ArrayList<>();
    try (Stream<Path> files = Files.walk(reports)) {
      for (Path file : files.filter(SiteCommand::isKept).sorted().toList()) {
        try {
          parts.add(PageSource.read(file).part("m" + (parts.size() + 1)));
        } catch (BadFileException otherKind) {
          // Recordings and profiles are JSON, too.
          continue;
        }
      }
    }
    return parts.isEmpty() ? null : ReportPage.write("All measurements", parts);
  }

  private static boolean isKept(Path file) {
    return file.getFileName().toString().matches("(report|.*rounds|jmh)\\.json(\\.gz)?");
  }

  private ParameterException bad(String what) {
    return new ParameterException(spec.commandLine(), what);
  }
}
