package org.jccl.test;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;

/** Makes nodes of a {@link RankTest}: one for each number of ranks and backend. */
public final class RankTestExtension implements TestTemplateInvocationContextProvider {
  /** Property (of JUnit's configuration, or of the system) with the one schedule to run. */
  public static final String REPLAY = "jccl.replay";

  /** Property that makes a failure of what would be skipped for want of GPUs. */
  public static final String REQUIRE_GPUS = "jccl.requireGpus";

  private static final int SEEDS_OF_A_NODE = 50;

  /** Made by JUnit. */
  public RankTestExtension() {}

  @Override
  public boolean supportsTestTemplate(ExtensionContext context) {
    return AnnotationSupport.isAnnotated(context.getTestMethod(), RankTest.class);
  }

  @Override
  public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(
      ExtensionContext context) {
    RankTest test =
        AnnotationSupport.findAnnotation(context.getRequiredTestMethod(), RankTest.class)
            .orElseThrow();
    String replay =
        context.getConfigurationParameter(REPLAY).filter(s -> !s.isBlank()).orElse(test.replay());
    if (!replay.isBlank()) {
      Schedule one = Schedule.parse(replay);
      return Stream.of(new SimulatorNode(test, "replay " + one, List.of(one)));
    }
    boolean isOnGpus =
        AnnotationSupport.isAnnotated(context.getTestMethod(), OnGpus.class)
            || AnnotationSupport.isAnnotated(context.getTestClass(), OnGpus.class);
    List<TestTemplateInvocationContext> nodes = new ArrayList<>();
    for (int ranks : test.ranks()) {
      if (ranks < 1) {
        throw new IllegalArgumentException("@RankTest(ranks = " + ranks + "), expected 1 or more");
      }
      if (test.backend() != TestBackend.NCCL) {
        addSimulated(nodes, test, ranks);
      }
      if (test.backend() != TestBackend.SIM || isOnGpus) {
        nodes.add(new GpuNode(test, ranks));
      }
    }
    return nodes.stream();
  }

  /** A node for each batch of seeds: what fails is run again without the rest. */
  private static void addSimulated(
      List<TestTemplateInvocationContext> nodes, RankTest test, int ranks) {
    for (String strategy : test.schedules()) {
      nodes.add(new SearchNode(test, ranks, strategy));
    }
    if (test.schedules().length > 0) {
      return;
    }
    if (test.seeds() == 0) {
      List<Schedule> fifo = Schedule.all(ranks, 0, 0, test.strict());
      nodes.add(new SimulatorNode(test, "ranks=" + ranks + " fifo", fifo));
    }
    for (int from = 1; from <= test.seeds(); from += SEEDS_OF_A_NODE) {
      int to = Math.min(test.seeds(), from + SEEDS_OF_A_NODE - 1);
      // First in, first out comes before the first seed.
      List<Schedule> batch = Schedule.all(ranks, from == 1 ? 0 : from, to, test.strict());
      nodes.add(new SimulatorNode(test, "ranks=" + ranks + " seeds=" + from + ".." + to, batch));
    }
  }
}
