package org.jccl.conformance.harness;

import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;

/**
 * Knows which rule's method runs on this thread, so that every failure can name it, and gives each
 * property as many tries as {@link Options} say.
 */
public final class CurrentRule implements AroundPropertyHook {
  private static final ThreadLocal<String> NAME = ThreadLocal.withInitial(() -> "no rule");

  /** For jqwik. */
  public CurrentRule() {}

  /** The method that runs, as in {@code required_COL_10_…}. */
  static String name() {
    return NAME.get();
  }

  @Override
  public PropertyExecutionResult aroundProperty(
      PropertyLifecycleContext context, PropertyExecutor property) {
    NAME.set(context.targetMethod().getName());
    if (context.attributes().tries().isEmpty()) {
      context.attributes().setTries(Options.tries());
    }
    try {
      return property.execute();
    } finally {
      NAME.remove();
    }
  }
}
