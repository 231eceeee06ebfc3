package org.jccl.conformance.misuse.matrix;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jccl.MisuseKind;
import org.jccl.ResultCode;
import org.jccl.conformance.misuse.matrix.Axes.Axis;
import org.jccl.sim.Simulator;

/**
 * A misuse as programs on axes.
 *
 * @param rule its row of chapter 11
 * @param name what is done, in a few words
 * @param kinds reports that answer it
 * @param codes result codes that answer it
 * @param refused whether the typed surface refuses it: an illegal argument or state
 * @param ways how many forms it has
 * @param fewest fewest ranks it needs
 * @param threads rank threads; 0 if every rank of the world has one
 * @param allowed axes that leave it the same misuse
 * @param adjusted the next point that has such programs
 * @param setting how its simulator is opened
 * @param program both programs of each point
 */
record Family(
    String rule,
    String name,
    Set<MisuseKind> kinds,
    Set<ResultCode> codes,
    boolean refused,
    int ways,
    int fewest,
    int threads,
    Set<Axis> allowed,
    UnaryOperator<Axes> adjusted,
    UnaryOperator<Simulator.Builder> setting,
    Program program) {
  /** What each rank of the communicator runs. */
  @FunctionalInterface
  interface Program {
    /** Runs the misuse, or the same without it. */
    void run(Scene s, boolean wrong) throws Exception;
  }

  Family {
    kinds = Set.copyOf(kinds);
    codes = Set.copyOf(codes);
    allowed = Set.copyOf(allowed);
  }

  /** A family of two ranks or more, on all axes. */
  static Family of(String rule, String name, MisuseKind kind, int ways, Program program) {
    return new Family(
        rule,
        name,
        Set.of(kind),
        Set.of(),
        false,
        ways,
        2,
        0,
        Axes.ALL,
        axes -> axes,
        builder -> builder,
        program);
  }

  /** One that is answered with a result code. */
  static Family of(String rule, String name, ResultCode code, int ways, Program program) {
    return new Family(
        rule,
        name,
        Set.of(),
        Set.of(code),
        false,
        ways,
        2,
        0,
        Axes.ALL,
        axes -> axes,
        builder -> builder,
        program);
  }

  /** One that the typed surface refuses by itself. */
  static Family refused(String rule, String name, int ways, Program program) {
    return new Family(
        rule,
        name,
        Set.of(),
        Set.of(),
        true,
        ways,
        2,
        0,
        Axes.ALL,
        axes -> axes,
        builder -> builder,
        program);
  }

  Family or(MisuseKind... others) {
    Set<MisuseKind> all = EnumSet.copyOf(List.of(others));
    all.addAll(kinds);
    return new Family(
        rule, name, all, codes, refused, ways, fewest, threads, allowed, adjusted, setting,
        program);
  }

  Family orCode(ResultCode code) {
    return new Family(
        rule,
        name,
        kinds,
        Set.of(code),
        refused,
        ways,
        fewest,
        threads,
        allowed,
        adjusted,
        setting,
        program);
  }

  /** At least so many ranks. */
  Family fewest(int value) {
    return new Family(
        rule, name, kinds, codes, refused, ways, value, threads, allowed, adjusted, setting,
        program);
  }

  Family without(Axis... axes) {
    Set<Axis> fewer = EnumSet.copyOf(allowed);
    Stream.of(axes).forEach(fewer::remove);
    return new Family(
        rule, name, kinds, codes, refused, ways, fewest, threads, fewer, adjusted, setting,
        program);
  }

  Family with(UnaryOperator<Simulator.Builder> value) {
    return new Family(
        rule, name, kinds, codes, refused, ways, fewest, threads, allowed, adjusted, value,
        program);
  }

  /** An even number of ranks. */
  Family evenRanks() {
    UnaryOperator<Axes> even =
        axes -> new Axes(axes.ranks() + axes.ranks() % 2, axes.odd(), axes.way(), axes.with());
    return new Family(
        rule, name, kinds, codes, refused, ways, fewest, threads, allowed, even, setting, program);
  }

  /** So many ranks, no more. */
  Family exactly(int count) {
    UnaryOperator<Axes> same =
        axes -> new Axes(count, Math.min(axes.odd(), count - 1), axes.way(), axes.with());
    return new Family(
        rule, name, kinds, codes, refused, ways, count, threads, allowed, same, setting, program);
  }

  /** One rank thread, whatever the number of ranks. */
  Family oneThread() {
    return new Family(
            rule, name, kinds, codes, refused, ways, fewest, 1, allowed, adjusted, setting, program)
        .without(Axis.SPLIT, Axis.SHRUNK);
  }

  /** The number of rank threads of a program. */
  int threads(Axes axes) {
    return threads == 0 ? axes.world() : threads;
  }

  Family strict() {
    return with(builder -> builder.strict(true));
  }

  Family since(int version) {
    return with(builder -> builder.ncclVersion(version));
  }

  /** The points that always run. */
  List<Axes> points() {
    return Axes.standard(ways, fewest, allowed).stream().map(adjusted).distinct().toList();
  }

  /** More points, any. */
  List<Axes> morePoints(long seed, int count) {
    Random random = new Random(seed);
    List<Axes> points = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      points.add(adjusted.apply(Axes.any(random, ways, fewest, allowed)));
    }
    return points;
  }

  /** As in tables: {@code SIM-01 count}. */
  String label() {
    return rule + " " + name;
  }
}
