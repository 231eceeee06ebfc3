package org.jccl.benchmarks.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jccl.BackendUnavailableException;
import org.jccl.CheckLevel;
import org.jccl.CleanText;
import org.jccl.benchmarks.cli.option.Numbers;
import org.jccl.benchmarks.cli.option.OptionValue;
import org.jccl.benchmarks.cli.option.Paths;
import org.jccl.benchmarks.cli.option.ResultFolder;
import org.jccl.benchmarks.cli.option.Texts;
import org.jccl.benchmarks.cli.option.Words;
import org.jccl.conformance.misuse.MisuseCase;
import org.jccl.conformance.misuse.MisuseSubject;
import org.jccl.conformance.misuse.MisuseSurvey;
import org.jccl.conformance.misuse.matrix.MisuseMatrix;
import org.jccl.file.WholeFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code jccl misuse}: what a backend really does with each misuse of the rule book. */
@Command(
    name = "misuse",
    description =
        "Runs every misuse of the rule book and its legal neighbour, and writes down what "
            + "happened. On nccl each misuse has a process of its own, which may hang or crash. "
            + "Run again, the command goes on where it stopped. Ends with 1 if a GPU no longer "
            + "answers.",
    mixinStandardHelpOptions = true)
final class MisuseCommand implements Callable<Integer> {
  @Option(
      names = "--backend",
      converter = Words.MisuseSubjectName.class,
      paramLabel = "NAME",
      defaultValue = "sim",
      description = "sim, loopback or nccl. Default: sim.")
  private String backend = "sim";

  @Option(
      names = "--matrix",
      description =
          "Runs every kind of misuse as a family of programs on the simulator, at checks "
              + "DEFAULT and FULL, in order of arrival and with --seeds seeds, and prints what "
              + "was reported rightly.")
  private boolean matrix;

  @Option(
      names = "--seeds",
      converter = Numbers.Times.class,
      paramLabel = "N",
      defaultValue = "50",
      description = "How many seeds --matrix takes. Default: 50.")
  private int seeds = 50;

  @Option(
      names = "--more",
      converter = Numbers.TimesOrNone.class,
      paramLabel = "N",
      defaultValue = "0",
      description = "So many more programs of each family, with any axes. Default: 0.")
  private int more;

  @Option(
      names = "--from",
      converter = Texts.MisuseRow.class,
      paramLabel = "ID",
      description = "The first row, as in SIM-17.")
  private @Nullable String from;

  @Option(
      names = "--only",
      converter = Texts.MisuseRow.class,
      split = OptionValue.LIST,
      splitSynopsisLabel = ",",
      paramLabel = "IDS",
      description = "These rows, with commas between, even if their outcome is known.")
  private List<String> only = List.of();

  @Option(
      names = "--out",
      converter = Paths.FolderToWrite.class,
      paramLabel = "DIR",
      description =
          "Where misuse-NAME.tsv and matrix.md go. Default: misuse in jccl's target, or in"
              + " jccl-results here.")
  private Path out = ResultFolder.named("misuse");

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    return matrix ? matrix() : survey();
  }

  /** The page goes into the same folder as tables; 1 if anything falls short. */
  private int matrix() throws IOException, InterruptedException {
    List<CheckLevel> levels = List.of(CheckLevel.DEFAULT, CheckLevel.FULL);
    MisuseMatrix all = new MisuseMatrix(only, seeds, more, levels);
    try (Watched watched = new Watched(spec)) {
      all.run(System.out::println, watched.screen()::at);
    }
    Files.createDirectories(out);
    WholeFile.write(out.resolve("matrix.md"), all.page());
    System.out.print(all.page());
    return all.shortcomings().isEmpty() ? 0 : 1;
  }

  private int survey() throws IOException, InterruptedException {
    MisuseSubject subject;
    List<MisuseCase> rows;
    try {
      subject = MisuseSubject.named(backend);
      subject.requireHere();
      rows = MisuseSurvey.rows(from, only.isEmpty() ? null : String.join(",", only));
    } catch (IllegalArgumentException | BackendUnavailableException unknown) {
      throw new ParameterException(
          spec.commandLine(),
          "--backend: " + CleanText.messageOf(unknown) + ": use sim or loopback here",
          unknown);
    }
    try (Watched watched = new Watched(spec)) {
      return new MisuseSurvey(subject, out, watched.screen()).run(rows, !only.isEmpty());
    }
  }
}
