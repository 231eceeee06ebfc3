package org.jccl.conformance.concurrency;

/** Explores one scenario; what {@link InterleavingTest} runs in a JVM of its own. */
public final class ExplorationMain {
  /** All runs went well. */
  static final int ALL_PASSED = 0;

  /** A run failed. */
  static final int ONE_FAILED = 42;

  private ExplorationMain() {}

  /** Arguments: how many runs, and the scenarios. */
  public static void main(String[] arguments) {
    int runs = Integer.parseInt(arguments[0]);
    for (int i = 1; i < arguments.length; i++) {
      Scenario scenario = Scenario.valueOf(arguments[i]);
      scenario.explore(runs, thrown -> end(scenario, thrown));
    }
    Runtime.getRuntime().halt(ALL_PASSED);
  }

  /** Threads that wait forever would keep the JVM alive. */
  private static void end(Scenario scenario, Throwable thrown) {
    System.out.println(scenario + " failed: " + thrown);
    thrown.printStackTrace(System.out);
    System.out.flush();
    Runtime.getRuntime().halt(ONE_FAILED);
  }
}
