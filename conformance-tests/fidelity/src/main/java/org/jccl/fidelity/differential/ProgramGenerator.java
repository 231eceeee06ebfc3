package org.jccl.fidelity.differential;

import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Shrinkable;
import net.jqwik.api.Tuple;
import net.jqwik.api.sessions.JqwikSession;
import org.jccl.DataType;
import org.jccl.conformance.cases.CallForm;
import org.jccl.conformance.cases.CallSpec;
import org.jccl.conformance.cases.Invocation;
import org.jccl.conformance.cases.Layout;
import org.jccl.conformance.cases.Placed;
import org.jccl.conformance.cases.Program;
import org.jccl.conformance.cases.Program.Surface;
import org.jccl.conformance.cases.ProgramStep;
import org.jccl.conformance.cases.ProgramStep.Question;
import org.jccl.conformance.cases.Refused;
import org.jccl.conformance.cases.Refused.Wrong;
import org.jccl.conformance.data.Fold;
import org.jccl.conformance.data.InputKind;
import org.jccl.conformance.harness.Capabilities;

/**
 * Random whole programs: as a jqwik arbitrary, whose failures shrink, and by seed. One definition
 * serves both; the same seed, ranks and capabilities give the same program on every machine.
 */
public final class ProgramGenerator {
  private static final int MOST_STEPS = 8;
  private static final int MOST_COUNT = 6000;
  private static final int SIZE_OF_RANDOMNESS = 1000;

  private final Capabilities capabilities;

  /** Programs that a subject with {@code capabilities} can run. */
  public ProgramGenerator(Capabilities capabilities) {
    this.capabilities = capabilities;
  }

  /**
   * The program of {@code seed} in a world of {@code ranks}, in a jqwik session of its own unless
   * there is one.
   */
  public static Program program(long seed, int ranks, Capabilities capabilities) {
    Program[] made = new Program[1];
    Runnable body =
        () -> made[0] = new ProgramGenerator(capabilities).shrinkable(seed, ranks).value();
    if (JqwikSession.isActive()) {
      body.run();
    } else {
      JqwikSession.run(body::run);
    }
    return made[0];
  }

  /** The same inside a jqwik session, able to shrink. */
  public Shrinkable<Program> shrinkable(long seed, int ranks) {
    return programs(ranks).generator(SIZE_OF_RANDOMNESS).next(random(seed));
  }

  /** Neighbouring seeds of {@link Random} begin alike, so they are mixed first. */
  static Random random(long seed) {
    return new Random(new SplittableRandom(seed).nextLong());
  }

