package org.jccl.benchmarks.cli;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jccl.CheckLevel;
import org.jccl.benchmarks.cli.option.Numbers;
import org.jccl.benchmarks.cli.option.OptionValue;
import org.jccl.benchmarks.cli.option.Texts;
import org.jccl.benchmarks.cli.option.Words;
import org.jccl.ops.NcclFunction;
import org.jccl.sim.Simulator;
import org.jccl.sim.explore.ExploredRun;
import org.jccl.sim.explore.Explorer;
import org.jccl.sim.explore.ReplayClass;
import org.jccl.sim.explore.Variation;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Which program is explored, on how many ranks: options of {@code explore} and {@code replay}. */
final class ExploreOptions {
  @Option(
      names = "--ranks",
      converter = Numbers.Ranks.class,
      paramLabel = "N",
      description = "Number of ranks. Default: 2.")
  private int ranks = 2;

  @Option(
      names = "--vary",
      converter = Words.VariationName.class,
      split = OptionValue.LIST,
      splitSynopsisLabel = ",",
      paramLabel = "WHAT",
      description =
          "What of the simulated world is varied, too: calls_wait (strict mode and not), "
              + "eager_sends, resident_kernels, all or none. Default: all; the exhaustive search "
              + "varies what the program can tell.")
  private List<String> vary = List.of(Words.ALL);

  @Option(
      names = "--strict",
      description = "Where calls_wait is not varied: let calls wait wherever NCCL may.")
  private boolean strict;

  @Option(
      names = "--shared",
      description =
          "The ranks share fields, queues or counters of the program: the order in which "
              + "they run counts at every call that may wait.")
  private boolean shared;

  @Option(
      names = "--nccl-version",
      converter = Texts.Version.class,
      paramLabel = "X.Y.Z",
      description = "The version of NCCL to imitate. Default: 2.28.9.")
  private @Nullable Integer version;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private ProgramOptions program;

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec command;

  private final LongAdder begun = new LongAdder();

  /** An explorer of the program; each of its threads has the program's classes for itself. */
  Explorer explorer() {
    ProgramClass what = program.program(command);
    ThreadLocal<@Nullable ClassLoader> loaders = ThreadLocal.withInitial(what::loader);
    what.program(loaders.get()); // what is wrong with the class is told once, and first
    return Explorer.ofPrograms(() -> what.program(loaders.get()))
        .ranks(ranks)
        .args(program.args())
        .sharesState(shared)
        .varies(variations())
        .world(this::world);
  }

  private Simulator.Builder world() {
    begun.increment();
    Simulator.Builder world = Simulator.builder().checks(CheckLevel.FULL).strict(strict);
    return version == null ? world : world.ncclVersion(version);
  }

  /** How many worlds were begun, each for one schedule. */
  long begun() {
    return begun.sum();
  }

  private Set<Variation> variations() {
    Set<Variation> all = EnumSet.noneOf(Variation.class);
    for (String word : vary) {
      if (word.equals(Words.ALL)) {
        all.addAll(EnumSet.allOf(Variation.class));
      } else if (!word.equals(Words.VariationName.NONE)) {
        all.add(Variation.valueOf(word.toUpperCase(Locale.ROOT)));
      }
    }
    return all;
  }

  /** Number of ranks. */
  int ranks() {
    return ranks;
  }

  /**
   * The options that another command needs to run the same program on so many ranks in the same
   * kind of world.
   */
  String again(int onRanks) {
    StringBuilder words = new StringBuilder("-cp ").append(ShellWords.of(program.classPath()));
    words.append(" --ranks ").append(onRanks);
    if (!vary.equals(List.of(Words.ALL))) {
      words.append(" --vary ").append(String.join(",", vary));
    }
    if (version != null) {
      words.append(" --nccl-version ").append(NcclFunction.text(version));
    }
    return words.append(strict ? " --strict" : "").append(shared ? " --shared" : "").toString();
  }

  /** A JUnit class that runs {@code run} again, which had so many ranks. */
  ReplayClass testOf(ExploredRun run, int onRanks) {
    return new ReplayClass(
        program.program(command).replayed(program.args()),
        onRanks,
        List.copyOf(variations()),
        shared,
        strict,
        version == null ? 0 : version,
        run);
  }

  /** The class and its arguments. */
  String program() {
    List<String> words = new ArrayList<>(List.of(program.className()));
    words.addAll(program.args());
    return ShellWords.of(words);
  }
}
