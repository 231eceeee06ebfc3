package org.jccl.benchmarks.simspeed;

/** How many calls fill a given time, found by making them: which warms them up as well. */
public final class CallBudget {
  private static final int MOST = 1_000_000;

  private CallBudget() {}

  public static int calls(SimRanks ranks, long budgetMillis) {
    double budget = budgetMillis * 1e6;
    int calls = 1;
    int enough = 0;
    // Twice: the first time may have been the JVM's, for loading and compiling.
    while (enough < 2) {
      double took = ranks.run(calls).calls();
      enough += took > budget / 3 || calls == MOST ? 1 : 0;
      double wanted = took < budget / 64 ? calls * 16.0 : calls * budget / took + 1;
      calls = (int) Math.clamp(wanted, 1, MOST);
    }
    return Math.max(2, calls);
  }
}