  /** Lifecycle programs for a world of {@code ranks}. */
  public static Arbitrary<LifecycleProgram> lives(int ranks) {
    return Combinators.combine(numbers(0, 1000), numbers(0, 11), numbers(0, 11))
        .as(Lives.Choice::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(2 * MOST_STEPS)
        .map(choices -> Lives.program(ranks, choices));
  }

  /** Lifecycle programs for worlds of any size that the capabilities allow. */
  public Arbitrary<LifecycleProgram> lives() {
    int most = Math.min(capabilities.maxRanks(), Capabilities.MOST_RANKS);
    return Arbitraries.integers().between(1, most).flatMap(ProgramGenerator::lives);
  }

  /** The lifecycle program of {@code seed}, inside a jqwik session. */
  public static Shrinkable<LifecycleProgram> life(long seed, int ranks) {
    return lives(ranks).generator(SIZE_OF_RANDOMNESS).next(random(seed));
  }

  /** Programs for worlds of any size that the capabilities allow. */
  public Arbitrary<Program> programs() {
    int most = Math.min(capabilities.maxRanks(), Capabilities.MOST_RANKS);
    return Arbitraries.integers().between(1, most).flatMap(this::programs);
  }

  /** Programs for a world of {@code ranks}. */
  public Arbitrary<Program> programs(int ranks) {
    return Combinators.combine(
            Arbitraries.of(Surface.class), steps().list().ofMinSize(1).ofMaxSize(MOST_STEPS))
        .as((surface, steps) -> new Legality(ranks, surface, capabilities).program(steps));
  }

  private static Arbitrary<ProgramStep> steps() {
    Arbitrary<ProgramStep> alone = calls().map(ProgramStep.Alone::new);
    Arbitrary<ProgramStep> wrong = refused().map(ProgramStep.Alone::new);
    Arbitrary<ProgramStep> group =
        Combinators.combine(acts().list().ofMinSize(1).ofMaxSize(5), Arbitraries.of(false, true))
            .as(ProgramStep.Group::new);
    Arbitrary<ProgramStep> captured =
        Combinators.combine(calls().list().ofMinSize(1).ofMaxSize(3), stream(), numbers(1, 3))
            .as(ProgramStep.Captured::new);
    return Arbitraries.frequencyOf(
        Tuple.of(8, alone),
        Tuple.of(4, group),
        Tuple.of(1, captured),
        Tuple.of(2, wrong),
        Tuple.of(2, plain()));
  }

  private static Arbitrary<ProgramStep> plain() {
    Arbitrary<ProgramStep> ask =
        Combinators.combine(Arbitraries.of(Question.class), communicator())
            .as(ProgramStep.Ask::new);
    Arbitrary<ProgramStep> synchronize = stream().map(ProgramStep.Synchronize::new);
    Arbitrary<ProgramStep> join =
        Combinators.combine(stream(), numbers(1, Program.STREAMS - 1))
            .as((to, by) -> new ProgramStep.Join((to + by) % Program.STREAMS, to));
    return Arbitraries.oneOf(List.of(ask, synchronize, join));
  }

  private static Arbitrary<Invocation> acts() {
    return Arbitraries.frequencyOf(
        Tuple.of(12, calls().map(Invocation.class::cast)),
        Tuple.of(1, refused().map(Invocation.class::cast)));
  }

  private static Arbitrary<Integer> numbers(int from, int to) {
    return Arbitraries.integers().between(from, to);
  }

  private static Arbitrary<Integer> stream() {
    return numbers(0, Program.STREAMS - 1);
  }

  private static Arbitrary<Integer> communicator() {
    return Arbitraries.of(0, 0, 0, 1, 2, 3, 4, 5);
  }

  private static Arbitrary<Refused> refused() {
    return Combinators.combine(
            Arbitraries.of(Wrong.class),
            communicator(),
            stream(),
            Arbitraries.of(255, 1, 2, 5, 10, 254),
            numbers(0, 3))
        .as(Refused::new);
  }

  private static Arbitrary<Placed> calls() {
    Arbitrary<Layout> layouts =
        Combinators.combine(
                Arbitraries.of(0, 255, 1, 2, 5, 90), Arbitraries.of(false, true), numbers(0, 3))
            .as(Layout::new);
    return Combinators.combine(
            Combinators.combine(
                    Arbitraries.of(CallForm.ALL), types(), folds(), numbers(0, MOST_COUNT))
                .as(What::new),
            numbers(0, Capabilities.MOST_RANKS - 1),
            communicator(),
            stream(),
            layouts,
            Combinators.combine(Arbitraries.of(false, false, true), Arbitraries.of(false, true))
                .as(Extra::new),
            numbers(0, 1000))
        .as(
            (what, root, communicator, stream, layout, extra, seed) ->
                new Placed(
                    what.call(root, layout.scalarOnDevice(extra.onDevice), seed),
                    communicator,
                    stream,
                    extra.chained));
  }

  private record What(CallForm form, DataType type, Fold fold, int count) {
    /** {@link Legality} goes on from folds that fit. */
    CallSpec call(int root, Layout layout, int seed) {
      Fold fitting = form.reduces() && fold == Fold.COPY ? Fold.SUM : fold;
      return new CallSpec(form, type, fitting, count, root, layout, InputKind.EXACT, seed);
    }
  }

  private record Extra(boolean chained, boolean onDevice) {}

  private static Arbitrary<DataType> types() {
    return Arbitraries.of(
        java.util.stream.Stream.concat(
                java.util.stream.Stream.of(DataType.INT32),
                java.util.Arrays.stream(DataType.values()))
            .distinct()
            .toList());
  }

  private static Arbitrary<Fold> folds() {
    return Arbitraries.of(Fold.class);
  }
}
