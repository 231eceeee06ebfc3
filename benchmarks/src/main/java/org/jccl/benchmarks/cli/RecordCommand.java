package org.jccl.benchmarks.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jccl.BackendConfig;
import org.jccl.benchmarks.cli.option.Numbers;
import org.jccl.benchmarks.cli.option.Paths;
import org.jccl.benchmarks.cli.option.Texts;
import org.jccl.benchmarks.cli.option.Words;
import org.jccl.fidelity.golden.RecordRun;
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
  @Option(
      names = "--out",
      converter = Paths.FolderToWrite.class,
      paramLabel = "DIR",
      required = true,
      description = "Where summary.json, results.jsonl.gz, nccl_log.txt.gz and errors.txt go.")
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private Path out;

  @Option(
      names = "--backend",
      converter = Words.RecordedBackend.class,
      paramLabel = "NAME",
      description = "nccl; sim or loopback to try the program itself. Default: nccl.")
  private String backend = "nccl";

  @Option(
      names = "--ranks",
      converter = Numbers.RanksOfAHost.class,
      paramLabel = "N",
      description = "Ranks of every communicator, a GPU each. Default: 2.")
  private int ranks = 2;

  @Option(
      names = "--phases",
      converter = Texts.Phases.class,
      paramLabel = "REGEX",
      description =
          "Only these: default, pinned, ctas, smallbuf, pat, moves, groups, ringgroups, registered,"
              + " windows, kernels, timing; each followed by -n and the ranks. Default: all.")
  private String phases = "";

  @Option(names = "--quick", description = "A few cases of each communicator.")
  private boolean quick;

  @Option(
      names = "--seed",
      converter = Numbers.Seed.class,
      paramLabel = "S",
      description = "Inputs are made from this and the type's code. Default: 100.")
  private long seed = 100;

  @Option(
      names = "--budget",
      converter = Numbers.Seconds.class,
      paramLabel = "SECONDS",
      description = "When to stop, whatever is left. Default: 600.")
  private long budget = 600;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Override
  public Integer call() {
    if (backend.equals("nccl")) {
      BackendOptions.open(spec, backend, ranks, BackendConfig.defaults()).close();
    }
    try (Watched watched = new Watched(spec)) {
      return RecordRun.run(
          new RecordRun.RecordConfig(
              backend, ranks, phases, quick, seed, Duration.ofSeconds(budget)),
          out,
          watched.screen());
    } catch (IllegalArgumentException unknown) {
      throw bad("--phases: " + unknown.getMessage());
    } catch (IOException unwritable) {
      throw bad("--out: cannot write to '" + out + "': " + unwritable.getMessage());
    }
  }

  private ParameterException bad(String words) {
    return new ParameterException(spec.commandLine(), words);
  }
}
