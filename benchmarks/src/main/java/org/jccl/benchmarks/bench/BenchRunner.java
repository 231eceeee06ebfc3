package org.jccl.benchmarks.bench;

import java.util.List;
import org.jccl.Backend;
import org.jccl.Ranks;

/** Runs a plan on the ranks of one backend, one thread a rank. */
public final class BenchRunner {
  private static final long SEED = 99;

  private final Backend backend;
  private final int ranks;
  private final BenchPlan plan;
  private final Timing timing;

  /** A run of {@code plan} on {@code ranks} ranks of {@code backend}. */
  public BenchRunner(Backend backend, int ranks, BenchPlan plan) {
    this(backend, ranks, plan, Timing.of(backend));
  }

  /** The same, timed by {@code timing}. */
  public BenchRunner(Backend backend, int ranks, BenchPlan plan, Timing timing) {
    this.timing = timing;
    this.backend = backend;
    this.ranks = ranks;
    this.plan = plan;
  }

  /** Number of rows that the run will try to measure. */
  public int size() {
    return plan.cases(ranks).size();
  }

  /**
   * Measures everything; returns when all ranks are done.
   *
   * @throws RuntimeException if a rank failed; the message is {@link Ranks}' report
   */
  public void run(BenchListener listener) {
    List<BenchCase> cases = plan.cases(ranks);
    Patterns patterns = new Patterns(ranks, SEED);
    Ranks.run(
        backend, ranks, rank -> new RankBench(rank, plan, timing, patterns).run(cases, listener));
  }
}
