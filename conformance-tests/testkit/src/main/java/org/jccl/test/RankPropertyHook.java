package org.jccl.test;

import java.util.List;
import java.util.Optional;
import net.jqwik.api.lifecycle.AroundTryHook;
import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.ParameterResolutionContext;
import net.jqwik.api.lifecycle.ResolveParameterHook;
import net.jqwik.api.lifecycle.TryExecutionResult;
import net.jqwik.api.lifecycle.TryExecutor;
import net.jqwik.api.lifecycle.TryLifecycleContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Runs each try of a {@link RankProperty} on all ranks, in the schedule that jqwik gave. */
public final class RankPropertyHook implements AroundTryHook, ResolveParameterHook {
  /** Made by jqwik. */
  public RankPropertyHook() {}

  /** A place-holder: each rank gets its own value later. */
  @SuppressWarnings("NullAway") // jqwik takes null
  @Override
  public Optional<ParameterSupplier> resolve(
      ParameterResolutionContext parameter, LifecycleContext context) {
    return Optional.ofNullable(Given.of(parameter.parameter()))
        .map(given -> attempt -> given == Given.SEED ? 0L : null);
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
                        "a @RankProperty needs a parameter '@ForAll Schedule schedule'"));
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
