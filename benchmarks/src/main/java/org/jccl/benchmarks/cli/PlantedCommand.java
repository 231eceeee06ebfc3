package org.jccl.benchmarks.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jccl.conformance.planted.PlantedBug;
import org.jccl.conformance.planted.PlantedBugs;
import org.jccl.conformance.planted.PlantedTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code jccl planted}: how many schedules the search needs for bugs that were planted. */
@Command(
    name = "planted",
    description = {
      "Looks for planted bugs with each strategy of explore, and with free threads as the control;",
      "prints how many schedules each needs. Fails if the exhaustive search misses one."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class PlantedCommand implements Callable<Integer> {
  @Option(
      names = "--trials",
      paramLabel = "N",
      description = "Seeds of each strategy that draws lots; their median counts. Default: 5.")
  private int trials = 5;

  @Option(
      names = "--most",
      paramLabel = "N",
      description = "The most schedules of one trial. Default: 20000.")
  private long most = 20_000;

  @Option(
      names = "--free",
      paramLabel = "N",
      description = "Runs on threads of their own, in the machine's order. Default: 100.")
  private int free = 100;

  @Option(
      names = "--only",
      paramLabel = "TEXT",
      description = "Only bugs with that in their name, their source or their depth: \"depth 4\".")
  private String only = "";

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    if (trials < 1 || most < 1 || free < 0) {
      throw new ParameterException(
          spec.commandLine(), "--trials and --most are at least 1, and --free at least 0");
    }
    List<PlantedBug> bugs =
        PlantedBugs.all().stream()
            .filter(
                bug -> (bug.name() + " " + bug.source() + " depth " + bug.depth()).contains(only))
            .toList();
    if (bugs.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "--only: no planted bug has '" + only + "' in its name");
    }
    int found =
        new PlantedTable(trials, most, free)
            .write(
                bugs,
                line -> {
                  out.println(line);
                  out.flush();
                });
    out.printf("%n%d of %d bugs found by the exhaustive search%n", found, bugs.size());
    out.flush();
    return found == bugs.size() ? 0 : 1;
  }
}
