package org.jccl.conformance.rules;

import java.util.List;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;
import net.jqwik.api.lifecycle.SkipExecutionHook;
import org.jccl.conformance.harness.CurrentRule;
import org.jccl.conformance.harness.CurrentSubject;
import org.jccl.conformance.harness.Expects;
import org.jccl.conformance.harness.Options;
import org.jccl.conformance.harness.Validator;
import org.opentest4j.TestAbortedException;

/**
 * Lets the fields of each rule decide: a test that its {@link Conditions} rule out is skipped with
 * the reason, any other runs on the subject that they lead to. Each property has as many tries as
 * {@link Options} say.
 */
public final class RuleHook implements SkipExecutionHook, AroundPropertyHook {
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

  @Override
  public PropertyExecutionResult aroundProperty(
      PropertyLifecycleContext context, PropertyExecutor property) {
    if (context.attributes().tries().isEmpty()) {
      context.attributes().setTries(Options.tries());
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
