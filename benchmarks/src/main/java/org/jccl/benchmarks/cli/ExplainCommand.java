package org.jccl.benchmarks.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jccl.benchmarks.flight.Explanation;
import org.jccl.benchmarks.json.BadFileException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code jccl explain}: what the flight recorders of all ranks say together. */
@Command(
    name = "explain",
    description = {
      "Sets the flight recorders of all ranks side by side: which rank called something else,",
      "called less, or sent what nobody receives. Each process writes its file with",
      "-Djccl.observe=recorder (or JCCL_OBSERVE=recorder) into -Djccl.recorder.dir=DIR.",
      "Exit code 1 if something does not fit."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ExplainCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "The directory of the files jccl-*.json.")
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private Path folder;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    try {
      Explanation found = Explanation.of(folder);
      found.verdicts().forEach(out::println);
      if (found.verdicts().isEmpty()) {
        out.println("the recordings agree: the same calls on all ranks, and all of them answered");
      }
      out.println();
      found.notes().forEach(out::println);
      out.flush();
      return found.verdicts().isEmpty() ? 0 : 1;
    } catch (BadFileException wrong) {
      throw new ParameterException(spec.commandLine(), wrong.getMessage(), wrong);
    }
  }
}
