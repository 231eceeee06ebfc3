package org.jccl.test;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.assertj.core.api.AbstractAssert;
import org.jccl.MisuseKind;
import org.jccl.ReportedMisuse;
import org.jccl.sim.Simulator;

/** Assertions about what a simulator has reported; see {@link JcclAssertions}. */
public final class FindingsAssert extends AbstractAssert<FindingsAssert, Simulator> {
  FindingsAssert(Simulator actual) {
    super(actual, FindingsAssert.class);
  }

  /**
   * Nothing was reported.
   *
   * @return this
   */
  public FindingsAssert hasNoFindings() {
    return hasOnly();
  }

  /**
   * These kinds were reported, each at least once, and no other.
   *
   * @param kinds the kinds
   * @return this
   */
  public FindingsAssert hasOnly(MisuseKind... kinds) {
    isNotNull();
    Set<MisuseKind> expected = EnumSet.noneOf(MisuseKind.class);
    expected.addAll(Arrays.asList(kinds));
    Set<MisuseKind> found = EnumSet.noneOf(MisuseKind.class);
    actual.findings().forEach(report -> found.add(report.kind()));
    if (!found.equals(expected)) {
      String reports =
          actual.findings().stream()
              .map(ReportedMisuse::getMessage)
              .collect(Collectors.joining("\n"));
      throw failureWithActualExpected(
          found, expected, "reported %s, expected %s\n%s", found, expected, reports);
    }
    return this;
  }
}
