package org.jccl.conformance.rules;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.PropagationMode;
import org.jccl.conformance.cases.CaseArbitraries;
import org.jccl.conformance.cases.Program;
import org.jccl.conformance.engine.ExactJudge;
import org.jccl.conformance.engine.HostRoom;
import org.jccl.conformance.engine.Observation;
import org.jccl.conformance.engine.Prepared;
import org.jccl.conformance.engine.Runner;
import org.jccl.conformance.engine.Runner.Failures;
import org.jccl.conformance.harness.Capabilities;
import org.jccl.conformance.harness.CurrentSubject;
import org.jccl.conformance.harness.RankBody;
import org.jccl.conformance.harness.Subject;
import org.jccl.conformance.harness.WorldRank;
import org.jccl.conformance.harness.Worlds;
import org.jccl.ops.Operation;
import org.opentest4j.TestAbortedException;

/** What all suites share: the subject and its worlds. */
@AddLifecycleHook(value = RuleHook.class, propagateTo = PropagationMode.ALL_DESCENDANTS)
public abstract class Suite {
  /** How long ranks wait for each other outside the library, at most. */
  protected static final Duration PATIENCE = Duration.ofSeconds(20);

  private Subject subject;
  private Worlds worlds;
  private int ranks = 1;

  /** A suite about the {@link CurrentSubject}. */
  protected Suite() {
    this.subject = CurrentSubject.get();
    this.worlds = Worlds.shared(subject);
  }

  /** The suite is about {@code found}, which meets the conditions of the test that runs. */
  final void about(Conditions conditions, Subject found) {
    about(found);
    ranks = conditions.upTo() > 0 ? atMost(conditions.upTo()) : Math.max(1, conditions.ranks());
  }

  /** The suite goes on about {@code found}. */
  final void about(Subject found) {
    subject = found;
    worlds = Worlds.shared(found);
    prepare(worlds);
  }

  /**
   * Says how the communicators of its worlds are opened.
   *
   * @param used the worlds
   */
  void prepare(Worlds used) {}

  /** How many ranks the rule of the test that runs takes. */
  final int ranks() {
    return ranks;
  }

  /** What is tested. */
  protected final Subject subject() {
    return subject;
  }

  /** What it can do. */
  protected final Capabilities capabilities() {
    return subject.capabilities();
  }

  /** Its worlds. */
  protected final Worlds worlds() {
    return worlds;
  }

  /** Random calls that it can make. */
  protected final CaseArbitraries arbitraries() {
    return new CaseArbitraries(capabilities());
  }

  /** Runs {@code body} on as many ranks as the rule takes. */
  protected final void run(RankBody body) {
    run(ranks, body);
  }

  /** Runs {@code body} on every rank of a world of {@code ranks}. */
  protected final void run(int ranks, RankBody body) {
    worlds.run(ranks, body);
  }

  /** A rule that says what one rank does, on a rank of the {@code kind} that it asks for. */
  @FunctionalInterface
  interface RankRule {
    void run(Object rank) throws Exception;
  }

  /**
   * Stands for the ranks of a rule before it runs, for jqwik, which wants a value to begin with.
   */
  Object nobody(Class<?> kind) {
    return WorldRank.NOBODY;
  }

  /** Runs a rule on as many ranks as it takes. */
  void onEachRank(Class<?> kind, RankRule rule) {
    run(rule::run);
  }

  /** Runs a program on every rank and looks at all its memory. */
  protected final void verify(Program program) {
    Prepared prepared = Prepared.of(program);
    run(program.ranks(), rank -> verify(prepared, rank));
  }

  /** The same on one rank, among other things. */
  protected static void verify(Prepared prepared, WorldRank rank) {
    Observation seen = Runner.of(prepared, Failures.THROWN, rank, new HostRoom());
    ExactJudge.problems(prepared, rank.rank(), seen).forEach(rank::problem);
  }

  /** A world size that the subject has: {@code wanted} or less. */
  protected final int atMost(int wanted) {
    return Math.min(wanted, capabilities().maxRanks());
  }

  /** Skips the rule if there is a reason to. */
  protected static void need(Optional<String> whyNot) {
    if (whyNot.isPresent()) {
      throw new TestAbortedException(whyNot.get());
    }
  }

  /** Skips the rule where the device is too old to reduce float8 (rule TYP-03). */
  protected final void needFloat8Reductions() {
    need(
        capabilities().float8Reductions()
            ? Optional.empty()
            : Optional.of("float8 is not reduced here"));
  }

  /** The operations, a rotation of messages standing for both sides of point-to-point. */
  protected static Set<Operation> operations() {
    EnumSet<Operation> all = EnumSet.allOf(Operation.class);
    all.remove(Operation.RECV);
    return all;
  }

  /** The collectives. */
  protected static Set<Operation> collectives() {
    EnumSet<Operation> all = EnumSet.allOf(Operation.class);
    all.removeIf(Operation::hasPeer);
    return all;
  }
}
