package org.jccl.test;

import java.lang.reflect.Method;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;

/**
 * One node of a test: runs the method itself, once a rank and schedule, instead of JUnit's one
 * call.
 */
abstract class Node
    implements TestTemplateInvocationContext, InvocationInterceptor, ParameterResolver {
  private final String name;

  Node(String name) {
    this.name = name;
  }

  /** Runs the whole node. */
  abstract void run(TestBody body, ExtensionContext context) throws Throwable;

  @Override
  public String getDisplayName(int invocationIndex) {
    return "[" + name + "]";
  }

  @Override
  public List<Extension> getAdditionalExtensions() {
    return List.of(this);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return Given.of(parameter.getParameter()) != null;
  }

  /** A place-holder: each rank gets its own value later. */
  @Override
  public @Nullable Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Given given = Given.of(parameter.getParameter());
    String refusal = given == null ? null : given.refusal(parameter.getParameter());
    if (refusal != null) {
      throw new ParameterResolutionException(refusal);
    }
    if (!parameter.getDeclaringExecutable().equals(context.getTestMethod().orElse(null))) {
      throw new ParameterResolutionException(
          "a @RankTest gives a "
              + parameter.getParameter().getType().getSimpleName()
              + " to the test method alone: what is around it runs once a node, without a world");
    }
    return given == Given.SEED ? (Object) 0L : null;
  }

  @Override
  public void interceptTestTemplateMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> call,
      ExtensionContext context)
      throws Throwable {
    invocation.skip();
    run(new TestBody(call), context);
  }
}
