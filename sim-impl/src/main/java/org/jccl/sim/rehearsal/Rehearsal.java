package org.jccl.sim.rehearsal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jccl.CleanText;
import org.jccl.MisuseKind;
import org.jccl.RankProgram;
import org.jccl.Ranks;
import org.jccl.RanksFailedException;
import org.jccl.ReportedMisuse;
import org.jccl.sim.Simulator;
import org.jccl.sim.faults.CallPoint;
import org.jccl.sim.faults.Fault;
import org.jccl.sim.faults.FaultKind;
import org.jccl.sim.faults.FaultLog;
import org.jccl.sim.faults.FaultPlan;
import org.jspecify.annotations.Nullable;

/**
 * Runs a program again and again, each time in a new world in which something else breaks, and says
 * what comes of it. Immutable: each method that sets something gives a new one.
 *
 * <p>A run is {@link FaultClass#RECOVERED} if it throws nothing, leaves no report and uses no data
 * that an operation should have written and has not. An {@link AssertionError}, of the program or
 * of {@link #judgedBy}, says that results are wrong. A rank that a fault has ended or that hangs is
 * no failure by itself, if the others go on without it.
 *
 * {@snippet file="org/jccl/benchmarks/snippets/Faults.java" region="rehearsal"}
 */
public final class Rehearsal {
  /** A program of its own kind in a simulated world; it may throw anything. */
  @FunctionalInterface
  public interface Play {
    /**
     * Runs it.
     *
     * @param world the world, whose devices nobody has used
     * @throws Exception what fails
     */
    void run(Simulator world) throws Exception;
  }

  private final int devices;
  private final Supplier<Play> plays;
  private final UnaryOperator<Simulator.Builder> setting;
  private final List<Long> seeds;
  private final Runnable judge;

  private Rehearsal(
      int devices,
      Supplier<Play> plays,
      UnaryOperator<Simulator.Builder> setting,
      List<Long> seeds,
      Runnable judge) {
    this.devices = devices;
    this.plays = plays;
    this.setting = setting;
    this.seeds = List.copyOf(seeds);
    this.judge = judge;
  }

  /**
   * {@return rehearsals of a program that runs once a rank}
   *
   * @param ranks number of ranks
   * @param programs makes a new program for each run
   */
  public static Rehearsal of(int ranks, Callable<? extends RankProgram> programs) {
    return of(ranks, List.of(), programs);
  }

  /**
   * {@return rehearsals of a program that runs once a rank}
   *
   * @param ranks number of ranks
   * @param args arguments of the program
   * @param programs makes a new program for each run
   */
  public static Rehearsal of(
      int ranks, List<String> args, Callable<? extends RankProgram> programs) {
    return ofWorld(ranks, () -> world -> Ranks.run(world.backend(), ranks, args, programs.call()));
  }

  /**
   * {@return rehearsals of a program that takes a world as it is, with threads of its own}
   *
   * @param devices number of devices of each world
   * @param plays makes a new program for each run
   */
  public static Rehearsal ofWorld(int devices, Supplier<Play> plays) {
    return new Rehearsal(devices, plays, builder -> builder, List.of(), () -> {});
  }

  /**
   * {@return the same in other worlds}
   *
   * @param value sets what is different: version, environment, profile, checks, …
   */
  public Rehearsal in(UnaryOperator<Simulator.Builder> value) {
    return new Rehearsal(devices, plays, value, seeds, judge);
  }

  /**
   * {@return the same, in random schedules after the one that is first in, first out}
   *
   * @param value a seed for each
   */
  public Rehearsal seeds(Collection<Long> value) {
    return new Rehearsal(devices, plays, setting, List.copyOf(value), judge);
  }

  /**
   * {@return the same; results are looked at after each run that throws nothing}
   *
   * @param value throws an {@link AssertionError} if results are wrong
   */
  public Rehearsal judgedBy(Runnable value) {
    return new Rehearsal(devices, plays, setting, seeds, value);
  }

  // ---------------------------------------------------------------- runs

  /**
   * {@return what comes of these faults, first in, first out}
   *
   * @param plan the faults
   */
  public FaultOutcome run(FaultPlan plan) {
    return run(plan, null);
  }

  /**
   * {@return what comes of these faults, in each schedule}
   *
   * @param plan the faults
   */
  public List<FaultOutcome> runAll(FaultPlan plan) {
    List<FaultOutcome> outcomes = new ArrayList<>();
    outcomes.add(run(plan, null));
    seeds.forEach(seed -> outcomes.add(run(plan, seed)));
    return outcomes;
  }

  private FaultOutcome run(FaultPlan plan, @Nullable Long seed) {
    Ended ended = play(plan, seed);
    FaultClass result = classOf(plan, ended);
    return new FaultOutcome(
        plan,
        ended.schedule,
        result,
        summary(result, ended),
        ended.failure == null && result != FaultClass.HANG ? 0 : 1,
        ended.log.struck(),
        Optional.ofNullable(ended.failure));
  }

