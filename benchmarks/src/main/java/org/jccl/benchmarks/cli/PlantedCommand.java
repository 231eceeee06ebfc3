package org.jccl.benchmarks.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jccl.benchmarks.cli.option.Numbers;
import org.jccl.benchmarks.cli.option.Texts;
import org.jccl.benchmarks.screen.Progress;
import org.jccl.conformance.planted.PlantedBug;
import org.jccl.conformance.planted.PlantedBugs;
import org.jccl.conformance.planted.PlantedTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jccl planted}: how many schedules the search needs for bugs that were planted. */
@Command(
    name = "planted",
    description =
        "Looks for planted bugs with each strategy of explore, and with free threads as "
            + "the control; prints how many schedules each needs. Fails if no strategy finds "
            + "one.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class PlantedCommand implements Callable<Integer> {
  @Option(
      names = "--trials",
      converter = Numbers.Times.class,
      paramLabel = "N",
      description = "Seeds of each strategy that draws lots; their median counts. Default: 5.")
  private int trials = 5;

  @Option(
      names = "--most",
      converter = Numbers.ManyTimes.class,
      paramLabel = "N",
      description = "The most schedules of one trial. Default: 20000.")
  private long most = 20_000;

  @Option(
      names = "--free",
      converter = Numbers.TimesOrNone.class,
      paramLabel = "N",
      description = "Runs on threads of their own, in the machine's order. Default: 100.")
  private int free = 100;

  @Option(
      names = "--only",
      converter = Texts.Planted.class,
      paramLabel = "TEXT",
      description = "Only bugs with that in their name, their source or their depth: \"depth 4\".")
  private String only = "";

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    List<PlantedBug> bugs = PlantedBugs.of(only);
    PlantedTable.Found found;
    try (Progress progress = Progress.ticking("planted", spec.commandLine().getErr())) {
      int[] lines = new int[1];
      found =
          new PlantedTable(trials, most, free)
              .write(
                  bugs,
                  line -> {
                    out.println(line);
                    out.flush();
                    // The first two lines are the table's head.
                    progress.at("", Math.max(0, ++lines[0] - 2), bugs.size());
                  });
    }
    out.printf(
        "%n%d of %d bugs found, %d of them by the exhaustive search%n",
        found.any(), bugs.size(), found.exhaustive());
    out.flush();
    return found.any() == bugs.size() ? 0 : 1;
  }
}
