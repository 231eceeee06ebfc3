package org.jccl.benchmarks.bench;

import java.time.Duration;
import java.util.List;
import org.jccl.CollectiveException;
import org.jccl.Graph;
import org.jccl.Rank;
import org.jccl.ResultCode;
import org.jccl.Stream;
import org.jccl.benchmarks.report.Measurement;
import org.jccl.benchmarks.report.Row;
import org.jspecify.annotations.Nullable;

/** One rank's part of a run: the same cases in the same order as all other ranks. */
final class RankBench {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private static final int ROUND_CALLS = 100;
  private static final long ROUND_BYTES = 8 << 20;

  private final Rank rank;
  private final BenchPlan plan;
  private final Timing timing;
  private final Patterns patterns;

  RankBench(Rank rank, BenchPlan plan, Timing timing, Patterns patterns) {
    this.rank = rank;
    this.plan = plan;
    this.timing = timing;
    this.patterns = patterns;
  }

  /** Measures all cases; rank 0 tells {@code listener}. */
  void run(List<BenchCase> cases, BenchListener listener) {
    timing.prepare(rank.device());
    try {
      rank.processGroup().barrier(PATIENCE);
      measureAll(cases, listener);
    } finally {
      timing.finish(rank.device());
    }
  }

  private void measureAll(List<BenchCase> cases, BenchListener listener) {
    boolean tells = rank.rank() == 0;
    for (int i = 0; i < cases.size(); i++) {
      BenchCase benchCase = cases.get(i);
      if (plan.settling().isPositive() && (i == 0 || !benchCase.isSameSeries(cases.get(i - 1)))) {
        settle(cases.subList(i, cases.size()), settlingOf(cases, i));
      }
      if (tells) {
        listener.begins(benchCase.toString(), i, cases.size());
      }
      List<RankResult> outOfPlace = measure(benchCase, false);
      String refusal = RankResult.refusal(outOfPlace);
      boolean twice = refusal.isEmpty() && benchCase.workload().hasInPlace();
      List<RankResult> inPlace = twice ? measure(benchCase, true) : List.of();
      if (tells && refusal.isEmpty()) {
        listener.measured(row(benchCase, outOfPlace, inPlace));
      } else if (tells) {
        listener.refused(benchCase + ": " + refusal);
      }
    }
  }

  /** The first series also waits for what all have in common; types share most of a call's way. */
  private Duration settlingOf(List<BenchCase> cases, int i) {
    if (i == 0) {
      return plan.settling().multipliedBy(4);
    }
    boolean sameOperation = cases.get(i).workload().equals(cases.get(i - 1).workload());
    return sameOperation ? plan.settling().dividedBy(5) : plan.settling();
  }

  /**
   * Calls of all cases of a series that nobody looks at, for a while, largest first: they let the
   * JVM compile the ways of call and data, which differ by size, and NCCL connect. The few warm-ups
   * before each measurement would not finish that.
   */
  private void settle(List<BenchCase> cases, Duration duration) {
    BenchCase first = cases.getFirst();
    List<BenchCase> series = cases.stream().takeWhile(first::isSameSeries).toList();
    for (BenchCase benchCase : series.reversed()) {
      settle(benchCase, duration.dividedBy(series.size()));
    }
  }

  private void settle(BenchCase benchCase, Duration duration) {
    int calls = Math.clamp(ROUND_BYTES / benchCase.bytes(rank.worldSize()), 1, ROUND_CALLS);
    Settling settling = new Settling(duration.toNanos());
    try (CaseBuffers buffers = CaseBuffers.outOfPlace(benchCase, rank)) {
      boolean goesOn = true;
      while (goesOn) {
        for (int i = 0; i < calls; i++) {
          benchCase
              .workload()
              .issue(rank.communicator(), buffers, benchCase.op(), benchCase.root());
        }
        buffers.stream().synchronize();
        goesOn = decidesForAll(settling.goesOnAfter(calls));
      }
    } catch (CollectiveException refused) {
      requireRefusal(refused); // which the measurement will meet again, and report
    }
  }

  /** Rank 0's answer, on every rank: clocks differ, and all ranks must make the same calls. */
  private boolean decidesForAll(boolean mine) {
    return rank.processGroup().broadcast(new byte[] {(byte) (mine ? 1 : 0)}, 0)[0] == 1;
  }

  private List<RankResult> measure(BenchCase benchCase, boolean inPlace) {
    RankResult mine;
    try (CaseBuffers buffers =
        inPlace ? CaseBuffers.inPlace(benchCase, rank) : CaseBuffers.outOfPlace(benchCase, rank)) {
      mine = measure(benchCase, buffers);
      buffers.stream().synchronize();
    }
    return rank.processGroup().allGather(mine.toBytes()).stream().map(RankResult::ofBytes).toList();
  }

  private RankResult measure(BenchCase benchCase, CaseBuffers buffers) {
    Runnable issue =
        () ->
            benchCase
                .workload()
                .issue(rank.communicator(), buffers, benchCase.op(), benchCase.root());
    long wrong;
    try {
      wrong = firstResult(benchCase, buffers, issue);
    } catch (CollectiveException refused) {
      requireRefusal(refused);
      return RankResult.refused(
          String.valueOf(refused.getMessage()).lines().findFirst().orElse(""));
    }
    Stream stream = buffers.stream();
    try (@Nullable Graph graph = plan.graph() ? capture(stream, issue) : null) {
      Runnable round = graph == null ? issue : () -> graph.launch(stream);
      for (int i = 0; i < plan.warmups(); i++) {
        round.run();
      }
      stream.synchronize();
      rank.processGroup().barrier(PATIENCE);
      return new RankResult(
          timing.measure(rank.device(), stream, round, plan.iterations()), wrong, "");
    }
  }

  /** Rule ERR-10: such a call had no effect, on any rank, since all gave the same arguments. */
  private static void requireRefusal(CollectiveException failure) {
    if (failure.code() != ResultCode.INVALID_ARGUMENT) {
      throw failure;
    }
  }

  /** Runs the operation once on known inputs; the results must be right before time counts. */
  private long firstResult(BenchCase benchCase, CaseBuffers buffers, Runnable issue) {
    ResultCheck check = new ResultCheck(benchCase, rank, patterns);
    if (plan.check()) {
      check.fill(buffers);
    }
    rank.processGroup().barrier(PATIENCE);
    issue.run();
    buffers.stream().synchronize();
    return plan.check() ? check.countWrong(buffers) : Measurement.UNCHECKED;
  }

  private static Graph capture(Stream stream, Runnable issue) {
    stream.beginCapture();
    try {
      issue.run();
    } catch (RuntimeException failure) {
      stream.endCapture().close();
      throw failure;
    }
    return stream.endCapture();
  }

  private Row row(BenchCase benchCase, List<RankResult> outOfPlace, List<RankResult> inPlace) {
    var op = benchCase.op();
    return new Row(
        benchCase.workload().label(),
        benchCase.bytes(rank.worldSize()),
        benchCase.count(),
        TypeNames.of(benchCase.type()),
        op == null ? null : op.label(),
        benchCase.row().hasRoot() ? benchCase.root() : null,
        combine(benchCase, outOfPlace),
        inPlace.isEmpty() ? null : combine(benchCase, inPlace));
  }

  private Measurement combine(BenchCase benchCase, List<RankResult> ranks) {
    int n = rank.worldSize();
    return RankResult.combine(
        ranks, benchCase.bytes(n), benchCase.row().busFactor().of(n), timing.isMean());
  }
}
