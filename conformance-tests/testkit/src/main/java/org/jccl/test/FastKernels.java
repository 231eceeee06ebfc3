package org.jccl.test;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jccl.Backends;

/** Says once a JVM how simulated data moves faster. */
final class FastKernels {
  private static final AtomicBoolean TOLD = new AtomicBoolean();

  /** What a simulator's description has in it that could be faster. */
  private static final String SLOW = "scalar kernels: ";

  private static final String FORCED = SLOW + "forced";

  private FastKernels() {}

  /** Once, if the world is one of those that could be faster; {@code description} is its own. */
  static void tellOnce(String description) {
    boolean couldBeFaster = description.contains(SLOW) && !description.contains(FORCED);
    if (couldBeFaster && !Boolean.getBoolean(Backends.QUIET) && TOLD.compareAndSet(false, true)) {
      System.out.println(
          "jccl-test: tests that move much data run faster with the VM options"
              + " --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED"
              + " (docs/testing.md; -D"
              + Backends.QUIET
              + "=true is silent)");
    }
  }
}
