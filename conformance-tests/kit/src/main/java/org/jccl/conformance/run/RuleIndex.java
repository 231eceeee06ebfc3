package org.jccl.conformance.run;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jccl.conformance.book.Rule;
import org.jccl.conformance.rules.AlsoShows;
import org.jccl.conformance.rules.Conditions;

/** Which tests show which rule: read from the suites' method names and {@link AlsoShows}. */
public final class RuleIndex {
  /** A test: its name, the rule that the name tells, and when it runs. */
  private record Entry(String method, String rule, Conditions conditions) {}

  private final Set<String> methods = new LinkedHashSet<>();
  private final Map<String, List<Entry>> testsOfRule = new TreeMap<>();

  private RuleIndex(Collection<? extends Class<?>> suites) {
    for (Class<?> suite : suites) {
      RuleSuites.rows(suite)
          .forEach(row -> add(row.test(), row.rule(), row.alsoShows(), row.conditions()));
      Arrays.stream(suite.getMethods())
          .sorted(Comparator.comparing(Method::getName))
          .forEach(this::add);
    }
  }

  /** The index of all suites. */
  public static RuleIndex load() {
    return of(RuleSuites.all());
  }

  /** The index of some suites. */
  static RuleIndex of(Collection<? extends Class<?>> suites) {
    return new RuleIndex(suites);
  }

  private void add(Method method) {
    Optional<String> own = Rule.idIn(method.getName());
    if (own.isEmpty()) {
      return;
    }
    AlsoShows also = method.getAnnotation(AlsoShows.class);
    List<String> others = also == null ? List.of() : List.of(also.value());
    add(method.getName(), own.get(), others, Conditions.of(method));
  }

  private void add(String test, String rule, List<String> others, Conditions conditions) {
    if (!methods.add(test)) {
      throw new IllegalStateException("two tests are called " + test);
    }
    Set<String> rules = new LinkedHashSet<>(others);
    rules.add(rule);
    for (String each : rules) {
      testsOfRule
          .computeIfAbsent(each, none -> new ArrayList<>())
          .add(new Entry(test, rule, conditions));
    }
  }

  /** All tests, in the order of the suites. */
  public List<String> methods() {
    return List.copyOf(methods);
  }

  /** The tests that show {@code rule}; empty if there is none. */
  public List<String> methodsOf(String rule) {
    return testsOfRule.getOrDefault(rule, List.of()).stream().map(Entry::method).toList();
  }

  /**
   * The tests that show {@code rule} of a library of {@code version}: its own, and those of other
   * rules whose versions it includes.
   */
  List<String> methodsOf(Rule rule, int version) {
    return testsOfRule.getOrDefault(rule.id(), List.of()).stream()
        .filter(
            test ->
                test.rule().equals(rule.id()) || rule.holdsIn(test.conditions().version(version)))
        .map(Entry::method)
        .toList();
  }

  /** Every rule that some test names. */
  public Set<String> rules() {
    return testsOfRule.keySet();
  }
}