  /** How a run ended. */
  private record Ended(
      String schedule,
      FaultLog log,
      List<ReportedMisuse> errors,
      List<String> leaks,
      List<Integer> gone,
      @Nullable Throwable failure) {}

  private Ended play(FaultPlan plan, @Nullable Long seed) {
    Simulator.Builder builder = Simulator.builder().devices(devices).warnings(line -> {});
    Simulator.Builder set = setting.apply(builder).faults(plan);
    Simulator world = (seed == null ? set : set.seed(seed)).build();
    Throwable failure = null;
    try {
      plays.get().run(world);
      judge.run();
    } catch (Exception | Error thrown) {
      failure = thrown;
    }
    world.close();
    List<ReportedMisuse> errors =
        world.findings().stream()
            .filter(each -> each.kind().severity() == MisuseKind.Severity.ERROR)
            .toList();
    FaultLog log = world.faults().orElseThrow();
    return new Ended(world.schedule(), log, errors, world.leaks(), log.gone(), failure);
  }

  private static FaultClass classOf(FaultPlan plan, Ended ended) {
    if (ended.log.struck().isEmpty() && !plan.isEmpty() && ended.failure == null) {
      return FaultClass.NOT_REACHED;
    }
    if (ended.log.hang().isPresent()) {
      return FaultClass.HANG;
    }
    if (ended.failure instanceof AssertionError) {
      return FaultClass.SILENT_WRONG_DATA;
    }
    if (ended.failure != null) {
      return FaultClass.REPORTED;
    }
    if (!ended.log.staleReads().isEmpty()) {
      return FaultClass.SILENT_WRONG_DATA;
    }
    return ended.errors.isEmpty() ? FaultClass.RECOVERED : FaultClass.REPORTED;
  }

  private static String summary(FaultClass result, Ended ended) {
    Throwable failure = ended.failure;
    if (result == FaultClass.HANG) {
      return line(ended.log.hang().orElse(""));
    }
    if (failure != null) {
      return said(failure);
    }
    if (!ended.log.staleReads().isEmpty()) {
      return line(ended.log.staleReads().getFirst());
    }
    if (!ended.errors.isEmpty()) {
      return line(String.valueOf(ended.errors.getFirst().getMessage()));
    }
    String without = ended.gone.isEmpty() ? "" : " without " + ranks(ended.gone);
    int leaks = ended.leaks.size();
    return "finished"
        + without
        + (leaks == 0 ? "" : ", " + leaks + (leaks == 1 ? " leak: " : " leaks, such as: "))
        + (leaks == 0 ? "" : line(ended.leaks.getFirst()));
  }

  private static String ranks(List<Integer> gone) {
    return gone.size() == 1 ? "rank " + gone.getFirst() : "ranks " + gone;
  }

  private static String said(Throwable failure) {
    if (failure instanceof RanksFailedException ranks && !ranks.failures().isEmpty()) {
      RanksFailedException.RankFailure first = ranks.failures().getFirst();
      return "rank "
          + first.rank()
          + " failed, "
          + first.phase()
          + ": "
          + line(CleanText.of(first.cause()));
    }
    return line(CleanText.of(failure));
  }

  private static String line(String text) {
    return text.lines().findFirst().orElse("").strip();
  }

  // ---------------------------------------------------------------- every call

  /**
   * {@return the calls of a run in which nothing breaks}
   *
   * @throws IllegalStateException if that run fails: then faults prove nothing
   */
  public List<CallPoint> calls() {
    Ended ended = play(FaultPlan.none(), null);
    if (ended.failure != null) {
      throw new IllegalStateException(
          "the program fails without any fault: " + line(CleanText.of(ended.failure)),
          ended.failure);
    }
    return ended.log.calls();
  }

  /**
   * {@return each of these kinds of fault at each call that it can strike, in each schedule}
   *
   * @param kinds the kinds
   * @param where which calls
   * @param progress is told of each row as it comes, and how many there will be
   */
  public FaultTable explore(
      Set<FaultKind> kinds, Predicate<CallPoint> where, BiConsumer<FaultRow, Integer> progress) {
    List<CallPoint> calls = calls().stream().filter(where).sorted(FaultTable.BY_RANK).toList();
    List<CallPoint> at = new ArrayList<>();
    List<Fault> faults = new ArrayList<>();
    for (CallPoint call : calls) {
      for (FaultKind kind : kinds) {
        call.fault(kind)
            .ifPresent(
                fault -> {
                  at.add(call);
                  faults.add(fault);
                });
      }
    }
    List<FaultRow> rows = new ArrayList<>();
    for (int i = 0; i < faults.size(); i++) {
      FaultRow row = new FaultRow(at.get(i), faults.get(i), runAll(FaultPlan.of(faults.get(i))));
      rows.add(row);
      progress.accept(row, faults.size());
    }
    return new FaultTable(rows);
  }

  /** {@return every kind of fault at every call, in each schedule} */
  public FaultTable explore() {
    return explore(EnumSet.allOf(FaultKind.class), any -> true, (row, all) -> {});
  }
}
