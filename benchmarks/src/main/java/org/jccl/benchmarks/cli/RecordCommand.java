package org.jccl.benchmarks.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jccl.fidelity.golden.RecordRun;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code jccl record}: what a backend answers, bit by bit, for {@code verify --golden}. */
@Command(
    name = "record",
    description =
        "Records the results of many calls, bit by bit, with pinned algorithms and protocols; verify"
            + " --golden replays them on the simulator. A process for each pin.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class RecordCommand implements Callable<Integer> {
  private static final Set<String> BACKENDS = Set.of("nccl", "sim", "loopback");
  private static final int MOST_RANKS = 8;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Where summary.json, results.jsonl.gz, nccl_log.txt.gz and errors.txt go.")
  private @Nullable Path out;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description = "nccl; sim or loopback to try the program itself. Default: nccl.")
  private String backend = "nccl";

  @Option(
      names = "--ranks",
      paramLabel = "N",
      description = "Ranks of every communicator, a GPU each. Default: 2.")
  private int ranks = 2;

  @Option(
      names = "--phases",
      paramLabel = "REGEX",
      description =
          "Only these: default, pinned, ctas, smallbuf, pat, moves, groups, ringgroups, registered,"
              + " windows, kernels, timing; each followed by -n and the ranks. Default: all.")
  private String phases = "";

  @Option(names = "--quick", description = "A few cases of each communicator.")
  private boolean quick;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Inputs are made from this and the type's code. Default: 100.")
  private long seed = 100;

  @Option(
      names = "--budget",
      paramLabel = "SECONDS",
      description = "When to stop, whatever is left. Default: 600.")
  private long budget = 600;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Override
  public Integer call() {
    if (!BACKENDS.contains(backend)) {
      throw bad("--backend: no backend '" + backend + "' can be recorded: nccl, sim or loopback");
    }
    if (ranks < 1 || ranks > MOST_RANKS) {
      throw bad("--ranks: " + ranks + " is not in 1 to " + MOST_RANKS);
    }
    if (budget < 1) {
      throw bad("--budget: " + budget + " seconds are too few: give at least 1");
    }
    Path folder = out;
    if (folder == null) {
      throw bad("--out is missing");
    }
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw bad("--out: '" + folder + "' is a file");
    }
    PrintStream screen = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    try {
      return RecordRun.run(
          new RecordRun.RecordConfig(
              backend, ranks, phases, quick, seed, Duration.ofSeconds(budget)),
          folder,
          screen);
    } catch (IllegalArgumentException unknown) {
      throw bad("--phases: " + unknown.getMessage());
    } catch (IOException unwritable) {
      throw bad("--out: cannot write to '" + folder + "': " + unwritable.getMessage());
    }
  }

  private ParameterException bad(String words) {
    return new ParameterException(spec.commandLine(), words);
  }
}
