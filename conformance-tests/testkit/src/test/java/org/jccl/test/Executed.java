package org.jccl.test;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/** A test of a sample class, run by JUnit inside a test. */
final class Executed {
  private Executed() {}

  static EngineExecutionResults run(Class<?> samples, String method) {
    return run(samples, method, Map.of());
  }

  /** With parameters of JUnit's configuration. */
  static EngineExecutionResults run(Class<?> samples, String method, Map<String, String> given) {
    Method found =
        Stream.of(samples.getDeclaredMethods())
            .filter(each -> each.getName().equals(method))
            .findFirst()
            .orElseThrow();
    return EngineTestKit.engine("junit-jupiter")
        .configurationParameters(given)
        .selectors(selectMethod(samples, found))
        .execute();
  }

  /** What its first node fails with. */
  static Throwable failure(Class<?> samples, String method) {
    return failure(run(samples, method));
  }

  static Throwable failure(EngineExecutionResults results) {
    List<Event> failed = results.testEvents().failed().list();
    if (failed.isEmpty()) {
      throw new AssertionError("no node has failed");
    }
    return thrown(failed.getFirst());
  }

  /** What a node has ended with. */
  static Throwable thrown(Event finished) {
    return finished
        .getPayload(TestExecutionResult.class)
        .flatMap(TestExecutionResult::getThrowable)
        .orElseThrow();
  }
}
