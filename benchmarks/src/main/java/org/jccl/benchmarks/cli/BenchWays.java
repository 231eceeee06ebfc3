package org.jccl.benchmarks.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jccl.Backend;
import org.jccl.BackendConfig;
import org.jccl.benchmarks.bench.Way;
import org.jccl.benchmarks.bench.WayBench;
import org.jccl.benchmarks.bench.WayPlan;
import org.jccl.benchmarks.bench.Workload;
import org.jccl.benchmarks.cli.option.Numbers;
import org.jccl.benchmarks.cli.option.Paths;
import org.jccl.benchmarks.json.BadFileException;
import org.jccl.benchmarks.ways.WayReport;
import org.jccl.benchmarks.ways.WayTable;
import org.jccl.benchmarks.ways.WayVerdict;
import org.jccl.config.Tuning;
import org.jccl.config.TuningChoice;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The part of {@code jccl bench} that sets ways and runs side by side. */
final class BenchWays {
  private static final long MIB = 1 << 20;

  @Option(
      names = "--tuned",
      description = {
        "Measure NCCL's defaults, tuned calls, and both prepared, in turns: how many times as",
        "fast, with intervals. Of the other options --op, --max-bytes and --out count."
      })
  private boolean tuned;

  @Option(
      names = "--tuning",
      converter = Paths.FileToRead.class,
      paramLabel = "FILE",
      description = "With --tuned: what ./jccl tune has written, instead of what jccl knows.")
  private @Nullable Path tuning;

  @Option(
      names = "--kernels",
      description = "With --tuned: measure jccl's own kernels for small calls, too.")
  private boolean kernels;

  @Option(
      names = "--rounds",
      converter = Numbers.Times.class,
      paramLabel = "N",
      defaultValue = "14",
      description = "With --tuned: rounds. Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(
      names = "--compare",
      converter = Paths.FileToRead.class,
      arity = "2",
      paramLabel = "FILE",
      description = "Compare two files of --tuned line by line; exit code 1 if any is slower.")
  private Path @Nullable [] compare;

  @Option(
      names = "--baseline",
      converter = Paths.FileToRead.class,
      paramLabel = "FILE",
      description =
          "With --tuned: compare with this file of an earlier run; exit code 1 if slower.")
  private @Nullable Path baseline;

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec command;

  /** Whether one of these options was given. */
  boolean isWanted() {
    return tuned || compare != null || baseline != null;
  }

  /** Does it; the exit code. */
  int run(
      BackendOptions backends,
      String line,
      String @Nullable [] operations,
      @Nullable Long mostBytes)
      throws IOException {
    PrintWriter screen = command.commandLine().getOut();
    if (compare != null) {
      return WayVerdict.print(read(compare[0]), read(compare[1]), screen) > 0 ? 1 : 0;
    }
    WayReport before = baseline == null ? null : read(baseline);
    try (BackendOptions.Opened opened = backends.open(BackendConfig.defaults())) {
      boolean isReal = opened.backend().name().equals("nccl");
      long most = mostBytes != null ? mostBytes : isReal ? 512 * MIB : 2 * MIB;
      WayPlan plan =
          new WayPlan(
              operations == null ? WayPlan.usualWorkloads() : workloads(operations),
              WayPlan.usualSizes(most),
              ways(opened.backend(), opened.ranks(), screen),
              rounds,
              128 * MIB);
      WayTable table = new WayTable(screen);
      WayBench.run(opened.backend(), opened.ranks(), plan, table::row);
      table.end();
      WayReport report = WayReport.of(EnvironmentCard.of(opened), line, table.times());
      write(report, screen);
      int slower = before == null ? 0 : WayVerdict.print(before, report, screen);
      return table.wrong() > 0 || slower > 0 ? 1 : 0;
    }
  }

  private List<Way> ways(Backend backend, int ranks, PrintWriter screen) {
    Tuning from = tuning == null ? Tuning.AUTO : Tuning.file(tuning);
    TuningChoice choice;
    try {
      choice = from.choose(backend.devices().getFirst().name(), ranks, backend.ncclVersion());
    } catch (IllegalArgumentException broken) {
      throw bad("--tuning: " + broken.getMessage());
    }
    screen.printf(
        Locale.ROOT, "# jccl bench --tuned on %s, %d rounds%n", backend.description(), rounds);
    screen.println("# tuned: " + choice);
    if (choice.isNone()) {
      return kernels
          ? List.of(
              Way.DEFAULT,
              Way.DEFAULT.withKernels(),
              Way.DEFAULT.prepare(),
              Way.DEFAULT.withKernels().prepare())
          : List.of(Way.DEFAULT, Way.DEFAULT.prepare());
    }
    Way way = new Way("tuned", choice, false, false);
    if (kernels) {
      Way own = way.withKernels();
      return List.of(
          Way.DEFAULT, way, own, Way.DEFAULT.prepare(), way.prepare(), own.prepare());
    }
    return List.of(Way.DEFAULT, way, Way.DEFAULT.prepare(), way.prepare());
  }

  private List<Workload> workloads(String[] names) {
    try {
      return Arrays.stream(names).map(Workload::ofLabel).toList();
    } catch (IllegalArgumentException unknown) {
      throw bad("--op: " + unknown.getMessage());
    }
  }

  private void write(WayReport report, PrintWriter screen) throws IOException {
    Path folder = command.commandLine().getParseResult().matchedOptionValue("--out", null);
    if (folder != null) {
      Files.createDirectories(folder);
      Path file = folder.resolve("rounds.json");
      report.write(file);
      screen.println("# wrote " + file);
      screen.flush();
    }
  }

  private WayReport read(Path file) {
    try {
      return WayReport.read(file);
    } catch (BadFileException bad) {
      throw bad(String.valueOf(bad.getMessage()));
    }
  }

  private ParameterException bad(String what) {
    return new ParameterException(command.commandLine(), what);
  }
}
