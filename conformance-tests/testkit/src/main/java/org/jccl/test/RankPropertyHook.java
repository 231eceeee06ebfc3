package org.jccl.test;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import net.jqwik.api.lifecycle.AroundTryHook;
import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.ParameterResolutionContext;
import net.jqwik.api.lifecycle.ResolveParameterHook;
import net.jqwik.api.lifecycle.TryExecutionResult;
import net.jqwik.api.lifecycle.TryExecutor;
import net.jqwik.api.lifecycle.TryLifecycleContext;
import org.jccl.Backend;
import org.jccl.sim.faults.FaultPlan;
import org.junit.platform.commons.support.AnnotationSupport;

/** Runs each try of a {@link RankProperty} on all ranks, in the schedule that jqwik gave. */
public final class RankPropertyHook implements AroundTryHook, ResolveParameterHook {
  /** Made by jqwik. */
  public RankPropertyHook() {}

  @Override
  public Optional<ParameterSupplier> resolve(
      ParameterResolutionContext parameter, LifecycleContext context) {
    Class<?> type = parameter.parameter().getType();
    Given given = Given.of(parameter.parameter());
    if (given == null) {
      return Optional.empty();
    }
    String refusal = given.refusal(parameter.parameter());
    if (refusal != null) {
      throw new IllegalArgumentException(refusal);
    }
    return Optional.of(attempt -> placeHolder(type));
  }

  /** jqwik wants a value of the type; each rank gets its own later. */
  private static Object placeHolder(Class<?> type) {
    if (type == long.class || type == Long.class) {
      return 0L;
    }
    if (type == World.class) {
      Backend none = (Backend) placeHolder(Backend.class);
      return new World(none, 0, "", null, UnaryOperator.identity());
    }
    if (!type.isInterface()) {
      throw new IllegalArgumentException(
          "a @RankProperty has no " + type.getSimpleName() + ": World.simulator() gives it");
    }
    return Proxy.newProxyInstance(
        type.getClassLoader(),
        new Class<?>[] {type},
        (proxy, method, arguments) ->
            switch (method.getName()) {
              case "toString" -> "each rank's own";
              case "hashCode" -> System.identityHashCode(proxy);
              case "equals" -> arguments != null && proxy == arguments[0];
              default -> throw new IllegalStateException("there is no rank on this thread");
            });
  }

  private static FaultPlan plan(TryLifecycleContext context) {
    List<FaultPlan> plans =
        RankTestExtension.plans(
            Optional.ofNullable(System.getProperty(RankTestExtension.FAULTS)),
            context.targetMethod(),
            context.containerClass());
    if (!RankTestExtension.everyCall(context.targetMethod(), context.containerClass()).isEmpty()) {
      throw new IllegalArgumentException("a @RankProperty has a plan of faults, not everyCall");
    }
    if (plans.size() > 1) {
      throw new IllegalArgumentException("a @RankProperty has one plan of faults: " + plans);
    }
    return plans.getFirst();
  }

  @Override
  public TryExecutionResult aroundTry(
      TryLifecycleContext context, TryExecutor attempt, List<Object> parameters) {
    RankProperty property =
        AnnotationSupport.findAnnotation(context.targetMethod(), RankProperty.class).orElseThrow();
    Schedule schedule =
        parameters.stream()
            .filter(Schedule.class::isInstance)
            .map(Schedule.class::cast)
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "a @RankProperty needs a parameter '@ForAll Schedule schedule'"))
            .with(plan(context));
    TestBody body =
        new TestBody(
            context.containerClass(), context.targetMethod(), context.testInstance(), parameters);
    SimulatedRun run =
        new SimulatedRun(
            body,
            schedule,
            Leftovers.of(context.targetMethod(), context.containerClass()),
            property.world().timeoutSeconds());
    run.run(new SimulatedWorlds(property.world(), schedule.ranks()), null);
    if (run.isAborted()) {
      return TryExecutionResult.invalid();
    }
    return run.isFailed()
        ? TryExecutionResult.falsified(run.failureOfProperty())
        : TryExecutionResult.satisfied();
  }
}
