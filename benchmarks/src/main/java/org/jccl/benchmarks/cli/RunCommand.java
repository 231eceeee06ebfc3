package org.jccl.benchmarks.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jccl.BackendConfig;
import org.jccl.CheckLevel;
import org.jccl.CleanText;
import org.jccl.CollectiveException;
import org.jccl.CommunicatorConfig;
import org.jccl.RankProgram;
import org.jccl.Ranks;
import org.jccl.ResultCode;
import org.jccl.benchmarks.cli.option.Numbers;
import org.jccl.benchmarks.cli.option.Paths;
import org.jccl.benchmarks.cli.option.SeedRange;
import org.jccl.benchmarks.cli.option.Texts;
import org.jccl.benchmarks.cli.option.Words;
import org.jccl.benchmarks.launch.OwnJvm;
import org.jccl.benchmarks.launch.ProcessPlan;
import org.jccl.benchmarks.launch.ProcessRun;
import org.jccl.benchmarks.launch.RankProcess;
import org.jccl.benchmarks.screen.Progress;
import org.jccl.process.ProcessGroups;
import org.jccl.sim.SimProvider;
import org.jccl.sim.Simulator;
import org.jccl.sim.faults.FaultPlan;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code jccl run}: a user's program, once per rank, on simulated or real devices. */
@Command(
    name = "run",
    description = "Runs a class that implements org.jccl.RankProgram, once per rank.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class RunCommand implements Callable<Integer> {
  /** How long the ranks may take to end once one has failed, and once they are asked to. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private BackendOptions backendOptions;

  @Option(
      names = "--seed",
      converter = Numbers.Seed.class,
      paramLabel = "S",
      description =
          "Seed of the simulator's schedule; without it ranks run first come, first served.")
  private @Nullable Long seed;

  @Option(
      names = "--seeds",
      converter = Texts.Seeds.class,
      paramLabel = "A..B",
      description =
          "Run once with each seed from A to B, each on a new simulator, until one fails. "
              + "Its report ends with the seed.")
  private @Nullable SeedRange seeds;

  @Option(
      names = "--checks",
      converter = Words.CheckLevelName.class,
      paramLabel = "LEVEL",
      description = "How much the simulator checks: none, default or full. Default: full.")
  private @Nullable String checks;

  @Option(
      names = "--strict",
      description =
          "Let the simulator wait wherever NCCL may, and take programs that are only "
              + "fragile for wrong.")
  private boolean strict;

  @Option(
      names = "--nccl-version",
      converter = Texts.Version.class,
      paramLabel = "X.Y.Z",
      description = "The version of NCCL that the simulator imitates. Default: 2.28.9.")
  private @Nullable Integer version;

  @Option(
      names = "--faults",
      converter = Texts.Faults.class,
      paramLabel = "PLAN",
      description =
          "Let faults strike, as 'rank 1 at call 3: exit; rank 0 at all_reduce 2: slow "
              + "5ms'. ./jccl faults puts each kind at each call, and says what comes of it.")
  private @Nullable FaultPlan faults;

  @Option(
      names = "--timeline",
      converter = Paths.FileToWrite.class,
      paramLabel = "FILE",
      description = "Write what the simulator does in virtual time into FILE, for Perfetto (JSON).")
  private @Nullable Path timeline;

  @Option(
      names = "--trace",
      converter = Paths.FileToWrite.class,
      paramLabel = "FILE",
      description =
          "Write what the simulator decides into FILE, one event a line. report trace A B "
              + "says where two runs part.")
  private @Nullable Path trace;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private ProgramOptions program;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Option(
      names = "--processes",
      converter = Numbers.Processes.class,
      paramLabel = "N",
      description =
          "Run each of N ranks in a process of its own, on the GPU of that number. The "
              + "program may also be a class with a main method that joins by "
              + "ProcessGroups.fromEnvironment.")
  private @Nullable Integer processes;

  @Option(
      names = "--as-rank",
      description =
          "Run as one rank, the one that the launcher of this process says: under torchrun "
              + "--no-python, mpirun, srun, in a pod. --processes starts its ranks this way.")
  private boolean asRank;

  @Option(
      names = "--operation-timeout",
      converter = Numbers.TimeLimit.class,
      paramLabel = "SECONDS",
      description =
          "End the communicators when a call, or work on a GPU, has been under way for "
              + "longer. Default: never.")
  private @Nullable Double operationTimeout;

  @Override
  public Integer call() throws Exception {
    // Worlds are opened by name here, and that way it is a property that has such a wish.
    Map<String, String> wishes = new LinkedHashMap<>();
    if (faults != null) {
      wishes.put(SimProvider.FAULTS_PROPERTY, faults.toString());
    }
    if (version != null) {
      wishes.put(SimProvider.VERSION_PROPERTY, version.toString());
    }
    wishes.forEach(System::setProperty);
    try {
      return run();
    } finally {
      wishes.keySet().forEach(System::clearProperty);
    }
  }

  private int run() throws Exception {
    ProgramClass what = program.program(spec);
    if (processes != null) {
      return runProcesses(processes);
    }
    if (asRank) {
      return runAsRank(what);
    }
    if (seeds == null) {
      try (Progress progress = Progress.onTerminal("run")) {
        runOnce(what, seed);
      }
      return 0;
    }
    if (seed != null || timeline != null || trace != null) {
      throw bad("--seeds: not together with --seed, --timeline or --trace, which mean one run");
    }
    try (Progress progress = Progress.ticking("run", spec.commandLine().getErr())) {
      for (long each = seeds.first(); ; each++) {
        progress.at("seed " + each, each - seeds.first(), seeds.last() - seeds.first() + 1);
        runOnce(what, each);
        if (each == seeds.last()) {
          System.err.println("jccl run: no run failed with seeds " + seeds);
          return 0;
        }
      }
    }
  }

  private int runProcesses(int number) throws InterruptedException {
    if (backendOptions.ranks != null) {
      throw bad("--processes: not together with --ranks, which are threads of one process");
    }
    boolean simulates = seed != null || seeds != null || faults != null || version != null;
    if (simulates || timeline != null || trace != null || strict) {
      throw bad("--processes: the simulator, its seeds and its files belong to one process");
    }
    List<String> command = OwnJvm.command(List.of(Main.class.getName(), "run", "--as-rank"));
    if (backendOptions.backend != null) {
      command.addAll(List.of("--backend", backendOptions.backend));
    }
    if (operationTimeout != null) {
      command.addAll(List.of("--operation-timeout", operationTimeout.toString()));
    }
    command.addAll(List.of("--class-path", program.classPath(), program.className()));
    command.addAll(program.args());
    return new ProcessRun(new ProcessPlan(number, command, GRACE), System.out, System.err).run();
  }

  private int runAsRank(ProgramClass what) throws Exception {
    try {
      ProcessGroups.launch();
    } catch (IllegalStateException notStarted) {
      throw bad(
          "--as-rank: %s: start it by torchrun --no-python, mpirun or srun, or give --processes N"
              .formatted(notStarted.getMessage()));
    }
    RankProcess.endWithParent();
    try (URLClassLoader loader = what.loader()) {
      Thread.currentThread().setContextClassLoader(loader);
      Optional<Method> main = what.mainMethod(loader);
      if (main.isPresent()) {
        RankProcess.runMain(main.get(), program.args());
      } else {
        RankProcess.run(
            backendOptions.backend, communicatorConfig(), program.args(), what.program(loader));
      }
      return 0;
    } catch (CollectiveException failure) {
      if (failure.code() != ResultCode.REMOTE_ERROR) {
        throw failure;
      }
      System.err.println("jccl run: " + CleanText.report(String.valueOf(failure.getMessage())));
      return ProcessRun.CONSEQUENCE;
    }
  }

  private void runOnce(ProgramClass what, @Nullable Long with) throws Exception {
    try (URLClassLoader loader = what.loader()) {
      RankProgram ranks = what.program(loader);
      Optional<Simulator> simulator;
      try (BackendOptions.Opened opened = open(with)) {
        simulator = Simulator.of(opened.backend());
        System.err.println(
            "jccl run: "
                + CleanText.count(opened.ranks(), "rank")
                + " on "
                + opened.backend().description()
                + " ("
                + opened.why()
                + ")");
        runOn(opened, ranks);
      }
      List<String> unwritten = simulator.map(Simulator::unwrittenFiles).orElse(List.of());
      if (!unwritten.isEmpty()) {
        throw new IOException(String.join(", ", unwritten));
      }
    }
  }

  private BackendOptions.Opened open(@Nullable Long with) {
    try {
      BackendOptions.Opened opened = backendOptions.open(config(with));
      if (timeline != null && Simulator.of(opened.backend()).isEmpty()) {
        opened.close();
        throw bad("--timeline: only simulated time can be drawn: add --backend sim");
      }
      if (faults != null && Simulator.of(opened.backend()).isEmpty()) {
        opened.close();
        throw bad("--faults: they strike simulated ranks alone: add --backend sim");
      }
      if (version != null && Simulator.of(opened.backend()).isEmpty()) {
        opened.close();
        throw bad("--nccl-version: a library has the version it has: add --backend sim");
      }
      if ((with != null || strict || checks != null) && Simulator.of(opened.backend()).isEmpty()) {
        opened.close();
        throw bad("--seed, --seeds, --strict and --checks are a simulator's: add --backend sim");
      }
      if (trace != null) {
        writeTrace(opened, trace);
      }
      return opened;
    } catch (UncheckedIOException notThere) {
      throw bad("--timeline: " + notThere.getMessage());
    }
  }

  private void writeTrace(BackendOptions.Opened opened, Path file) {
    try {
      Simulator.of(opened.backend())
          .orElseThrow(() -> bad("--trace: only a simulator has a trace: add --backend sim"))
          .writeTrace(file);
    } catch (UncheckedIOException notThere) {
      opened.close();
      throw bad("--trace: " + notThere.getMessage());
    } catch (ParameterException notSimulated) {
      opened.close();
      throw notSimulated;
    }
  }

  private BackendConfig config(@Nullable Long with) {
    BackendConfig.Builder config = BackendConfig.builder();
    if (checks != null) {
      config.checks(CheckLevel.valueOf(checks.toUpperCase(Locale.ROOT)));
    } else if (System.getProperty(SimProvider.CHECKS_PROPERTY) == null) {
      // A run is for finding bugs: with full checks reports name the line of every call.
      config.checks(CheckLevel.FULL);
    }
    if (with != null) {
      config.seed(with);
    }
    if (timeline != null) {
      config.timeline(timeline);
    }
    return config.strict(strict).build();
  }

  private CommunicatorConfig communicatorConfig() {
    if (operationTimeout == null) {
      return CommunicatorConfig.defaults();
    }
    return CommunicatorConfig.builder()
        .operationTimeout(Duration.ofNanos((long) (operationTimeout * 1e9)))
        .build();
  }

  private void runOn(BackendOptions.Opened opened, RankProgram ranks) {
    try {
      Ranks.run(opened.backend(), opened.ranks(), communicatorConfig(), program.args(), ranks);
    } finally {
      Simulator.of(opened.backend()).ifPresent(RunCommand::tellFaults);
      Simulator.of(opened.backend()).ifPresent(RunCommand::tellTrace);
    }
  }

  private static void tellFaults(Simulator simulator) {
    simulator
        .faults()
        .ifPresent(
            log -> {
              log.struck().forEach(struck -> System.err.println("jccl run: " + struck));
              log.notStruck().forEach(line -> System.err.println("jccl run: " + line));
              log.staleReads().forEach(line -> System.err.println("jccl run: " + line));
            });
  }

  /** Equal hashes mean that two runs took the same decisions in the same order. */
  private static void tellTrace(Simulator simulator) {
    System.err.printf(
        "jccl run: trace %016x, %s, %s%s%n",
        simulator.traceHash(),
        CleanText.count(simulator.traceEvents(), "event"),
        simulator.schedule(),
        simulator.isRepeatable()
            ? ""
            : ", not repeatable: threads outside the simulator took part");
  }

  private ParameterException bad(String what) {
    return new ParameterException(spec.commandLine(), what);
  }
}
