package org.jccl.conformance.run;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jccl.conformance.rules.AlsoShows;

/** Which tests show which rule: read from the suites' method names and {@link AlsoShows}. */
public final class RuleIndex {
  private static final Pattern NAME =
      Pattern.compile("(required|optional)_([A-Z0-9]+)_(\\d+)_\\w+");

  private final Map<String, Set<String>> rulesOfMethod = new LinkedHashMap<>();
  private final Map<String, List<String>> methodsOfRule = new TreeMap<>();

  private RuleIndex(Collection<? extends Class<?>> suites) {
    for (Class<?> suite : suites) {
      Arrays.stream(suite.getMethods())
          .sorted((one, other) -> one.getName().compareTo(other.getName()))
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
    Optional<String> own = ruleIn(method.getName());
    if (own.isEmpty()) {
      return;
    }
    Set<String> rules = new LinkedHashSet<>();
    rules.add(own.get());
    AlsoShows also = method.getAnnotation(AlsoShows.class);
    if (also != null) {
      rules.addAll(List.of(also.value()));
    }
    if (rulesOfMethod.put(method.getName(), rules) != null) {
      throw new IllegalStateException("two tests are called " + method.getName());
    }
    for (String rule : rules) {
      methodsOfRule.computeIfAbsent(rule, none -> new ArrayList<>()).add(method.getName());
    }
  }

  /** The rule in a test's name: {@code COL-10} in {@code required_COL_10_allReduce…}. */
  public static Optional<String> ruleIn(String method) {
    Matcher name = NAME.matcher(method);
    return name.matches() ? Optional.of(name.group(2) + "-" + name.group(3)) : Optional.empty();
  }

  /** All tests, in the order of the suites. */
  public List<String> methods() {
    return List.copyOf(rulesOfMethod.keySet());
  }

  /** The tests that show {@code rule}; empty if there is none. */
  public List<String> methodsOf(String rule) {
    return List.copyOf(methodsOfRule.getOrDefault(rule, List.of()));
  }

  /** The rules that a test shows. */
  public Set<String> rulesOf(String method) {
    return rulesOfMethod.getOrDefault(method, Set.of());
  }

  /** Every rule that some test names. */
  public Set<String> rules() {
    return methodsOfRule.keySet();
  }
}
