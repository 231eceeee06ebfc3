package org.jccl.conformance.rules;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jccl.conformance.book.Rule;
import org.jccl.conformance.book.RuleBook;
import org.jccl.conformance.harness.Capabilities;
import org.jccl.conformance.harness.OwnProcess;
import org.jccl.conformance.harness.Subject;
import org.jccl.conformance.harness.Worlds;
import org.jccl.ops.NcclFunction;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/**
 * Whether and how a test runs: what the fields of its rule and its {@link Needs} ask of a subject.
 *
 * @param since version code of the first NCCL that it is about
 * @param until version code of the first NCCL that it is no longer about
 * @param ranks how many ranks it takes
 * @param upTo on how many it runs at most, if the subject has them; 0 for as many as it takes
 * @param raw whether it takes the raw surface
 * @param simulator whether it takes a simulator, which reports what NCCL leaves undefined
 * @param oneJvm whether all ranks must be in one JVM
 * @param ownGpus whether each rank must have a GPU of its own
 * @param environment variables of the process, or of the simulated library
 */
public record Conditions(
    int since,
    int until,
    int ranks,
    int upTo,
    boolean raw,
    boolean simulator,
    boolean oneJvm,
    boolean ownGpus,
    Map<String, String> environment) {
  /** What tests that cannot be shown by a process per rank are skipped with. */
  public static final String ONE_JVM = "needs one process";

  private static final RuleBook BOOK = RuleBook.load();
  private static final Conditions NONE =
      new Conditions(0, Integer.MAX_VALUE, 0, 0, false, false, false, false, Map.of());

  /** The conditions of a suite's method; none where its name tells no rule of the book. */
  public static Conditions of(Method method) {
    Needs needs = method.getAnnotation(Needs.class);
    Needs all = method.getDeclaringClass().getAnnotation(Needs.class);
    Conditions own = ofRule(Rule.idIn(method.getName()), needs == null ? all : needs);
    boolean raw = own.raw || RawSuite.class.isAssignableFrom(method.getDeclaringClass());
    return new Conditions(
        own.since,
        own.until,
        own.ranks,
        own.upTo,
        raw,
        own.simulator,
        own.oneJvm,
        own.ownGpus,
        own.environment);
  }

  /** The conditions that the fields of a rule make. */
  static Conditions ofRule(String id) {
    return ofRule(Optional.of(id), null);
  }

  private static Conditions ofRule(Optional<String> id, @Nullable Needs needs) {
    Optional<Rule> rule = id.filter(BOOK::has).map(BOOK::rule);
    Conditions own = rule.map(each -> ofRule(each, needs != null && needs.misuse())).orElse(NONE);
    if (needs == null) {
      return own;
    }
    int since = Rule.version(needs.since()).orElse(own.since);
    int until = since < own.until ? own.until : Integer.MAX_VALUE;
    Map<String, String> process = needs.process() ? OwnProcess.alone() : own.environment;
    return new Conditions(
        since,
        Rule.version(needs.until()).orElse(until),
        needs.ranks() < 0 ? own.ranks : needs.ranks(),
        needs.upTo(),
        own.raw,
        own.simulator,
        needs.oneJvm(),
        needs.ownGpus(),
        needs.environment().isEmpty() ? process : variables(needs.environment()));
  }

  private static Conditions ofRule(Rule rule, boolean misuse) {
    boolean alone = rule.process() || rule.safety() == Rule.Safety.LEAK;
    boolean forbidden = rule.safety().compareTo(Rule.Safety.LEAK) > 0;
    return new Conditions(
        rule.since(),
        rule.until(),
        rule.gpus(),
        0,
        rule.surface() == Rule.Surface.RAW,
        rule.simulatorOnly() || (misuse && forbidden),
        false,
        false,
        alone ? OwnProcess.alone() : Map.of());
  }

  private static Map<String, String> variables(String words) {
    Map<String, String> variables = new TreeMap<>();
    for (String variable : words.split(" ")) {
      int equals = variable.indexOf('=');
      variables.put(variable.substring(0, equals), variable.substring(equals + 1));
    }
    return variables;
  }

  /**
   * The subject that meets them: the given one, or an imitation by it.
   *
   * @throws TestAbortedException with the reason if there is none
   */
  public Subject on(Subject subject) {
    Subject found = inVersion(subject);
    Capabilities capabilities = found.capabilities();
    require(
        ranks <= capabilities.maxRanks(),
        "needs " + ranks + " ranks, there are " + capabilities.maxRanks());
    require(
        !oneJvm || found.lockstep().isEmpty(),
        ONE_JVM + ": its ranks share what they note, or one thread drives several");
    require(!ownGpus || !capabilities.sharesGpus(), "needs a GPU for each rank");
    require(!simulator || capabilities.reportsMisuse(), "a simulator shows it");
    if (!environment.isEmpty()) {
      found = found.with(environment).orElseThrow(() -> OwnProcess.needed(environment));
    }
    require(
        !raw || Worlds.shared(found).instance().raw().isPresent(),
        subject.name() + " has no raw surface");
    return found;
  }

  private Subject inVersion(Subject subject) {
    int version = subject.capabilities().version();
    require(version < until, "not run: no longer so since " + NcclFunction.text(until));
    if (version >= since) {
      return subject;
    }
    return subject
        .imitating(since)
        .orElseThrow(() -> new TestAbortedException("not run: needs " + NcclFunction.text(since)));
  }

  private static void require(boolean met, String otherwise) {
    if (!met) {
      throw new TestAbortedException(otherwise);
    }
  }

  /** The version that a subject of {@code version} is asked in. */
  public int version(int version) {
    return Math.max(version, since);
  }
}
