package org.jccl.benchmarks.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jccl.benchmarks.cli.option.Paths;
import org.jccl.benchmarks.cli.option.Texts;
import org.jccl.benchmarks.flight.Explanation;
import org.jccl.benchmarks.json.BadFileException;
import org.jccl.conformance.book.Rule;
import org.jccl.file.BoundedFile;
import org.jccl.file.WholeFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code jccl explain}: what the flight recorders of all ranks say together. */
@Command(
    name = "explain",
    description =
        "Explains a rule or a kind of report by the text of the book. Or: sets the flight "
            + "recorders of all ranks side by side: which rank called something else, called "
            + "less, or sent what nobody receives. Each process writes its file with "
            + "-Djccl.observe=recorder (or JCCL_OBSERVE=recorder) into -Djccl.recorder.dir=DIR. "
            + "Of hosts with folders of their own, name all folders. "
            + "Pickles of torch's Flight Recorder (nccl_trace_rank_0) are read, too; nothing in "
            + "them is run. Exit code 1 if something does not fit, 2 if there is nothing that "
            + "can be read.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ExplainCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Parameters(
      index = "0..*",
      arity = "1",
      paramLabel = "DIR|RULE|KIND",
      converter = Texts.ToExplain.class,
      description =
          "The directories of the files; or rules of the book, as in SIM-28, and kinds of "
              + "reports, as in BUFFER_REUSE, whose texts are shown.")
  private List<String> what = List.of();

  @Option(
      names = "--program",
      converter = Paths.FileToWrite.class,
      paramLabel = "FILE.java",
      description =
          "Writes a program that makes the recorded calls again on the simulator: of the "
              + "first communicator with which something is wrong. Run it with the classpath of "
              + "jccl.")
  private @Nullable Path program;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Set<Rule> rules = new LinkedHashSet<>();
    what.forEach(word -> rules.addAll(Texts.ToExplain.rules(word)));
    if (!rules.isEmpty()) {
      requireNone(what.stream().filter(word -> Texts.ToExplain.rules(word).isEmpty()).toList());
      rules.forEach(rule -> out.printf("%s  %s%n%n%s%n%n", rule.id(), rule.title(), rule.text()));
      out.flush();
      return 0;
    }
    try {
      Explanation found = Explanation.of(what.stream().map(Path::of).toList());
      found.verdicts().forEach(out::println);
      found.replays().forEach(out::println);
      if (found.verdicts().isEmpty()) {
        out.println("the recordings agree: the same calls on all ranks, and all of them answered");
      }
      out.println();
      found.notes().forEach(out::println);
      if (program != null) {
        write(found, program);
        out.println("written: " + program);
      }
      out.flush();
      return found.verdicts().isEmpty() ? 0 : 1;
    } catch (BadFileException wrong) {
      throw new ParameterException(spec.commandLine(), wrong.getMessage(), wrong);
    }
  }

  private void requireNone(List<String> folders) {
    if (!folders.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "'" + folders.getFirst() + "': give folders of recordings, or rules and kinds, not both");
    }
  }

  private void write(Explanation found, Path file) throws BadFileException {
    String name = String.valueOf(file.getFileName());
    String className = name.endsWith(".java") ? name.substring(0, name.length() - 5) : "";
    if (!className.matches("[A-Z][A-Za-z0-9_]*")) {
      throw new BadFileException(file + ": the file of a class is named like Replayed.java");
    }
    try {
      WholeFile.write(file, found.program(className));
    } catch (IOException unwritable) {
      throw new BadFileException(file + ": cannot be written: " + BoundedFile.why(unwritable));
    }
  }
}
