package org.jccl.benchmarks.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.jccl.BackendConfig;
import org.jccl.DataType;
import org.jccl.ReduceOp.Builtin;
import org.jccl.benchmarks.bench.BenchPlan;
import org.jccl.benchmarks.bench.BenchRunner;
import org.jccl.benchmarks.bench.SizeRange;
import org.jccl.benchmarks.bench.Timing;
import org.jccl.benchmarks.bench.Workload;
import org.jccl.benchmarks.cli.option.Numbers;
import org.jccl.benchmarks.cli.option.OptionValue;
import org.jccl.benchmarks.cli.option.Paths;
import org.jccl.benchmarks.cli.option.ResultFolder;
import org.jccl.benchmarks.cli.option.Texts;
import org.jccl.benchmarks.cli.option.Words;
import org.jccl.benchmarks.report.BenchReport;
import org.jccl.benchmarks.report.ReportFolder;
import org.jccl.benchmarks.report.Settings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code jccl bench}: measures the collectives. The flags are nccl-tests' where it has them. */
@Command(
    name = "bench",
    description = "Measures collectives: time and bandwidth by size, results checked first.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class BenchCommand implements Callable<Integer> {
  private static final long MIB = 1 << 20;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private BackendOptions backendOptions;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private BenchWays ways;

  private final CallOptions calls =
      new CallOptions()
          .operations(List.of(Workload.ofLabel("all_reduce")))
          .types(List.of(DataType.FLOAT32))
          .least(8)
          .most(128 * MIB, 4 * MIB)
          .factor("2, with --quick 8");

  @Mixin
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private final CommandSpec callOptions = calls.spec();

  @Option(
      names = {"-i", "--step-bytes"},
      converter = Texts.SomeBytes.class,
      paramLabel = "SIZE",
      description = "Each size is this much more than the one before, instead.")
  private @Nullable Long stepBytes;

  @Option(
      names = {"-o", "--redop"},
      converter = Words.ReductionName.class,
      split = OptionValue.LIST,
      splitSynopsisLabel = ",",
      paramLabel = "REDOP",
      defaultValue = "sum",
      description = "Reductions: sum, prod, min, max, avg or all. Default: ${DEFAULT-VALUE}.")
  private String[] reductions = {};

  @Option(
      names = {"-r", "--root"},
      converter = Numbers.RankNumber.class,
      paramLabel = "RANK",
      defaultValue = "0",
      description = "Root of the operations that have one. Default: ${DEFAULT-VALUE}.")
  private int root;

  @Option(
      names = {"-n", "--iters"},
      converter = Numbers.Times.class,
      paramLabel = "N",
      description = "Timed iterations. Default: 20, with --quick 10.")
  private @Nullable Integer iterations;

  @Option(
      names = {"-w", "--warmup-iters"},
      converter = Numbers.TimesOrNone.class,
      paramLabel = "N",
      description = "Iterations before that. Default: 5, with --quick 2.")
  private @Nullable Integer warmups;

  @Option(
      names = {"-c", "--check"},
      converter = Numbers.ZeroOrOne.class,
      paramLabel = "0|1",
      defaultValue = "1",
      description = "Compare results with exact ones, bit by bit. Default: ${DEFAULT-VALUE}.")
  private int check;

  @Option(
      names = {"-G", "--graph"},
      description = "Capture the operation into a graph and replay that.")
  private boolean graph;

  @Option(
      names = "--clock",
      converter = Words.ClockName.class,
      paramLabel = "CLOCK",
      defaultValue = "auto",
      description =
          "device: by events on the stream; host: wall time of short batches; loop: wall "
              + "time of one long batch, as nccl-tests measures; queued: by events, of calls that "
              + "were all enqueued before the first one ran. Default: device on nccl, host on "
              + "sim.")
  private String clock = "auto";

  @Option(names = "--quick", description = "Few sizes, few iterations.")
  private boolean quick;

  @Option(
      names = "--out",
      converter = Paths.FolderToWrite.class,
      paramLabel = "DIR",
      description =
          "Write report.json, report.csv and report.html into this folder. Default: a "
              + "folder with the date as its name in bench of jccl's target, or in jccl-results "
              + "here.")
  private @Nullable Path out;

  @Option(names = "--no-report", description = "Write no report.")
  private boolean noReport;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    ways.requireCounting();
    if (ways.isWanted()) {
      return ways.run(backendOptions, commandLine(), calls);
    }
    requireOneStep();
    sizes(MIB << 20);
    if (noReport && out != null) {
      throw bad("--no-report and --out exclude each other: give one of them");
    }
    ReportFolder folder = noReport ? null : folder(out == null ? dated() : out);
    try (BackendOptions.Opened opened = backendOptions.open(BackendConfig.defaults())) {
      if (root >= opened.ranks()) {
        throw bad(
            "--root: %d is no rank of %d: give 0 to %d", root, opened.ranks(), opened.ranks() - 1);
      }
      Timing timing = Timing.of(opened.backend(), clock);
      BenchPlan plan =
          new BenchPlan(
              calls.workloads(),
              calls.types(),
              reductions(),
              sizes(calls.most(opened.backend().name().equals("nccl"))),
              root,
              iterations == null ? (quick ? 10 : 20) : iterations,
              warmups == null ? (quick ? 2 : 5) : warmups,
              warmups != null && warmups == 0 ? Duration.ZERO : timing.settling(),
              check == 1,
              graph);
      return run(opened, plan, timing, folder);
    }
  }

  private static Path dated() {
    String now = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyy-MM-dd-HHmmss"));
    return ResultFolder.named("bench").resolve(now);
  }

  private int run(
      BackendOptions.Opened opened, BenchPlan plan, Timing timing, @Nullable ReportFolder folder)
      throws IOException {
    BenchRunner runner = new BenchRunner(opened.backend(), opened.ranks(), plan, timing);
    if (runner.size() == 0) {
      throw bad(
          "no size from %d bytes on holds one element a rank: raise --max-bytes", calls.least());
    }
    var environment = EnvironmentCard.of(opened);
    var settings =
        new Settings(
            commandLine(),
            opened.ranks(),
            plan.warmups(),
            plan.iterations(),
            plan.check(),
            plan.graph(),
            timing.clock(),
            timing.note());
    PrintWriter screen = spec.commandLine().getOut();
    BenchReport report;
    try (BenchScreen table = new BenchScreen(screen, spec.commandLine().getErr())) {
      table.begin(environment, settings, runner.size());
      runner.run(table);
      table.end();
      report = new BenchReport(environment, settings, table.rows(), table.refusals());
    }
    if (folder != null) {
      Path page = folder.write(report).getLast();
      screen.println("# report: " + page.toAbsolutePath());
      screen.flush();
    }
    return report.wrong() > 0 ? 1 : 0;
  }

  private void requireOneStep() {
    if (calls.givenFactor() != null && stepBytes != null) {
      throw bad("--step-factor and --step-bytes exclude each other: give one of them");
    }
  }

  private SizeRange sizes(long largest) {
    Long most = calls.givenMost();
    Long factor = calls.givenFactor();
    return calls.sizes(
        spec,
        most == null ? Math.max(largest, calls.least()) : most,
        factor == null ? (quick ? 8 : 2) : factor,
        stepBytes);
  }

  private ReportFolder folder(Path path) {
    try {
      return ReportFolder.open(path);
    } catch (IOException notThere) {
      throw bad("--out: %s", String.valueOf(notThere.getMessage()));
    }
  }

  private List<Builtin> reductions() {
    return Arrays.asList(reductions).contains(Words.ALL)
        ? List.of(Builtin.values())
        : Arrays.stream(reductions).map(Words::reduction).distinct().toList();
  }

  private String commandLine() {
    var words = spec.root().commandLine().getParseResult().originalArgs();
    return "jccl " + String.join(" ", words);
  }

  private ParameterException bad(String format, Object... arguments) {
    return new ParameterException(spec.commandLine(), format.formatted(arguments));
  }
}
