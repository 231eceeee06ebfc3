package org.jccl.benchmarks.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jccl.CleanText;
import org.jccl.benchmarks.cli.option.Paths;
import org.jccl.benchmarks.cli.option.Texts;
import org.jccl.benchmarks.json.BadFileException;
import org.jccl.benchmarks.report.BenchReport;
import org.jccl.benchmarks.report.Part;
import org.jccl.benchmarks.report.ReportComparison;
import org.jccl.benchmarks.report.ReportPage;
import org.jccl.benchmarks.report.TraceComparison;
import org.jccl.conformance.misuse.MisuseReport;
import org.jccl.conformance.run.StatusPage;
import org.jccl.file.BoundedFile;
import org.jccl.file.WholeFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code jccl report}: pages and comparisons made of what earlier runs have left. */
@Command(
    name = "report",
    description = "Makes pages of what runs have left, and compares runs.",
    mixinStandardHelpOptions = true)
final class ReportCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "say which: html, compare, status, misuse or trace");
  }

  @Command(
      name = "html",
      aliases = "render",
      description =
          "Makes one page of measurements: charts, tables, method, environment and raw "
              + "data. Takes report.json of bench and of jmh sim, rounds.json of bench --tuned, "
              + "and what jmh wrote with -rf json, packed with gzip or not.",
      mixinStandardHelpOptions = true)
  int html(
      @Parameters(
              paramLabel = "FILE",
              index = "0..*",
              arity = "1",
              converter = Paths.FileToRead.class,
              description = "Files, in the order of the page.")
          List<Path> files,
      @Option(
              names = "--beside",
              converter = Paths.FileToRead.class,
              paramLabel = "FILE",
              description = "Set the first file of the same kind beside this one. May be repeated.")
          @Nullable List<Path> beside,
      @Option(
              names = "--title",
              converter = Texts.Title.class,
              paramLabel = "TEXT",
              description = "The page's title. Default: what was measured.")
          @Nullable String title,
      @Option(
              names = "--out",
              converter = Paths.FileToWrite.class,
              paramLabel = "PAGE",
              description = "The page. Default: the first FILE with .html for .json.")
          @Nullable Path out)
      throws IOException {
    Path first = files.getFirst();
    String name =
        String.valueOf(first.getFileName()).replaceFirst("\\.json(\\.gz)?$", "") + ".html";
    List<Part> parts = parts(files, beside == null ? List.of() : beside);
    String heading =
        parts.size() == 1 ? parts.getFirst().heading() : "Microbenchmarks of collectives";
    return write(
        out == null ? first.resolveSibling(name) : out,
        ReportPage.write(title == null ? heading : title, parts));
  }

  private List<Part> parts(List<Path> files, List<Path> beside) {
    List<PageSource> others = new ArrayList<>();
    for (Path each : beside) {
      others.add(source("--beside", each));
    }
    List<Part> parts = new ArrayList<>();
    for (Path each : files) {
      PageSource source = source("FILE", each);
      String id = files.size() == 1 ? "report" : "report-" + (parts.size() + 1);
      PageSource other = others.stream().filter(source::isLike).findFirst().orElse(null);
      others.remove(other);
      parts.add(other == null ? source.part(id) : source.beside(id, other));
    }
    if (!others.isEmpty()) {
      throw bad("--beside: no FILE is of the same kind, or that kind has no comparison");
    }
    return parts;
  }

  private PageSource source(String option, Path file) {
    try {
      return PageSource.read(file);
    } catch (BadFileException noReport) {
      throw bad(option + ": " + noReport.getMessage());
    }
  }

  @Command(
      name = "compare",
      description =
          "Sets two report.json side by side: times, and second over first. report html "
              + "FIRST --beside SECOND makes a page of it.",
      mixinStandardHelpOptions = true)
  int compare(
      @Parameters(
              paramLabel = "FIRST",
              converter = Paths.FileToRead.class,
              description = "A report.json.")
          Path first,
      @Parameters(
              paramLabel = "SECOND",
              converter = Paths.FileToRead.class,
              description = "Another one.")
          Path second) {
    print(ReportComparison.of(report(first), report(second)));
    return 0;
  }

  @Command(
      name = "status",
      description = "Makes docs/spec/STATUS.md: what every rule has shown where.",
      mixinStandardHelpOptions = true)
  int status(
      @Option(
              names = "--tables",
              converter = Paths.FolderToRead.class,
              paramLabel = "DIR",
              defaultValue = "docs/reports/rules",
              description = "The tables of verify. Default: docs/reports/rules.")
          Path tables,
      @Option(
              names = "--out",
              converter = Paths.FileToWrite.class,
              paramLabel = "PAGE",
              defaultValue = "docs/spec/STATUS.md",
              description = "The page. Default: docs/spec/STATUS.md.")
          Path out)
      throws IOException {
    return write(out, made(() -> StatusPage.page(tables)));
  }

  @Command(
      name = "misuse",
      description = "Makes docs/reports/nccl-misuse.md: what NCCL makes of every misuse.",
      mixinStandardHelpOptions = true)
  int misuse(
      @Option(
              names = "--tables",
              converter = Paths.FolderToRead.class,
              paramLabel = "DIR",
              defaultValue = "docs/reports/misuse",
              description = "The tables of misuse. Default: docs/reports/misuse.")
          Path tables,
      @Option(
              names = "--out",
              converter = Paths.FileToWrite.class,
              paramLabel = "PAGE",
              defaultValue = "docs/reports/nccl-misuse.md",
              description = "The page. Default: docs/reports/nccl-misuse.md.")
          Path out)
      throws IOException {
    return write(out, made(() -> new MisuseReport(tables).page()));
  }

  @Command(
      name = "trace",
      description =
          "Says where two simulated runs part, of files that run --trace wrote. Ends with 1 "
              + "if they do.",
      mixinStandardHelpOptions = true)
  int trace(
      @Parameters(
              paramLabel = "FIRST",
              converter = Paths.FileToRead.class,
              description = "A trace.")
          Path first,
      @Parameters(
              paramLabel = "SECOND",
              converter = Paths.FileToRead.class,
              description = "Another one.")
          Path second) {
    try {
      TraceComparison comparison = TraceComparison.of(first, second);
      print(comparison.words() + "\n");
      return comparison.isSame() ? 0 : 1;
    } catch (IOException unreadable) {
      throw bad(String.valueOf(unreadable.getMessage()));
    }
  }

  /** What a page is made of. */
  private interface Making {
    String text() throws IOException;
  }

  private String made(Making page) {
    try {
      return page.text();
    } catch (IOException | IllegalArgumentException unusable) {
      throw bad("--tables: " + CleanText.messageOf(unusable));
    }
  }

  private BenchReport report(Path file) {
    return ReportOption.read(spec, "FILE", file);
  }

  private int write(Path page, String text) throws IOException {
    try {
      WholeFile.write(page, text);
    } catch (IOException refused) {
      throw bad("--out: cannot write '" + page + "': " + BoundedFile.why(refused));
    }
    print("wrote " + page + "\n");
    return 0;
  }

  private void print(String text) {
    PrintWriter out = spec.commandLine().getOut();
    out.print(text);
    out.flush();
  }

  private ParameterException bad(String what) {
    return new ParameterException(spec.commandLine(), what);
  }
}
