package org.jccl.conformance.run;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
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
  /** A test: the rule that its name tells, all rules that it shows, and when it runs. */
  private record Entry(String rule, Set<String> rules, Conditions conditions) {}

  private final Map<String, Entry> tests = new LinkedHashMap<>();
  private final Map<String, List<String>> methodsOfRule = new TreeMap<>();

  private RuleIndex(Collection<? extends Class<?>> suites) {
    for (Class<?> suite : suites) {
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
    Set<String> rules = new LinkedHashSet<>();
    rules.add(own.get());
    AlsoShows also = method.getAnnotation(AlsoShows.class);
    if (also != null) {
      rules.addAll(List.of(also.value()));
    }
    Entry entry = new Entry(own.get(), rules, Conditions.of(method));
    if (tests.put(method.getName(), entry) != null) {
      throw new IllegalStateException("two tests are called " + method.getName());
    }
    for (String rule : rules) {
      methodsOfRule.computeIfAbsent(rule, none -> new ArrayList<>()).add(method.getName());
    }
  }

  /** All tests, in the order of the suites. */
  public List<String> methods() {
    return List.copyOf(tests.keySet());
  }

  /** The tests that show {@code rule}; empty if there is none. */
  public List<String> methodsOf(String rule) {
    return List.copyOf(methodsOfRule.getOrDefault(rule, List.of()));
  }

  /**
   * The tests that show {@code rule} of a library of {@code version}: its own, and those of other
   * rules whose versions it includes.
   */
  List<String> methodsOf(Rule rule, int version) {
    return methodsOf(rule.id()).stream()
        .filter(
            method -> {
              Entry entry = tests.get(method);
              return entry.rule().equals(rule.id())
                  || rule.holdsIn(entry.conditions().version(version));
            })
        .toList();
  }

  /** Every rule that some test names. */
  public Set<String> rules() {
    return methodsOfRule.keySet();
  }
}
