package org.jccl.conformance.run;

import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.jccl.conformance.rules.RowSuite;
import org.jccl.conformance.rules.Suite;

/** Contributes suites of rules to every run; found by {@link ServiceLoader}. */
public interface RuleSuites {
  /** Its suites, in the order in which they run. */
  List<Class<? extends Suite>> suites();

  /** The suites of all contributors, the kit's own first. */
  static List<Class<? extends Suite>> all() {
    RuleSuites own = new BookSuites();
    Stream<RuleSuites> others =
        ServiceLoader.load(RuleSuites.class).stream()
            .filter(each -> each.type() != BookSuites.class)
            .map(ServiceLoader.Provider::get);
    return Stream.concat(Stream.of(own), others).flatMap(each -> each.suites().stream()).toList();
  }

  /** The rows of a suite that is a table; none of any other. */
  static List<RowSuite.Row> rows(Class<?> suite) {
    if (!RowSuite.class.isAssignableFrom(suite)) {
      return List.of();
    }
    try {
      return ((RowSuite) suite.getConstructor().newInstance()).rows();
    } catch (ReflectiveOperationException hidden) {
      throw new IllegalStateException(suite + " needs a public constructor", hidden);
    }
  }
}
