package org.jccl.benchmarks.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jccl.CleanText;
import org.jccl.benchmarks.cli.option.Numbers;
import org.jccl.benchmarks.cli.option.Paths;
import org.jccl.benchmarks.cli.option.Texts;
import org.jccl.benchmarks.screen.Progress;
import org.jccl.benchmarks.screen.ReportColors;
import org.jccl.benchmarks.screen.Screen;
import org.jccl.file.WholeFile;
import org.jccl.sim.explore.Exploration;
import org.jccl.sim.explore.ExploredRun;
import org.jccl.sim.explore.Explorer;
import org.jccl.sim.explore.ReplayClass;
import org.jccl.sim.explore.Strategy;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code jccl explore}: a user's program in many schedules, all of them where they are few. */
@Command(
    name = "explore",
    description =
        "Runs a class that implements org.jccl.RankProgram in many schedules on simulated "
            + "GPUs. Where the schedules are few it runs all that differ, and says complete.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ExploreCommand implements Callable<Integer> {
  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private ExploreOptions program;

  @Option(
      names = "--strategy",
      converter = Texts.StrategyName.class,
      paramLabel = "NAME",
      description =
          "exhaustive, random, pct(DEPTH), pos, delays(MOST), fifo or brute-force. Default: "
              + "exhaustive.")
  private Strategy strategy = Strategy.exhaustive();

  @Option(
      names = "--schedules",
      converter = Numbers.ManyTimes.class,
      paramLabel = "N",
      description =
          "Run the program N times at most. Default: 100000, or 1000 where lots are drawn.")
  private @Nullable Long schedules;

  @Option(
      names = "--seed",
      converter = Numbers.Seed.class,
      paramLabel = "S",
      description = "Seed of the lots. Default: 0.")
  private long seed;

  @Option(
      names = "--faults",
      description =
          "Instead, each kind of fault at each call. The other options are those of ./jccl "
              + "faults then.")
  private boolean faults;

  @Option(names = "--all", description = "Go on after a failure, and tell all that differ.")
  private boolean all;

  @Option(
      names = "--junit",
      converter = Paths.FolderToWrite.class,
      paramLabel = "DIR",
      description = "Write a JUnit class into DIR that fails as the first failure did.")
  private @Nullable Path junit;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (faults) {
      throw new ParameterException(spec.commandLine(), "--faults: it takes no value");
    }
    var explorer = program.explorer().strategy(strategy).seed(seed).stopsAtFailure(!all);
    if (schedules != null) {
      explorer.schedules(schedules);
    }
    try (Progress progress =
        Progress.ticking("explore", spec.commandLine().getErr(), this::schedulesBegun)) {
      return told(explorer.explore());
    }
  }

  private String schedulesBegun() {
    return CleanText.count(program.begun(), "schedule");
  }

  private int told(Exploration found) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Path folder = junit;
    for (ExploredRun failure : found.failures()) {
      Smallest least = Smallest.of(program.explorer().strategy(strategy), failure, program.ranks());
      out.println(ReportColors.mark(CleanText.report(least.run().report()), Screen.get().out()));
      out.printf(
          "replay: ./jccl replay %s --choices %s %s%n",
          program.again(least.ranks()), least.run().choices(), program.program());
      if (least.ranks() < program.ranks()) {
        out.printf(
            "ranks: %d %s enough for it; with %d it was --choices %s%n",
            least.ranks(), least.ranks() == 1 ? "is" : "are", program.ranks(), failure.choices());
      }
      if (folder != null) {
        out.println("test: " + write(folder, program.testOf(least.run(), least.ranks())));
        folder = null;
      }
      out.println();
    }
    out.println(ReportColors.verdict(found.summary(), found.isPassed(), Screen.get().out()));
    out.flush();
    return found.isPassed() ? 0 : 1;
  }

  /** A failure with as few ranks as were found to show it. */
  private record Smallest(ExploredRun run, int ranks) {
    /** So many that small programs are searched whole: then the order of the runs is no matter. */
    private static final int MOST_RUNS = 2_000;

    static Smallest of(Explorer explorer, ExploredRun failure, int ranks) {
      explorer.stopsAtFailure(false); // the first one of fewer ranks may be another failure
      for (int fewer = 1; fewer < ranks; fewer++) {
        for (ExploredRun run : explorer.ranks(fewer).schedules(MOST_RUNS).explore().failures()) {
          if (run.failure().equals(failure.failure())) {
            return new Smallest(run, fewer);
          }
        }
      }
      return new Smallest(failure, ranks);
    }
  }

  private static Path write(Path folder, ReplayClass test) throws IOException {
    Path file = folder.resolve(test.name() + ".java");
    Files.createDirectories(folder);
    WholeFile.write(file, test.source());
    return file;
  }
}
