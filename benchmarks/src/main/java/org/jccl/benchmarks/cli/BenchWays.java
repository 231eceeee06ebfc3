package org.jccl.benchmarks.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jccl.Backend;
import org.jccl.BackendConfig;
import org.jccl.CleanText;
import org.jccl.benchmarks.bench.CoalescedBench;
import org.jccl.benchmarks.bench.NcclPeer;
import org.jccl.benchmarks.bench.Way;
import org.jccl.benchmarks.bench.WayBench;
import org.jccl.benchmarks.bench.WayPlan;
import org.jccl.benchmarks.bench.WayTimes;
import org.jccl.benchmarks.bench.Workload;
import org.jccl.benchmarks.cli.option.Numbers;
import org.jccl.benchmarks.cli.option.Paths;
import org.jccl.benchmarks.json.BadFileException;
import org.jccl.benchmarks.report.Part;
import org.jccl.benchmarks.report.ReportComparison;
import org.jccl.benchmarks.report.ReportPage;
import org.jccl.benchmarks.screen.Progress;
import org.jccl.benchmarks.ways.NcclPeers;
import org.jccl.benchmarks.ways.PeerRatios;
import org.jccl.benchmarks.ways.WayPart;
import org.jccl.benchmarks.ways.WayReport;
import org.jccl.benchmarks.ways.WayTable;
import org.jccl.benchmarks.ways.WayVerdict;
import org.jccl.config.Tuning;
import org.jccl.config.TuningChoice;
import org.jccl.file.BoundedFile;
import org.jccl.file.WholeFile;
import org.jccl.nccl.NcclBackend;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The part of {@code jccl bench} that sets ways and runs side by side. */
final class BenchWays {
  private static final long MIB = 1 << 20;

  private static final String TUNED = "--tuned";
  private static final String TUNING = "--tuning";
  private static final String PEERS = "--peers";
  private static final String NCCL_TESTS = "--nccl-tests";
  private static final String PYTHON = "--python";
  private static final String OUT = "--out";

  /** What says how ways are measured. */
  private static final Set<String> OF_WAYS =
      Set.of(TUNING, "--kernels", "--rounds", NCCL_TESTS, PYTHON);

  /** How often what seems slower is measured again. */
  private static final int CONFIRMATIONS = 2;

  @Option(
      names = TUNED,
      description =
          "Measure NCCL's defaults, tuned calls, and both prepared, in turns: how many "
              + "times as fast, with intervals. Of the other options --op, --max-bytes and --out "
              + "count.")
  private boolean tuned;

  @Option(
      names = TUNING,
      converter = Paths.FileToRead.class,
      paramLabel = "FILE",
      description = "With --tuned: what ./jccl tune has written, instead of what jccl knows.")
  private @Nullable Path tuning;

  @Option(
      names = "--kernels",
      description = "With --tuned: measure jccl's own kernels for small calls, too.")
  private boolean kernels;

  @Option(
      names = PEERS,
      description =
          "On GPUs: the same as --tuned, in turns with other programs that use NCCL: nccl-tests, PyNccl's"
              + " way, torch.distributed, those that are here; it says which are not, and why.")
  private boolean peers;

  @Option(
      names = NCCL_TESTS,
      converter = Paths.FolderToRead.class,
      paramLabel = "DIR",
      description =
          "With --peers: the folder with nccl-tests' programs. Without it: where all_reduce_perf is"
              + " on the PATH.")
  private @Nullable Path testPrograms;

  @Option(
      names = PYTHON,
      converter = Paths.FileToRead.class,
      paramLabel = "FILE",
      description = "With --peers: a Python 3 that has torch. Without it: python3 of the PATH.")
  private @Nullable Path python;

  @Option(
      names = "--coalesced",
      description =
          "Measure many small all-reduces in turns: as a group, as one call of parts side by side,"
              + " and as one call of parts that are copied; by themselves and prepared. Of the other"
              + " options --kernels, --rounds and --out count.")
  private boolean coalesced;

