package org.jccl.benchmarks.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jccl.benchmarks.cli.option.Numbers;
import org.jccl.benchmarks.cli.option.OptionValue;
import org.jccl.benchmarks.cli.option.Paths;
import org.jccl.benchmarks.cli.option.Texts;
import org.jccl.benchmarks.cli.option.Words;
import org.jccl.benchmarks.peers.PeerPlan;
import org.jccl.benchmarks.peers.PeerReport;
import org.jccl.benchmarks.peers.PeerResults;
import org.jccl.benchmarks.peers.PeerRun;
import org.jccl.benchmarks.report.ReportFolder;
import org.jccl.benchmarks.simspeed.PeerOperation;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code jccl jmh sim}: the simulator's data plane beside Open MPI, MPICH, Gloo and C. */
@Command(
    name = "sim",
    description =
        "Measures the simulator with JMH beside Open MPI, MPICH, Gloo and two C threads, "
            + "in turns. Peers are compiled from their installed development packages; those "
            + "missing are skipped.",
    mixinStandardHelpOptions = true)
final class JmhSimCommand implements Callable<Integer> {
  @Option(
      names = "--peers",
      converter = Words.PeerName.class,
      split = OptionValue.LIST,
      splitSynopsisLabel = ",",
      paramLabel = "LIST",
      defaultValue = "auto",
      description =
          "auto (all that are installed), none, or some of openmpi,mpich,gloo,limit; default: auto.")
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private List<String> peers;

  @Option(names = "--quick", description = "A few minutes instead of three quarters of an hour.")
  private boolean quick;

  @Option(
      names = "--out",
      converter = Paths.FolderToWrite.class,
      paramLabel = "DIR",
      description = "Folder for report.json, report.html and report.txt.")
  private @Nullable Path out;

  @Option(
      names = "--op",
      converter = Words.PeerOperationName.class,
      split = OptionValue.LIST,
      splitSynopsisLabel = ",",
      paramLabel = "OP",
      description = "Only these operations.")
  private List<String> ops = new ArrayList<>();

  @Option(
      names = "--ranks",
      converter = Numbers.SeveralRanks.class,
      split = OptionValue.LIST,
      splitSynopsisLabel = ",",
      paramLabel = "N",
      description = "Only these ranks.")
  private List<Integer> ranks = new ArrayList<>();

  @Option(
      names = "--sizes",
      converter = Texts.SomeBytes.class,
      split = OptionValue.LIST,
      splitSynopsisLabel = ",",
      paramLabel = "SIZE",
      description = "Only these sizes, like 8,32K,2M.")
  private List<Long> sizes = new ArrayList<>();

  @Option(
      names = "--rounds",
      converter = Numbers.Times.class,
      paramLabel = "N",
      description = "Turns of everybody.")
  private @Nullable Integer rounds;

  @Option(
      names = "--budget",
      converter = Numbers.Milliseconds.class,
      paramLabel = "MS",
      description = "Milliseconds of calls in a repetition.")
  private @Nullable Integer budget;

  @Option(
      names = "--limit",
      converter = Numbers.Seconds.class,
      paramLabel = "SECONDS",
      description = "Longest time of one measuring program; it is stopped then.")
  private @Nullable Long limit;

  @Option(
      names = "--collectives-only",
      description = "Without element types and the curve over many ranks.")
  private boolean collectivesOnly;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    requireFirst();
    PrintWriter screen = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    PeerRun run = run(err);
    ReportFolder folder = out == null ? null : folder(out);
    PeerResults results = run.run();
    screen.print(PeerReport.text(results));
    if (folder != null) {
      folder.write(PeerReport.files(results)).forEach(file -> screen.println("wrote " + file));
    }
    screen.flush();
    return 0;
  }

  /** What stands before {@code sim} is JMH's, and there is none here. */
  private void requireFirst() {
    List<String> words =
        Objects.requireNonNull(spec.commandLine().getParent())
            .getParseResult()
            .matchedPositionalsSet()
            .stream()
            .flatMap(each -> each.stringValues().stream())
            .toList();
    if (!words.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "'" + words.getFirst() + "' stands before sim: write jmh sim first");
    }
  }

  private PeerRun run(PrintWriter err) {
    try {
      return PeerRun.of(
          plan(),
          String.join(",", peers),
          "jccl " + String.join(" ", spec.root().commandLine().getParseResult().originalArgs()),
          line -> {
            err.println("jccl: " + line);
            err.flush();
          });
    } catch (IllegalArgumentException wrong) {
      throw new ParameterException(spec.commandLine(), String.valueOf(wrong.getMessage()));
    }
  }

  private PeerPlan plan() {
    PeerPlan plan = quick ? PeerPlan.quick() : PeerPlan.full();
    plan =
        plan.of(
            ops.isEmpty() ? plan.ops() : ops.stream().map(PeerOperation::of).toList(),
            ranks.isEmpty() ? plan.ranks() : ranks,
            sizes.isEmpty() ? plan.sizes() : floats(sizes));
    plan =
        plan.of(
            rounds == null ? plan.rounds() : rounds,
            budget == null ? plan.budgetMillis() : budget,
            limit == null ? plan.limit() : Duration.ofSeconds(limit));
    return collectivesOnly ? plan.collectivesOnly() : plan;
  }

  private static List<Long> floats(List<Long> sizes) {
    for (long size : sizes) {
      if (size < 4 || size % 4 != 0) {
        throw new IllegalArgumentException("--sizes: " + size + " bytes hold no whole floats");
      }
    }
    return sizes;
  }

  private ReportFolder folder(Path path) {
    try {
      return ReportFolder.open(path);
    } catch (IOException unusable) {
      throw new ParameterException(spec.commandLine(), "--out: " + unusable.getMessage());
    }
  }
}
