package org.jccl.benchmarks.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jccl.CheckLevel;
import org.jccl.conformance.misuse.MisuseCase;
import org.jccl.conformance.misuse.MisuseSubject;
import org.jccl.conformance.misuse.MisuseSurvey;
import org.jccl.conformance.misuse.matrix.MisuseMatrix;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code jccl misuse}: what a backend really does with each misuse of the rule book. */
@Command(
    name = "misuse",
    description = {
      "Runs every misuse of the rule book and its legal neighbour, each misuse in a process that",
      "may hang or crash, and writes down what happened. Run again, it goes on where it stopped."
    },
    mixinStandardHelpOptions = true)
final class MisuseCommand implements Callable<Integer> {
  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = "sim",
      description = "sim, loopback or nccl. Default: sim.")
  private String backend = "sim";

  @Option(
      names = "--matrix",
      description = {
        "Runs every kind of misuse as a family of programs on the simulator, at checks DEFAULT and",
        "FULL, in order of arrival and with --seeds seeds, and prints what was reported rightly."
      })
  private boolean matrix;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "50",
      description = "How many seeds --matrix takes. Default: 50.")
  private int seeds = 50;

  @Option(
      names = "--more",
      paramLabel = "N",
      defaultValue = "0",
      description = "So many more programs of each family, with any axes. Default: 0.")
  private int more;

  @Option(names = "--from", paramLabel = "ID", description = "The first row, as in SIM-17.")
  private @Nullable String from;

  @Option(
      names = "--only",
      paramLabel = "IDS",
      description = "These rows, with commas between, even if their outcome is known.")
  private @Nullable String only;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "target/misuse",
      description = "Where misuse-NAME.tsv and matrix.md go. Default: target/misuse.")
  private Path out = Path.of("target/misuse");

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    return matrix ? matrix() : survey();
  }

  /** The page goes into the same folder as tables; 1 if anything falls short. */
  private int matrix() throws IOException, InterruptedException {
    List<String> rules = only == null ? List.of() : List.of(only.split(","));
    List<CheckLevel> levels = List.of(CheckLevel.DEFAULT, CheckLevel.FULL);
    MisuseMatrix all = new MisuseMatrix(rules, seeds, more, levels);
    all.run(System.out::println);
    requireFolder();
    Files.createDirectories(out);
    Files.writeString(out.resolve("matrix.md"), all.page());
    System.out.print(all.page());
    return all.shortcomings().isEmpty() ? 0 : 1;
  }

  private void requireFolder() {
    if (Files.exists(out) && !Files.isDirectory(out)) {
      throw new ParameterException(spec.commandLine(), "--out: " + out + " is a file");
    }
  }

  private int survey() throws IOException, InterruptedException {
    MisuseSubject subject;
    List<MisuseCase> rows;
    try {
      subject = MisuseSubject.named(backend);
      rows = MisuseSurvey.rows(from, only);
    } catch (IllegalArgumentException unknown) {
      throw new ParameterException(spec.commandLine(), String.valueOf(unknown.getMessage()));
    }
    requireFolder();
    PrintStream told = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    return new MisuseSurvey(subject, out, told).run(rows, only != null);
  }
}
