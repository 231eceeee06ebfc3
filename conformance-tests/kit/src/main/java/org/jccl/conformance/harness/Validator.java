package org.jccl.conformance.harness;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import org.jccl.MisuseKind;
import org.jccl.ReportedMisuse;
import org.jccl.sim.Alive;
import org.jspecify.annotations.Nullable;

/**
 * Asks the simulations beneath, after each rule, for what no rank was asked: misuse that was
 * reported though the rule does not expect it ({@link Expects}), what the rule has left open, and
 * ranks that still wait.
 */
public final class Validator {
  /** What a simulation said before the rule. */
  private record Before(int findings, Alive alive, long made) {}

  /**
   * Where a rule has left a call that waits for ever on purpose (INIT-02): the simulation says so
   * when nothing else can run there, perhaps only while another rule runs.
   */
  private static final Set<Inspection> LEFT =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  private final Map<Inspection, Before> before = new IdentityHashMap<>();

  private Validator() {}

  /** Takes note of what there is before a rule. */
  public static Validator begin() {
    Validator validator = new Validator();
    Worlds.inspected()
        .forEach(
            (inspection, made) ->
                validator.before.put(
                    inspection,
                    new Before(inspection.findings().size(), inspection.alive(), made)));
    return validator;
  }

  /**
   * What is wrong after the rule, a line each.
   *
   * @param expects what it does on purpose
   * @param ordered whether the simulations are ordered, so that each run reports the same
   */
  public List<String> end(@Nullable Expects expects, boolean ordered) {
    Set<MisuseKind> expected = expects == null ? Set.of() : Set.of(expects.reports());
    boolean leaves = expects != null && !expects.leaves().isEmpty();
    List<String> problems = new ArrayList<>();
    Set<MisuseKind> seen = EnumSet.noneOf(MisuseKind.class);
    Map<Inspection, Long> now = Worlds.inspected();
    now.forEach(
        (inspection, made) -> {
          Before known = before.get(inspection);
          List<ReportedMisuse> all = inspection.findings();
          for (ReportedMisuse found :
              all.subList(known == null ? 0 : known.findings(), all.size())) {
            seen.add(found.kind());
            boolean isLate = found.kind() == MisuseKind.MISSING_RANK && LEFT.contains(inspection);
            if (!expected.contains(found.kind()) && !isLate) {
              problems.add("reported and not expected: " + found.getMessage());
            }
          }
          // What a world keeps for later rules is no leak.
          if (known != null
              && known.made() == made
              && !leaves
              && inspection.alive().exceeds(known.alive())) {
            problems.add("left open: " + inspection.alive() + ", before: " + known.alive());
          }
          if (leaves && (known == null || inspection.alive().exceeds(known.alive()))) {
            LEFT.add(inspection);
          }
          inspection.waiting().forEach(line -> problems.add("still there: " + line));
        });
    for (MisuseKind kind : expected) {
      if (ordered && !now.isEmpty() && !seen.contains(kind)) {
        problems.add("expected, but not reported: " + kind);
      }
    }
    return problems;
  }
}
