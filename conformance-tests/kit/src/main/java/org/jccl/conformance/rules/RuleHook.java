package org.jccl.conformance.rules;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.InvokePropertyMethodHook;
import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.ParameterResolutionContext;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;
import net.jqwik.api.lifecycle.ResolveParameterHook;
import net.jqwik.api.lifecycle.SkipExecutionHook;
import org.jccl.conformance.harness.CurrentRule;
import org.jccl.conformance.harness.CurrentSubject;
import org.jccl.conformance.harness.Expects;
import org.jccl.conformance.harness.Options;
import org.jccl.conformance.harness.Validator;
import org.jccl.conformance.harness.WorldRank;
import org.opentest4j.TestAbortedException;

/**
 * Lets the fields of each rule decide: a test that its {@link Conditions} rule out is skipped with
 * the reason, any other runs on the subject that they lead to. Each property has as many tries as
 * {@link Options} say.
 *
 * <p>A rule that takes a rank says what each rank does: it runs once for each, on a thread of its
 * own. One that takes a {@link RawSingle} runs once, on a thread without a communicator.
 */
public final class RuleHook
    implements SkipExecutionHook,
        AroundPropertyHook,
        ResolveParameterHook,
        InvokePropertyMethodHook {
  /** For jqwik. */
  public RuleHook() {}

  @Override
  public SkipResult shouldBeSkipped(LifecycleContext context) {
    if (context instanceof PropertyLifecycleContext property) {
      try {
        Conditions.of(property.targetMethod()).on(CurrentSubject.get());
      } catch (TestAbortedException ruledOut) {
        return SkipResult.skip(String.valueOf(ruledOut.getMessage()));
      }
    }
    return SkipResult.doNotSkip();
  }

  private static boolean isRank(Class<?> type) {
    return type == WorldRank.class
        || type == RawSingle.class
        || RawRank.class.isAssignableFrom(type);
  }

  /** The ranks are there when the rule is called. */
  @Override
  public Optional<ParameterSupplier> resolve(
      ParameterResolutionContext parameter, LifecycleContext context) {
    Class<?> kind = parameter.parameter().getType();
    return isRank(kind) && context instanceof PropertyLifecycleContext property
        ? Optional.of(any -> ((Suite) property.testInstance()).nobody(kind))
        : Optional.empty();
  }

  @Override
  public Object invoke(Method rule, Object suite, Object... arguments) throws Throwable {
    Class<?>[] types = rule.getParameterTypes();
    if (types.length != 1 || !isRank(types[0])) {
      return InvokePropertyMethodHook.DEFAULT.invoke(rule, suite, arguments);
    }
    ((Suite) suite).onEachRank(types[0], rank -> call(rule, suite, rank));
    return true; // as a property that holds
  }

  private static void call(Method rule, Object suite, Object rank) throws Exception {
    try {
      rule.invoke(suite, rank);
    } catch (InvocationTargetException failed) {
      switch (failed.getCause()) {
        case Exception cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw failed;
      }
    }
  }

  @Override
  public PropertyExecutionResult aroundProperty(
      PropertyLifecycleContext context, PropertyExecutor property) {
    if (context.attributes().tries().isEmpty()) {
      context.attributes().setTries(Options.tries());
    }
    CurrentSubject.get()
        .lockstep()
        .ifPresent(
            lockstep -> {
              context.attributes().setSeed(lockstep.seedOf(context.targetMethod().getName()));
              context.attributes().setShrinking(ShrinkingMode.OFF);
            });
    if (!CurrentSubject.get().shrinks()) {
      context.attributes().setShrinking(ShrinkingMode.OFF);
    }
    Conditions conditions = Conditions.of(context.targetMethod());
    ((Suite) context.testInstance()).about(conditions, conditions.on(CurrentSubject.get()));
    Validator validator = Validator.begin();
    PropertyExecutionResult result =
        CurrentRule.during(context.targetMethod().getName(), property::execute);
    if (result.status() != PropertyExecutionResult.Status.SUCCESSFUL) {
      return result;
    }
    List<String> problems =
        validator.end(
            context.targetMethod().getAnnotation(Expects.class),
            CurrentSubject.get().capabilities().repeatable());
    return problems.isEmpty()
        ? result
        : result.mapToFailed(new AssertionError("the validator: " + String.join("; ", problems)));
  }
}
