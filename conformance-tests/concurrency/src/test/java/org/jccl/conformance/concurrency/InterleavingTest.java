package org.jccl.conformance.concurrency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Everything in jccl that several threads use at once, run in many orders of its threads. The same
 * programs over broken classes must fail, or the others prove nothing.
 *
 * <p>{@code -Djccl.interleavings=N} asks for N runs of each.
 */
class InterleavingTest {
  private static final String RUNS = System.getProperty("jccl.interleavings", "150");

  /** A broken scenario has so many tries to show it; all do within 500. */
  private static final String TRIES = "5000";

  private static FrayJvm jvm;

  @BeforeAll
  static void ready() throws Exception {
    assumeTrue(FrayJvm.isPossible(), "Fray's agent is for Linux on x86-64");
    jvm = FrayJvm.ready();
  }

  @Test
  void everyOrderOfThreads_endsWell() throws Exception {
    Stream<String> sound =
        Arrays.stream(Scenario.values()).filter(one -> !one.isBroken()).map(Scenario::name);

    FrayJvm.Outcome outcome =
        jvm.run(
            ExplorationMain.class, Stream.concat(Stream.of(RUNS), sound).toArray(String[]::new));

    assertThat(outcome.code()).describedAs(outcome.output()).isEqualTo(ExplorationMain.ALL_PASSED);
  }

  @TestFactory
  Stream<DynamicTest> brokenClasses_areCaught() {
    return Arrays.stream(Scenario.values())
        .filter(Scenario::isBroken)
        .map(broken -> DynamicTest.dynamicTest(broken.name(), () -> isCaught(broken)));
  }

  private static void isCaught(Scenario broken) throws Exception {
    FrayJvm.Outcome outcome = jvm.run(ExplorationMain.class, TRIES, broken.name());

    assertThat(outcome.code()).describedAs(outcome.output()).isEqualTo(ExplorationMain.ONE_FAILED);
  }
}
