package org.jccl.benchmarks.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jccl.RankProgram;
import org.jccl.benchmarks.cli.option.Numbers;
import org.jccl.benchmarks.cli.option.OptionValue;
import org.jccl.benchmarks.cli.option.Paths;
import org.jccl.benchmarks.cli.option.SeedRange;
import org.jccl.benchmarks.cli.option.Texts;
import org.jccl.benchmarks.cli.option.Words;
import org.jccl.benchmarks.screen.Progress;
import org.jccl.benchmarks.screen.ReportColors;
import org.jccl.benchmarks.screen.Screen;
import org.jccl.file.BoundedFile;
import org.jccl.file.WholeFile;
import org.jccl.sim.faults.CallPoint;
import org.jccl.sim.faults.FaultKind;
import org.jccl.sim.faults.FaultPlan;
import org.jccl.sim.rehearsal.FaultClass;
import org.jccl.sim.rehearsal.FaultOutcome;
import org.jccl.sim.rehearsal.FaultReplayClass;
import org.jccl.sim.rehearsal.FaultRow;
import org.jccl.sim.rehearsal.FaultTable;
import org.jccl.sim.rehearsal.Rehearsal;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code jccl faults}: a user's program in which something breaks, at every call of it. */
@Command(
    name = "faults",
    description =
        "Runs a class that implements org.jccl.RankProgram on simulated devices, each "
            + "time with another fault, and says what comes of each: recovered, reported, "
            + "silent wrong data, or a hang. The exit code is 1 if there was silent wrong data or "
            + "a hang; with --plan also if the program failed.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class FaultsCommand implements Callable<Integer> {
  @Option(
      names = "--ranks",
      converter = Numbers.Ranks.class,
      paramLabel = "N",
      description = "Number of ranks. Default: 3.")
  private int ranks = 3;

  @Option(
      names = "--plan",
      converter = Texts.Faults.class,
      paramLabel = "FAULTS",
      description =
          "Only these faults, together, as 'rank 1 at call 3: exit; rank 0 at all_reduce 2: "
              + "slow 5ms'. Without it each kind of fault strikes at each call.")
  private @Nullable FaultPlan plan;

  @Option(
      names = "--kinds",
      converter = Words.FaultKindName.class,
      split = OptionValue.LIST,
      splitSynopsisLabel = ",",
      paramLabel = "KIND",
      description = "Only these kinds of faults, such as exception, exit, hang, 'async error'.")
  private List<String> kinds = new ArrayList<>();

  @Option(
      names = "--rank",
      converter = Numbers.RankNumber.class,
      split = OptionValue.LIST,
      splitSynopsisLabel = ",",
      paramLabel = "R",
      description = "Only faults of these ranks.")
  private List<Integer> ranksToStrike = new ArrayList<>();

  @Option(
      names = "--opening",
      description =
          "Also faults at the calls before the program begins, which open the communicator.")
  private boolean opening;

  @Option(
      names = "--seeds",
      converter = Texts.Seeds.class,
      paramLabel = "A..B",
      description = "Run each fault with each of these seeds, too. The worst outcome counts.")
  private @Nullable SeedRange seeds;

  @Option(
      names = "--nccl-version",
      converter = Texts.Version.class,
      paramLabel = "X.Y.Z",
      description = "The version of NCCL to imitate. Default: 2.28.9.")
  private @Nullable Integer version;

  @Option(
      names = "--json",
      converter = Paths.FileToWrite.class,
      paramLabel = "FILE",
      description = "Write every outcome into FILE.")
  private @Nullable Path json;

  @Option(
      names = "--junit",
      converter = Paths.FolderToWrite.class,
      paramLabel = "DIR",
      description =
          "Write a JUnit class into DIR that fails with the worst outcome, if there is one that "
              + "the program did not recover from.")
  private @Nullable Path junit;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private ProgramOptions program;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  private static final Comparator<FaultOutcome> BY_RESULT =
      Comparator.comparing(FaultOutcome::result);

  @Override
  public Integer call() throws Exception {
    for (int each : ranksToStrike) {
      if (each >= ranks) {
        throw bad("--rank: %d is no rank of %d: give 0 to %d".formatted(each, ranks, ranks - 1));
      }
    }
    ProgramClass what = program.program(spec);
    List<URLClassLoader> loaders = new ArrayList<>();
    try {
      Rehearsal rehearsal = rehearsal(() -> made(what, loaders));
      made(what, loaders); // what is wrong with the class is said at once
      return plan == null ? table(rehearsal) : one(rehearsal, plan);
    } finally {
      for (URLClassLoader loader : loaders) {
        loader.close();
      }
    }
  }

  /** A program of its own for each run: its static fields are those of no other run. */
  private static RankProgram made(ProgramClass program, List<URLClassLoader> loaders) {
    URLClassLoader loader = program.loader();
    loaders.add(loader);
    return program.program(loader);
  }

  private Rehearsal rehearsal(Supplier<RankProgram> programs) {
    Rehearsal rehearsal = Rehearsal.of(ranks, program.args(), programs::get);
    if (version != null) {
      int code = version;
      rehearsal = rehearsal.in(world -> world.ncclVersion(code));
    }
    if (seeds != null) {
      rehearsal =
          rehearsal.seeds(LongStream.rangeClosed(seeds.first(), seeds.last()).boxed().toList());
    }
    return rehearsal;
  }

  private int one(Rehearsal rehearsal, FaultPlan faults) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    List<FaultOutcome> outcomes = rehearsal.runAll(faults);
    for (FaultOutcome each : outcomes) {
      out.println(ReportColors.mark(each.toString(), Screen.get().out()));
      each.struck().forEach(struck -> out.println("  " + struck));
    }
    FaultOutcome worst = Collections.max(outcomes, BY_RESULT);
    writeTest(worst);
    out.flush();
    return isBad(worst) ? 1 : 0;
  }

  private static boolean isBad(FaultOutcome outcome) {
    return outcome.result() != FaultClass.RECOVERED && outcome.result() != FaultClass.NOT_REACHED;
  }

  /** The JUnit class, if one is wanted and there is something that it can fail with. */
  private void writeTest(FaultOutcome worst) throws IOException {
    Path folder = junit;
    if (folder != null && isBad(worst)) {
      FaultReplayClass test =
          new FaultReplayClass(
              program.program(spec).replayed(program.args()),
              ranks,
              version == null ? 0 : version,
              worst);
      Path file = folder.resolve(test.name() + ".java");
      Files.createDirectories(folder);
      WholeFile.write(file, test.source());
      spec.commandLine().getOut().printf("%s%ntest: %s%n", worst, file);
    }
  }

  private int table(Rehearsal rehearsal) throws IOException {
    Predicate<CallPoint> where =
        call ->
            (opening || !call.isOpening())
                && (ranksToStrike.isEmpty() || ranksToStrike.contains(call.point().rank()));
    int[] done = new int[1];
    FaultTable table;
    try (Progress progress = Progress.ticking("faults", spec.commandLine().getErr())) {
      table =
          rehearsal.explore(
              kindsToStrike(),
              where,
              (row, all) -> progress.at(row.fault().toString(), ++done[0], all));
    }
    spec.commandLine().getOut().print(table.text());
    Optional<FaultOutcome> worst = table.rows().stream().map(FaultRow::worst).max(BY_RESULT);
    if (worst.isPresent()) {
      writeTest(worst.get());
    }
    spec.commandLine().getOut().flush();
    if (json != null) {
      write(json, table);
      System.err.println("jccl faults: every outcome is in " + json);
    }
    Map<FaultClass, Integer> counts = table.counts();
    return counts.containsKey(FaultClass.HANG) || counts.containsKey(FaultClass.SILENT_WRONG_DATA)
        ? 1
        : 0;
  }

  private Set<FaultKind> kindsToStrike() {
    Set<FaultKind> found = EnumSet.noneOf(FaultKind.class);
    for (String each : kinds) {
      found.addAll(
          Stream.of(FaultKind.values()).filter(kind -> kind.label().equals(each)).toList());
    }
    return found.isEmpty() ? EnumSet.allOf(FaultKind.class) : found;
  }

  private void write(Path file, FaultTable table) {
    try {
      JSON pretty = JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT);
      WholeFile.write(file, pretty.asString(written(table)) + "\n");
    } catch (IOException notThere) {
      throw bad("--json: cannot write '%s': %s".formatted(file, BoundedFile.why(notThere)));
    }
  }

  private Map<String, Object> written(FaultTable table) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (FaultRow row : table.rows()) {
      for (FaultOutcome each : row.outcomes()) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("rank", row.call().point().rank());
        one.put("point", row.call().point().toString());
        one.put("call", row.call().call());
        one.put("nth", row.call().nth());
        one.put("site", row.call().site());
        one.put("kind", row.fault().kind().label());
        one.put("fault", row.fault().toString());
        one.put("schedule", each.schedule());
        one.put("class", each.result().label());
        one.put("summary", each.summary());
        one.put("exitCode", each.exitCode());
        rows.add(one);
      }
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("program", program.className());
    all.put("ranks", ranks);
    all.put("faults", rows);
    return all;
  }

  private ParameterException bad(String what) {
    return new ParameterException(spec.commandLine(), what);
  }
}
