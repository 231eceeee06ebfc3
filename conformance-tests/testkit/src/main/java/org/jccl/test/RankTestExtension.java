package org.jccl.test;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jccl.sim.SimProvider;
import org.jccl.sim.faults.FaultKind;
import org.jccl.sim.faults.FaultPlan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;

/** Makes nodes of a {@link RankTest}: one for each number of ranks and backend. */
public final class RankTestExtension implements TestTemplateInvocationContextProvider {
  /** Property (of JUnit's configuration, or of the system) with the one schedule to run. */
  public static final String REPLAY = Schedule.REPLAY_PROPERTY;

  /** Property that makes a failure of what would be skipped for want of GPUs. */
  public static final String REQUIRE_GPUS = "jccl.requireGpus";

  /**
   * Property (of JUnit's configuration, or of the system) with a plan of faults that strike in the
   * simulated worlds of all tests; it takes the place of {@link Faults}.
   */
  public static final String FAULTS = SimProvider.FAULTS_PROPERTY;

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
    requireSense(test);
    requireAlone(context.getRequiredTestMethod());
    List<FaultPlan> plans = plans(context);
    List<FaultKind> everywhere = everyCall(context);
    String replay =
        context.getConfigurationParameter(REPLAY).filter(s -> !s.isBlank()).orElse(test.replay());
    if (!replay.isBlank()) {
      return replays(test, Schedule.parse(replay), plans);
    }
    boolean isOnGpus =
        TestAnnotations.nearest(
                context.getRequiredTestMethod(), context.getRequiredTestClass(), OnGpus.class)
            .isPresent();
    List<TestTemplateInvocationContext> nodes = new ArrayList<>();
    for (int ranks : test.ranks()) {
      if (test.backend() != TestBackend.NCCL) {
        plans.forEach(plan -> addSimulated(nodes, test, ranks, plan));
        for (FaultKind kind : everywhere) {
          List<Schedule> all = Schedule.all(ranks, 0, test.seeds(), test.strict());
          nodes.add(new EveryCallNode(test, kind, all));
        }
      }
      if (test.backend() != TestBackend.SIM || isOnGpus) {
        nodes.add(new GpuNode(test, ranks, plans));
      }
    }
    return nodes.stream();
  }

  private static void requireSense(RankTest test) {
    if (test.ranks().length == 0) {
      throw new IllegalArgumentException("@RankTest(ranks = {}), expected a number of ranks");
    }
    for (int ranks : test.ranks()) {
      requireAtLeast(1, "ranks", ranks);
    }
    requireAtLeast(0, "seeds", test.seeds());
    requireAtLeast(0, "devices", test.devices());
    requireAtLeast(1, "mostSchedules", test.mostSchedules());
    requireAtLeast(1, "timeoutSeconds", test.timeoutSeconds());
  }

  /** JUnit would run the method once for each of two such annotations, never for both together. */
  private static void requireAlone(Method method) {
    for (Annotation other : method.getAnnotations()) {
      Class<? extends Annotation> type = other.annotationType();
      boolean isRankTest = AnnotationSupport.isAnnotated(type, RankTest.class);
      if (type != RankTest.class
          && !isRankTest
          && (type == Test.class || AnnotationSupport.isAnnotated(type, TestTemplate.class))) {
        throw new IllegalArgumentException(
            "@RankTest and @%s on %s: JUnit runs a method for one of them; values go together with"
                    .formatted(type.getSimpleName(), method.getName())
                + " ranks in a @ParameterizedClass (JUnit 5.13 or newer) or a @RankProperty");
      }
    }
  }

  private static void requireAtLeast(int least, String option, int value) {
    if (value < least) {
      throw new IllegalArgumentException(
          "@RankTest(" + option + " = " + value + "), expected " + least + " or more");
    }
  }

  /** What breaks, a plan for each node: the property's, else the annotation's, else nothing. */
  private static List<FaultPlan> plans(ExtensionContext context) {
    return plans(
        context.getConfigurationParameter(FAULTS),
        context.getRequiredTestMethod(),
        context.getRequiredTestClass());
  }

  /** What breaks at every call, a node for each. */
  private static List<FaultKind> everyCall(ExtensionContext context) {
    boolean isGiven =
        context.getConfigurationParameter(FAULTS).filter(s -> !s.isBlank()).isPresent();
    return isGiven
        ? List.of()
        : everyCall(context.getRequiredTestMethod(), context.getRequiredTestClass());
  }

  static List<FaultKind> everyCall(Method method, Class<?> type) {
    return TestAnnotations.nearest(method, type, Faults.class).stream()
        .flatMap(faults -> Stream.of(faults.everyCall()))
        .distinct()
        .toList();
  }

  /** The same where {@code given} is the property. */
  static List<FaultPlan> plans(Optional<String> given, Method method, Class<?> type) {
    if (given.isPresent() && !given.get().isBlank()) {
      return List.of(FaultPlan.parse(given.get()));
    }
    List<FaultPlan> plans =
        TestAnnotations.nearest(method, type, Faults.class).stream()
            .flatMap(faults -> Stream.of(faults.value()))
            .map(FaultPlan::parse)
            .toList();
    return plans.isEmpty() ? List.of(FaultPlan.none()) : plans;
  }

  private static Stream<TestTemplateInvocationContext> replays(
      RankTest test, Schedule one, List<FaultPlan> plans) {
    List<FaultPlan> breaking = one.faults().isEmpty() ? plans : List.of(one.faults());
    return breaking.stream()
        .map(one::with)
        .map(each -> new SimulatorNode(test, "replay " + each, List.of(each)));
  }

  /** A node for each batch of seeds: what fails is run again without the rest. */
  private static void addSimulated(
      List<TestTemplateInvocationContext> nodes, RankTest test, int ranks, FaultPlan plan) {
    for (String strategy : test.schedules()) {
      nodes.add(new SearchNode(test, ranks, strategy, plan));
    }
    if (test.schedules().length > 0) {
      return;
    }
    if (test.seeds() == 0) {
      nodes.add(seeds(test, ranks, 0, 0, plan));
    }
    for (int from = 1; from <= test.seeds(); from += SEEDS_OF_A_NODE) {
      int to = Math.min(test.seeds(), from + SEEDS_OF_A_NODE - 1);
      nodes.add(seeds(test, ranks, from, to, plan));
    }
  }

  private static SimulatorNode seeds(RankTest test, int ranks, int from, int to, FaultPlan plan) {
    String name = "ranks=" + ranks + (to == 0 ? " fifo" : " seeds=" + from + ".." + to);
    // First in, first out comes before the first seed.
    List<Schedule> batch = Schedule.all(ranks, from == 1 ? 0 : from, to, test.strict());
    return new SimulatorNode(
        test,
        name + (plan.isEmpty() ? "" : " faults=" + plan),
        batch.stream().map(schedule -> schedule.with(plan)).toList());
  }
}
