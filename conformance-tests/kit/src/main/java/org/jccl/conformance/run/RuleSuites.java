package org.jccl.conformance.run;

import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
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
}
