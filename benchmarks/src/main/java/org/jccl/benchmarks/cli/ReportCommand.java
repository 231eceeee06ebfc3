package org.jccl.benchmarks.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jccl.CleanText;
import org.jccl.benchmarks.cli.option.Paths;
import org.jccl.benchmarks.report.BenchReport;
import org.jccl.benchmarks.report.HtmlReport;
import org.jccl.benchmarks.report.ReportComparison;
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
      description = "Makes the page of a benchmark's report.json anew.",
      mixinStandardHelpOptions = true)
  int html(
      @Parameters(
              paramLabel = "FILE",
              converter = Paths.FileToRead.class,
              description = "A report.json.")
          Path file,
      @Option(
              names = "--out",
              converter = Paths.FileToWrite.class,
              paramLabel = "PAGE",
              description = "The page. Default: FILE with .html for .json.")
          @Nullable Path out)
      throws IOException {
    String name = String.valueOf(file.getFileName()).replaceFirst("\\.json$", "") + ".html";
    return write(out == null ? file.resolveSibling(name) : out, HtmlReport.write(report(file)));
  }

  @Command(
      name = "compare",
      description = "Sets two report.json side by side: times, and second over first.",
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
      description = {
        "Says where two simulated runs part, of files that run --trace wrote.",
        "Ends with 1 if they do."
      },
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
