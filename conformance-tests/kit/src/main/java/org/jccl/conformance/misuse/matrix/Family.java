package org.jccl.conformance.misuse.matrix;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jccl.CheckLevel;
import org.jccl.MisuseKind;
import org.jccl.ResultCode;
import org.jccl.conformance.misuse.matrix.Axes.Axis;
import org.jccl.sim.Simulator;

/** A misuse as programs on axes: two ranks or more, and all axes, unless told otherwise. */
final class Family {
  /** The typed surface refuses it: an illegal argument or state. */
  static final String REFUSAL = "a refusal";

  /** The simulator's close tells what was left open. */
  static final String LEAK = "a leak";

  /** What each rank of the communicator runs. */
  @FunctionalInterface
  interface Program {
    /** Runs the misuse, or the same without it. */
    void run(Scene s, boolean wrong) throws Exception;
  }

  private final String rule;
  private final String name;
  private final int ways;
  private final Program program;
  private final Set<String> answers = new TreeSet<>();
  private final Set<Axis> allowed = EnumSet.allOf(Axis.class);
  private final Set<CheckLevel> levels = EnumSet.of(CheckLevel.DEFAULT, CheckLevel.FULL);
  private int fewest = 2;
  private boolean oneThread;
  private UnaryOperator<Axes> adjusted = axes -> axes;
  private UnaryOperator<Simulator.Builder> setting = builder -> builder;

  private Family(String rule, String name, String answer, int ways, Program program) {
    this.rule = rule;
    this.name = name;
    this.ways = ways;
    this.program = program;
    answers.add(answer);
  }

  /** The misuse of a row of chapter 11, which has so many forms and is answered with a report. */
  static Family of(String rule, String name, MisuseKind kind, int ways, Program program) {
    return new Family(rule, name, kind.name(), ways, program);
  }

  /** One that is answered with a result code. */
  static Family of(String rule, String name, ResultCode code, int ways, Program program) {
    return new Family(rule, name, code.name(), ways, program);
  }

  /** One that is answered otherwise: {@link #REFUSAL} or {@link #LEAK}. */
  static Family of(String rule, String name, String answer, int ways, Program program) {
    return new Family(rule, name, answer, ways, program);
  }

  Family or(MisuseKind... others) {
    Stream.of(others).map(Enum::name).forEach(answers::add);
    return this;
  }

  Family or(ResultCode code) {
    answers.add(code.name());
    return this;
  }

  Family or(String answer) {
    answers.add(answer);
    return this;
  }

  /** At least so many ranks. */
  Family fewest(int value) {
    fewest = value;
    return this;
  }

  Family without(Axis... axes) {
    Stream.of(axes).forEach(allowed::remove);
    return this;
  }

  /** So many ranks, no more. */
  Family exactly(int count) {
    adjusted = axes -> axes.with(count);
    return fewest(count);
  }

  /** An even number of ranks. */
  Family evenRanks() {
    adjusted = axes -> axes.with(axes.ranks() + axes.ranks() % 2);
    return this;
  }

  /** One rank thread, whatever the number of ranks. */
  Family oneThread() {
    oneThread = true;
    return without(Axis.SPLIT, Axis.SHRUNK);
  }

  /** Found only at that level of checks. */
  Family at(CheckLevel only) {
    levels.removeIf(level -> level != only);
    return this;
  }

  Family strict() {
    setting = builder -> builder.strict(true);
    return this;
  }

  Family since(int version) {
    setting = builder -> builder.ncclVersion(version);
    return this;
  }

  // ---------------------------------------------------------------- what a trial asks

  String rule() {
    return rule;
  }

  boolean isFoundAt(CheckLevel level) {
    return levels.contains(level);
  }

  Program program() {
    return program;
  }

  boolean isAnswer(Object answer) {
    return answers.contains(answer.toString());
  }

  Simulator.Builder set(Simulator.Builder builder) {
    return setting.apply(builder);
  }

  /** The number of rank threads of a program. */
  int threads(Axes axes) {
    return oneThread ? 1 : axes.world();
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

  /** Simpler points next to one, the simplest first. */
  List<Axes> simpler(Axes axes) {
    return axes.simpler(fewest).stream()
        .map(adjusted)
        .filter(point -> !point.equals(axes))
        .toList();
  }

  /** As in tables: {@code SIM-01 count}. */
  String label() {
    return rule + " " + name;
  }
}
