package org.jccl.conformance.harness;

import java.util.function.Supplier;

/** Knows which rule's test runs on this thread, so that every failure can name it. */
public final class CurrentRule {
  private static final ThreadLocal<String> NAME = ThreadLocal.withInitial(() -> "no rule");

  private CurrentRule() {}

  /** The test that runs, as in {@code required_COL_10_…}. */
  static String name() {
    return NAME.get();
  }

  /** Runs a test of that name. */
  public static <T> T during(String name, Supplier<T> test) {
    NAME.set(name);
    try {
      return test.get();
    } finally {
      NAME.remove();
    }
  }
}
