package org.jccl.benchmarks.cli;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jccl.CheckLevel;
import org.jccl.RankProgram;
import org.jccl.benchmarks.cli.option.Numbers;
import org.jccl.benchmarks.cli.option.OptionValue;
import org.jccl.benchmarks.cli.option.Texts;
import org.jccl.benchmarks.cli.option.Words;
import org.jccl.sim.Simulator;
import org.jccl.sim.explore.ExploredRun;
import org.jccl.sim.explore.Explorer;
import org.jccl.sim.explore.ReplayClass;
import org.jccl.sim.explore.Variation;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
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
      description = {
        "What of the simulated world is varied, too: calls_wait (strict mode and not), eager_sends,",
        "resident_kernels, all or none. Default: all; the exhaustive search varies what the program",
        "can tell."
      })
  private List<String> vary = List.of(Words.ALL);

  @Option(
      names = "--strict",
      description = "Where calls_wait is not varied: let calls wait wherever NCCL may.")
  private boolean strict;

  @Option(
      names = "--shared",
      description = {
        "The ranks share fields, queues or counters of the program: the order in which they",
        "run counts at every call that may wait."
      })
  private boolean shared;

  @Option(
      names = {"-cp", "--class-path"},
      converter = Texts.ClassPath.class,
      paramLabel = "PATH",
      description = "Folders and jars that hold the program, separated as for java. Default: here.",
      defaultValue = ".")
  private String classPath = ".";

  @Parameters(
      index = "0",
      paramLabel = "CLASS",
      converter = Texts.ClassName.class,
      description = "The program, an org.jccl.RankProgram; its constructor takes nothing.")
  private String className = "";

  @Parameters(index = "1..*", paramLabel = "ARG", description = "What Rank.args() gives.")
  private List<String> args = new ArrayList<>();

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec command;

  /** An explorer of the program; each of its threads has the program's classes for itself. */
  Explorer explorer() {
    ProgramClass program = new ProgramClass(command, classPath, className);
    ThreadLocal<@Nullable ClassLoader> loaders = ThreadLocal.withInitial(program::loader);
    newProgram(program, loaders); // what is wrong with the class is told once, and first
    return Explorer.ofPrograms(() -> newProgram(program, loaders))
        .ranks(ranks)
        .args(args)
        .sharesState(shared)
        .varies(variations())
        .world(() -> Simulator.builder().checks(CheckLevel.FULL).strict(strict));
  }

  private static RankProgram newProgram(
      ProgramClass program, ThreadLocal<@Nullable ClassLoader> loaders) {
    ClassLoader loader = loaders.get();
    RankProgram made = program.program(loader);
    return rank -> {
      Thread.currentThread().setContextClassLoader(loader);
      made.run(rank);
    };
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
    StringBuilder words = new StringBuilder("-cp ").append(classPath).append(" --ranks ");
    words.append(onRanks);
    if (!vary.equals(List.of(Words.ALL))) {
      words.append(" --vary ").append(String.join(",", vary));
    }
    return words.append(strict ? " --strict" : "").append(shared ? " --shared" : "").toString();
  }

  /** A JUnit class that runs {@code run} again, which had so many ranks. */
  ReplayClass testOf(ExploredRun run, int onRanks) {
    return new ReplayClass(className, args, onRanks, List.copyOf(variations()), strict, run);
  }

  /** The class and its arguments. */
  String program() {
    return args.isEmpty() ? className : className + " " + String.join(" ", args);
  }
}
