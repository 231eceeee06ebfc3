package org.jccl.benchmarks.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jccl.conformance.misuse.MisuseCase;
import org.jccl.conformance.misuse.MisuseSubject;
import org.jccl.conformance.misuse.MisuseSurvey;
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
      description = "Where misuse-NAME.tsv goes. Default: target/misuse.")
  private Path out = Path.of("target/misuse");

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    MisuseSubject subject;
    List<MisuseCase> rows;
    try {
      subject = MisuseSubject.named(backend);
      rows = MisuseSurvey.rows(from, only);
    } catch (IllegalArgumentException unknown) {
      throw new ParameterException(spec.commandLine(), String.valueOf(unknown.getMessage()));
    }
    if (Files.exists(out) && !Files.isDirectory(out)) {
      throw new ParameterException(spec.commandLine(), "--out: " + out + " is a file");
    }
    PrintStream told = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    return new MisuseSurvey(subject, out, told).run(rows, only != null);
  }
}
