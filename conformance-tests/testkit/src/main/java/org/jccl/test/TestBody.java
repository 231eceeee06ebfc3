package org.jccl.test;

import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jccl.Rank;
import org.jccl.UserCode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.platform.commons.support.ReflectionSupport;
import org.opentest4j.AssertionFailedError;

/** The test method, with what JUnit has resolved for it. */
final class TestBody {
  private static final int MAX_LINKS = 16;

  private final Class<?> testClass;
  private final Method method;
  private final @Nullable Object target;
  private final List<@Nullable Object> resolved;
  private final List<@Nullable Given> given;

  TestBody(ReflectiveInvocationContext<Method> call) {
    this(
        call.getTargetClass(),
        call.getExecutable(),
        call.getTarget().orElse(null),
        call.getArguments());
  }

  TestBody(Class<?> testClass, Method method, @Nullable Object target, List<?> resolved) {
    this.testClass = testClass;
    this.method = method;
    this.target = target;
    this.resolved = new ArrayList<>(resolved);
    this.given = new ArrayList<>();
    for (Parameter parameter : method.getParameters()) {
      given.add(Given.of(parameter));
    }
  }

  Method method() {
    return method;
  }

  /** Whether each rank runs it, or it runs once and starts ranks itself. */
  boolean isPerRank() {
    return given.stream().anyMatch(each -> each != null && each.isPerRank());
  }

  /** Runs it, on every rank if it is for ranks. */
  void run(World world) {
    if (isPerRank()) {
      world.run(rank -> run(world, rank));
    } else {
      run(world, null);
    }
  }

  private void run(World world, @Nullable Rank rank) {
    @Nullable Object[] arguments = new Object[given.size()];
    for (int i = 0; i < arguments.length; i++) {
      Given own = given.get(i);
      arguments[i] = own == null ? resolved.get(i) : own.value(world, rank);
    }
    try {
      // Throws what the method throws, also if it is checked.
      Object verdict = ReflectionSupport.invokeMethod(method, target, arguments);
      if (Boolean.FALSE.equals(verdict)) {
        throw new AssertionFailedError("it gave false"); // as a property may
      }
    } catch (Throwable failure) {
      if (rank == null) {
        cut(failure);
      }
      throw failure;
    }
  }

  /** Ends traces with the test method: below are tools. */
  private static void cut(Throwable failure) {
    Throwable link = failure;
    for (int depth = 0; link != null && depth < MAX_LINKS; depth++) {
      StackTraceElement[] frames = UserCode.traceOf(link);
      for (int i = 0; i < frames.length; i++) {
        if (frames[i].getClassName().equals(TestBody.class.getName())) {
          link.setStackTrace(Arrays.copyOf(frames, i));
          break;
        }
      }
      link = UserCode.causeOf(link);
    }
  }

  /** Class and method as folders are called. */
  String name() {
    return testClass.getName().replace('$', '.') + '.' + method.getName();
  }

  /** What makes Maven run this test alone, as a shell takes it. */
  String selection() {
    String type = testClass.getName().substring(testClass.getPackageName().length());
    String selection = "-Dtest=" + (type.startsWith(".") ? type.substring(1) : type);
    selection += "#" + method.getName();
    return selection.contains("$") ? "'" + selection + "'" : selection;
  }
}
