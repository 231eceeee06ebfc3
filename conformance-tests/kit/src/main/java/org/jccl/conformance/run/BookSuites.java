package org.jccl.conformance.run;

import java.util.List;
import java.util.stream.Stream;
import org.jccl.conformance.misuse.MisuseRules;
import org.jccl.conformance.rules.Suite;
import org.jccl.conformance.rules.Suites;

/** The suites of the rule book but for chapter 12. */
public final class BookSuites implements RuleSuites {
  /** For {@link java.util.ServiceLoader}. */
  public BookSuites() {}

  @Override
  public List<Class<? extends Suite>> suites() {
    return Stream.concat(Suites.all().stream(), Stream.of(MisuseRules.class)).toList();
  }
}
