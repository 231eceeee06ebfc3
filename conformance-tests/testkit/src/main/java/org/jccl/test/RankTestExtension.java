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
    List<TestTemplateInvocationContext> nodes = new ArrayList<>();
    for (int ranks : test.ranks()) {
      if (ranks < 1) {
        throw new IllegalArgumentException("@RankTest(ranks = " + ranks + "), expected 1 or more");
      }
      if (test.backend() != TestBackend.NCCL) {
        String seeds = test.seeds() == 0 ? " fifo" : " seeds=1.." + test.seeds();
        List<Schedule> schedules = Schedule.all(ranks, test.seeds(), test.strict());
        nodes.add(new SimulatorNode(test, "ranks=" + ranks + seeds, schedules));
      }
      if (test.backend() != TestBackend.SIM) {
        nodes.add(new GpuNode(ranks));
      }
    }
    return nodes.stream();
  }
}