  @Option(
      names = "--rounds",
      converter = Numbers.Times.class,
      paramLabel = "N",
      defaultValue = "14",
      description = "With --tuned and --peers: rounds. Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(
      names = "--compare",
      converter = Paths.FileToRead.class,
      arity = "2",
      paramLabel = "FILE",
      description =
          "Compare two files line by line: rounds.json of --tuned, or report.json. With "
              + "--out also as a page. Exit code 1 if any line is slower.")
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
    return tuned || peers || coalesced || compare != null || baseline != null;
  }

  /**
   * Refuses an option that would count for nothing beside the others.
   *
   * @throws ParameterException if there is one
   */
  void requireCounting() {
    String what = compare != null ? "--compare" : coalesced ? "--coalesced" : peers ? PEERS : TUNED;
    for (OptionSpec given : command.commandLine().getParseResult().matchedOptions()) {
      String option = given.longestName();
      if (isWanted() && !counting().contains(option) && !given.inherited()) {
        throw bad(option + ": it counts for nothing with " + what + ": leave one of them out");
      }
      if (!isWanted() && OF_WAYS.contains(option)) {
        throw bad(
            option
                + ": it counts for nothing by itself: give --tuned, --peers or --coalesced, too");
      }
    }
    if (!peers && (testPrograms != null || python != null)) {
      throw bad((python != null ? PYTHON : NCCL_TESTS) + ": only with " + PEERS);
    }
  }

  private Set<String> counting() {
    if (compare != null) {
      return Set.of("--compare", OUT);
    }
    Set<String> all = new HashSet<>(OF_WAYS);
    all.addAll(Set.of(OUT, "--backend", "--ranks", "--baseline", TUNED, PEERS));
    if (coalesced) {
      all.removeAll(Set.of(TUNING, TUNED, PEERS, PYTHON, NCCL_TESTS));
      all.add("--coalesced");
    } else {
      all.addAll(Set.of("--op", "--max-bytes"));
    }
    return all;
  }

  /** Does it; the exit code. */
  int run(BackendOptions backends, String line, CallOptions calls) throws IOException {
    PrintWriter screen = command.commandLine().getOut();
    if (compare != null) {
      return compare(source(compare[0]), source(compare[1]), screen);
    }
    WayReport before = baseline == null ? null : read(baseline);
    try (BackendOptions.Opened opened = backends.open(BackendConfig.defaults())) {
      boolean isReal = opened.backend().name().equals("nccl");
      if (coalesced) {
        return coalesced(opened, isReal, line, before, screen);
      }
      Long given = calls.givenMost();
      long most = given != null ? given : isReal ? 512 * MIB : 2 * MIB;
      List<Long> sizes = peers ? WayPlan.powersOfFour(most) : WayPlan.usualSizes(most);
      if (sizes.isEmpty()) {
        throw bad(CallOptions.tooSmall(most));
      }
      WayPlan plan =
          new WayPlan(
              calls.hasOperations() ? calls.workloads() : WayPlan.usualWorkloads(),
              sizes,
              ways(opened.backend(), opened.ranks(), screen),
              rounds,
              128 * MIB);
      Measured measured = measured(opened, plan, line, screen);
      WayTable table = measured.table;
      WayReport report =
          WayReport.of(EnvironmentCard.of(opened), line, table.times(), measured.notes);
      if (before != null) {
        report = confirmed(before, report, plan, opened, screen);
      }
      write(report, before, screen);
      int slower = before == null ? 0 : WayVerdict.print(before, report, screen);
      return table.wrong() > 0 || slower > 0 ? 1 : 0;
    }
  }

  private int coalesced(
      BackendOptions.Opened opened,
      boolean isReal,
      String line,
      @Nullable WayReport before,
      PrintWriter screen)
      throws IOException {
    CoalescedBench.Plan plan =
        new CoalescedBench.Plan(
            List.of(4, 16, 64),
            isReal ? List.of(64L, 4096L, 65_536L) : List.of(64L, 4096L),
            kernels,
            rounds,
            isReal ? 5_000 : 600);
    screen.println("# jccl bench --coalesced on " + opened.backend().description());
    Progress progress = Progress.of("bench", command.commandLine().getErr());
    WayTable table = new WayTable(screen, progress, plan.size(), plan.ways());
    try (progress) {
      CoalescedBench.run(opened.backend(), opened.ranks(), plan, table::row);
    }
    table.end();
    WayReport report = WayReport.of(EnvironmentCard.of(opened), line, table.times(), List.of());
    write(report, before, screen);
    return before == null ? 0 : WayVerdict.print(before, report, screen) > 0 ? 1 : 0;
  }

  /** The table, and what is to be said of other programs. */
  private record Measured(WayTable table, List<String> notes) {}

  private Measured measured(
      BackendOptions.Opened opened, WayPlan plan, String line, PrintWriter screen)
      throws IOException {
    Progress progress = Progress.of("bench", command.commandLine().getErr());
    int rows = plan.size(opened.ranks());
    List<String> names = new ArrayList<>(plan.ways().stream().map(Way::name).toList());
    List<String> failures = new ArrayList<>();
    if (!peers) {
      WayTable table = new WayTable(screen, progress, rows, names);
      try (progress) {
        WayBench.run(opened.backend(), opened.ranks(), plan, List.of(), table::row, failures::add);
      }
      table.end();
      failures.forEach(note -> screen.println("# " + note));
      return new Measured(table, failures);
    }
    Path library =
        opened.backend() instanceof NcclBackend nccl ? Path.of(nccl.library().description()) : null;
    try (progress;
        NcclPeers others = NcclPeers.find(opened.ranks(), library, testPrograms, python)) {
      others.notes().forEach(note -> screen.println("# " + note));
      List<String> peerNames = others.peers().stream().map(NcclPeer::name).toList();
      names.addAll(peerNames);
      WayTable table = new WayTable(screen, progress, rows, names);
      WayBench.run(
          opened.backend(),
          opened.ranks(),
          plan,
          others.peers(),
          row -> {
            table.row(row);
            keep(WayReport.of(EnvironmentCard.of(opened), line, table.times(), others.notes()));
          },
          failures::add);
      table.end();
      PeerRatios.print(table, peerNames, screen);
      List<String> notes = new ArrayList<>(others.notes());
      notes.addAll(failures);
      notes.forEach(note -> screen.println("# " + note));
      return new Measured(table, notes);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", interrupted);
    }
  }

  /** Lines that are slower are measured again, a while later: slower is what is so each time. */
  private WayReport confirmed(
      WayReport before,
      WayReport report,
      WayPlan plan,
      BackendOptions.Opened opened,
      PrintWriter screen) {
    WayReport now = report;
    for (int attempt = 0; attempt < CONFIRMATIONS; attempt++) {
      List<WayTimes> slower = WayVerdict.slower(before, now);
      if (slower.isEmpty()) {
        break;
      }
      List<WayTimes> again = new ArrayList<>();
      try (Progress progress = Progress.of("bench", command.commandLine().getErr())) {
        for (String operation : operations(slower)) {
          progress.at("slower, measured again: " + operation, again.size(), slower.size());
          List<Long> sizes =
              slower.stream()
                  .filter(each -> each.operation().equals(operation))
                  .map(WayTimes::bytes)
                  .distinct()
                  .toList();
          WayBench.run(
              opened.backend(),
              opened.ranks(),
              plan.of(Workload.ofLabel(operation), sizes),
              again::addAll);
        }
      }
      now = now.with(again.stream().filter(each -> isAmong(each, slower)).toList());
      screen.printf(
          Locale.ROOT,
          "# slower lines are measured again: %d were slower, %d are again%n",
          slower.size(),
          WayVerdict.slower(before, now).size());
    }
    return now;
  }

  private static List<String> operations(List<WayTimes> lines) {
    return lines.stream().map(WayTimes::operation).distinct().toList();
  }

  private static boolean isAmong(WayTimes line, List<WayTimes> lines) {
    return lines.stream().anyMatch(each -> each.isBeside(line) && each.way().equals(line.way()));
  }

  private List<Way> ways(Backend backend, int ranks, PrintWriter screen) {
    Tuning from = tuning == null ? Tuning.AUTO : Tuning.file(tuning);
    TuningChoice choice;
    try {
      choice = from.choose(backend.devices().getFirst().name(), ranks, backend.ncclVersion());
    } catch (IllegalArgumentException broken) {
      throw bad(CallOptions.said(TUNING, broken));
    }
    screen.printf(
        Locale.ROOT,
        "# jccl bench --tuned on %s, %s%n",
        backend.description(),
        CleanText.count(rounds, "round"));
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
      return List.of(Way.DEFAULT, way, own, Way.DEFAULT.prepare(), way.prepare(), own.prepare());
    }
    return List.of(Way.DEFAULT, way, Way.DEFAULT.prepare(), way.prepare());
  }

  /** Prints the verdict, and writes the page if a folder is named for it. */
  private int compare(PageSource first, PageSource second, PrintWriter screen) throws IOException {
    long slower;
    if (first instanceof PageSource.Rounds before && second instanceof PageSource.Rounds after) {
      slower = WayVerdict.print(before.report(), after.report(), screen);
    } else if (first instanceof PageSource.Bench before
        && second instanceof PageSource.Bench after) {
      screen.print(ReportComparison.of(before.report(), after.report()));
      slower = ReportComparison.slower(before.report(), after.report());
      screen.printf(
          Locale.ROOT,
          "# %d slower: all their samples are (measure in rounds, with --tuned, for intervals)%n",
          slower);
    } else {
      throw bad("--compare: give two rounds.json of bench --tuned, or two report.json of bench");
    }
    Path folder = folder();
    if (folder != null) {
      page(folder.resolve("compare.html"), first.beside("report", second), screen);
    }
    screen.flush();
    return slower > 0 ? 1 : 0;
  }

  private @Nullable Path folder() {
    return command.commandLine().getParseResult().matchedOptionValue(OUT, null);
  }

  private static void page(Path file, Part part, PrintWriter screen) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    WholeFile.write(file, ReportPage.write(part.heading(), List.of(part)));
    screen.println("# wrote " + file);
  }

  /** What is there so far, in case the run is ended from outside. */
  private void keep(WayReport report) {
    Path folder = folder();
    if (folder != null) {
      try {
        Files.createDirectories(folder);
        report.write(folder.resolve("rounds.json"));
      } catch (IOException failed) {
        // The end of the run tries again, and says what is wrong.
      }
    }
  }

  private void write(WayReport report, @Nullable WayReport before, PrintWriter screen)
      throws IOException {
    Path folder = folder();
    if (folder != null) {
      Path file = folder.resolve("rounds.json");
      try {
        Files.createDirectories(folder);
        report.write(file);
      } catch (IOException failed) {
        throw bad("--out: cannot write '" + file + "': " + BoundedFile.why(failed));
      }
      screen.println("# wrote " + file);
      Part part =
          before == null
              ? WayPart.of("report", report, null)
              : WayPart.of("report", before, report);
      page(folder.resolve("rounds.html"), part, screen);
      screen.flush();
    }
  }

  private PageSource source(Path file) {
    try {
      return PageSource.read(file);
    } catch (BadFileException bad) {
      throw bad("--compare: " + bad.getMessage());
    }
  }

  private WayReport read(Path file) {
    try {
      return WayReport.read(file);
    } catch (BadFileException bad) {
      throw bad("--baseline: " + bad.getMessage());
    }
  }

  private ParameterException bad(String what) {
    return new ParameterException(command.commandLine(), what);
  }
}
