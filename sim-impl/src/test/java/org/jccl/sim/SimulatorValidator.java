package org.jccl.sim;

import java.lang.reflect.AnnotatedElement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jccl.MisuseKind;
import org.jccl.ReportedMisuse;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Asks each simulator that a test has built, after the test, for what the test did not ask: misuse
 * that was reported, what was left open, ranks that still wait. A test that expects one says so
 * ({@link Provokes}, {@link #judged}). JUnit finds it by itself, so no test goes without.
 */
public final class SimulatorValidator implements BeforeEachCallback, AfterEachCallback {
  private static final List<Simulator> BUILT = new CopyOnWriteArrayList<>();
  private static final Pattern OURS = Pattern.compile("org\\.jccl\\.(sim(\\..*)?|programs)");
  private static final Set<Simulator> JUDGED =
      Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));

  /** For JUnit. */
  public SimulatorValidator() {}

  /** Somebody looks at all that {@code simulator} reports: it is asked for waiting ranks alone. */
  public static void judged(Simulator simulator) {
    JUDGED.add(simulator);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    // An IDE may put all tests of the project on one class path: others have a validator of theirs.
    boolean ours = OURS.matcher(context.getRequiredTestClass().getPackageName()).matches();
    boolean judged = provoked(context).stream().anyMatch(each -> !each.judgedBy().isEmpty());
    Simulator.tellBuilt(judged || !ours ? any -> {} : BUILT::add);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    Simulator.tellBuilt(any -> {});
    List<String> problems = new ArrayList<>();
    List<Provokes> provoked = provoked(context);
    for (Simulator simulator : BUILT) {
      problems.addAll(problems(simulator, provoked));
    }
    BUILT.clear();
    JUDGED.clear();
    if (!problems.isEmpty() && context.getExecutionException().isEmpty()) {
      throw new AssertionError("the validator: " + String.join("\n", problems));
    }
  }

  private static List<Provokes> provoked(ExtensionContext context) {
    Stream<AnnotatedElement> told =
        Stream.of(context.getRequiredTestMethod(), context.getRequiredTestClass());
    return told.map(each -> Optional.ofNullable(each.getAnnotation(Provokes.class)))
        .flatMap(Optional::stream)
        .toList();
  }

  /** What {@code simulator} has to say that nobody has asked for, a line each. */
  static List<String> problems(Simulator simulator, List<Provokes> provoked) {
    List<String> problems = new ArrayList<>();
    boolean leaves = provoked.stream().anyMatch(each -> !each.leaves().isEmpty());
    if (!leaves) {
      simulator.waiting().forEach(line -> problems.add("still there: " + line));
    }
    if (JUDGED.contains(simulator)) {
      return problems;
    }
    Set<MisuseKind> expected = EnumSet.noneOf(MisuseKind.class);
    provoked.forEach(each -> Collections.addAll(expected, each.reports()));
    for (ReportedMisuse found : simulator.findings()) {
      if (!expected.contains(found.kind())) {
        problems.add("reported and not expected: " + found.kind() + " " + found.getMessage());
      }
    }
    if (!leaves) {
      simulator.leaks().forEach(leak -> problems.add("left open: " + leak));
    }
    return problems;
  }
}
