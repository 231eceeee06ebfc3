package org.jccl.fidelity.differential;

import java.util.List;
import org.jccl.conformance.rules.Suite;
import org.jccl.conformance.run.RuleSuites;

/** Contributes chapter 12. */
public final class DifferentialSuites implements RuleSuites {
  /** For {@link java.util.ServiceLoader}. */
  public DifferentialSuites() {}

  @Override
  public List<Class<? extends Suite>> suites() {
    return List.of(DifferentialRules.class);
  }
}
