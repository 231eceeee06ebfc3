package org.jccl.benchmarks.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jccl.Backend;
import org.jccl.BackendConfig;
import org.jccl.CleanText;
import org.jccl.benchmarks.bench.Way;
import org.jccl.benchmarks.bench.WayPlan;
import org.jccl.benchmarks.cli.option.Numbers;
import org.jccl.benchmarks.cli.option.Paths;
import org.jccl.benchmarks.machine.Machine;
import org.jccl.benchmarks.report.Units;
import org.jccl.benchmarks.screen.Progress;
import org.jccl.benchmarks.ways.TuneRun;
import org.jccl.benchmarks.ways.WayReport;
import org.jccl.benchmarks.ways.WayTable;
import org.jccl.config.Tuning;
import org.jccl.config.TuningChoice;
import org.jccl.config.TuningTable;
import org.jccl.file.BoundedFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code jccl tune}: measures what is faster here than NCCL's defaults, and tells it. */
@Command(
    name = "tune",
    description = "Measures which settings are faster here than NCCL's defaults; shows a choice.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class TuneCommand implements Callable<Integer> {
  private static final long MIB = 1 << 20;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private BackendOptions backendOptions;

  @Option(
      names = "--out",
      converter = Paths.FileToWrite.class,
      paramLabel = "FILE",
      description = "Measure, and put the choice for this machine into this file.")
  private @Nullable Path out;

  @Option(
      names = "--show",
      description = "Show what is chosen here, what it is worth for each operation and size, why.")
  private boolean show;

  @Option(
      names = "--from",
      converter = Paths.FileToRead.class,
      paramLabel = "FILE",
      description = "Show what this file says instead of the cache and jccl's own table.")
  private @Nullable Path from;

  @Option(
      names = "--rounds",
      converter = Numbers.Times.class,
      paramLabel = "N",
      defaultValue = "8",
      description = "Rounds; each way has its turn in each. Default: ${DEFAULT-VALUE}.")
  private int rounds;

  private final CallOptions calls =
      new CallOptions().operations(WayPlan.usualWorkloads()).most(512 * MIB, 2 * MIB);

  @Mixin
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private final CommandSpec callOptions = calls.spec();

  @Option(
      names = "--patience",
      converter = Numbers.Seconds.class,
      paramLabel = "SECONDS",
      defaultValue = "30",
      description =
          "How long one operation and size may take. Then the run ends, exit code 3; what "
              + "was measured before is kept. Default: ${DEFAULT-VALUE}.")
  private long patience;

  @Option(
      names = "--raw",
      converter = Paths.FileToWrite.class,
      paramLabel = "FILE",
      description = "Write all rounds into this file, for bench --compare.")
  private @Nullable Path raw;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (!show && out == null) {
      throw new ParameterException(spec.commandLine(), "give --out FILE to measure, or --show");
    }
    PrintWriter screen = spec.commandLine().getOut();
    try (BackendOptions.Opened opened = backendOptions.open(BackendConfig.defaults())) {
      if (out != null) {
        long wrong = measure(opened, out, screen);
        if (wrong > 0) {
          return 1;
        }
      }
      if (show) {
        show(opened.backend(), opened.ranks(), screen);
      }
    }
    return 0;
  }

  private long measure(BackendOptions.Opened opened, Path file, PrintWriter screen)
      throws IOException {
    Backend backend = opened.backend();
    long most = calls.most(backend.name().equals("nccl"));
    WayPlan plan = TuneRun.plan(backend, calls.workloads(), most, rounds);
    if (plan.size(opened.ranks()) == 0) {
      throw new ParameterException(spec.commandLine(), CallOptions.tooSmall(most));
    }
    Progress progress = Progress.of("tune", spec.commandLine().getErr());
    List<String> names = plan.ways().stream().map(Way::name).toList();
    WayTable table = new WayTable(screen, progress, plan.size(opened.ranks()), names);
    screen.printf(
        Locale.ROOT,
        "# jccl tune: %s, %s%n",
        backend.description(),
        CleanText.count(plan.rounds(), "round"));
    screen.flush();
    TuningTable.Entry entry;
    try (progress;
        Patience limit = new Patience(patience, () -> giveUp(table, file, screen))) {
      entry =
          TuneRun.run(
              backend,
              opened.ranks(),
              plan,
              Machine.driver(),
              row -> {
                table.row(row);
                limit.again();
              },
              chosen -> keep(file, chosen));
    }
    table.end();
    if (table.wrong() > 0) {
      screen.println("# results were wrong, so nothing is chosen");
      screen.flush();
      return table.wrong();
    }
    try {
      TuningTable.put(file, entry);
    } catch (IOException failed) {
      throw new ParameterException(
          spec.commandLine(), "--out: cannot write '" + file + "': " + BoundedFile.why(failed));
    }
    if (raw != null) {
      WayReport.of(EnvironmentCard.of(opened), "jccl tune", table.times(), List.of()).write(raw);
    }
    screen.println("# chosen: " + entry.choice());
    screen.println("# wrote " + file);
    screen.flush();
    return 0;
  }

  /** In case the process does not come to the end; if it does, a failure is told there. */
  private static void keep(Path file, TuningTable.Entry entry) {
    try {
      TuningTable.put(file, entry);
    } catch (IOException full) {
      // The measuring goes on: the ranks wait for each other.
    }
  }

  /** Some way hangs, and nothing that runs in NCCL can be taken back: the process ends. */
  private void giveUp(WayTable table, Path file, PrintWriter screen) {
    table.end();
    screen.println("# HANGS: what comes after the last line has not ended in " + patience + " s");
    screen.println("# kept what was measured before, if anything, in " + file);
    screen.flush();
    Runtime.getRuntime().halt(3);
  }

  private void show(Backend backend, int ranks, PrintWriter screen) {
    Tuning tuning = from != null ? Tuning.file(from) : out != null ? Tuning.file(out) : Tuning.AUTO;
    String gpu = backend.devices().getFirst().name();
    TuningChoice choice = choose(tuning, gpu, ranks, backend.ncclVersion());
    screen.printf(Locale.ROOT, "%d x %s, %s%n", ranks, gpu, backend.description());
    screen.println("choice: " + choice.words());
    screen.println("why:    " + choice.why());
    screen.println("cache:  " + Tuning.cache());
    List<TuningChoice.Time> times = choice.times();
    if (times.isEmpty()) {
      screen.println("times:  none are kept with it; ./jccl tune --out FILE measures them");
    } else {
      screen.printf(
          "%-15s %10s %10s %10s %7s %10s %7s%n",
          "operation", "bytes", "default", "tuned", "", "prepared", "");
    }
    for (TuningChoice.Time each : times) {
      screen.printf(
          Locale.ROOT,
          "%-15s %10s %10.2f %10.2f %5.2f x %10.2f %5.2f x%n",
          each.operation(),
          Units.bytes(each.bytes()),
          each.plain(),
          each.tuned(),
          each.plain() / each.tuned(),
          each.prepared(),
          each.plain() / each.prepared());
    }
    screen.flush();
  }

  private TuningChoice choose(Tuning tuning, String gpu, int ranks, int version) {
    try {
      return tuning.choose(gpu, ranks, version);
    } catch (IllegalArgumentException broken) {
      String words =
          from == null ? String.valueOf(broken.getMessage()) : CallOptions.said("--from", broken);
      throw new ParameterException(spec.commandLine(), words, broken);
    }
  }
}
