package org.jccl.fidelity.golden;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jccl.Backend;
import org.jccl.CollectiveException;
import org.jccl.Communicator;
import org.jccl.Rank;
import org.jccl.Ranks;
import org.jccl.RanksFailedException;
import org.jccl.fidelity.golden.NcclLog.Drawn;
import org.jccl.fidelity.golden.RankBench.Work;
import org.jccl.fidelity.golden.RecordPlan.Planned;
import org.jccl.fidelity.golden.RecordedCase.Part;
import org.jspecify.annotations.Nullable;

/** Records one communicator: its cases, one after the other, on all ranks. */
final class CommunicatorRecorder {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int MOST_FAILURES = 12;
  private static final int MOST_REFUSALS = 2;

  /** What a rank got in one case. */
  private record Got(@Nullable String failure, List<Evidence> results, boolean clean) {}

  private final RecordProcess process;
  private final Backend backend;
  private final RecordPlan plan;
  private final Planned planned;
  private final NcclLog log;
  private final List<Work> cases;
  private final HostInputs inputs = new HostInputs();
  private final Map<Integer, AtomicReferenceArray<@Nullable Got>> got = new ConcurrentHashMap<>();
  private final Map<String, Integer> refusals = new ConcurrentHashMap<>();
  private volatile int next;

  CommunicatorRecorder(
      RecordProcess process, Backend backend, RecordPlan plan, Planned planned, NcclLog log) {
    this.process = process;
    this.backend = backend;
    this.plan = plan;
    this.planned = planned;
    this.log = log;
    this.cases = plan.cases(planned);
  }

  /** Records from a case on; after a failure in a fresh communicator. */
  void record(int first) {
    next = first;
    for (int failures = 0; failures < MOST_FAILURES; failures++) {
      int before = next;
      process.say("open", "c", planned.like().id());
      log.skip();
      long started = System.nanoTime();
      try {
        Ranks.run(
            backend,
            plan.ranks(),
            Replay.config(planned.like()),
            List.of(),
            rank -> recordOn(rank, started));
      } catch (RanksFailedException failed) {
        sayError(RecordProcess.firstLine(failed.getCause() == null ? failed : failed.getCause()));
        next = Math.max(next, before + 1);
      }
      if (next >= cases.size()) {
        return;
      }
    }
    sayError(MOST_FAILURES + " failures, communicator given up");
  }

  private void sayError(String words) {
    Map<String, @Nullable Object> line = new LinkedHashMap<>();
    line.put("t", "err");
    line.put("c", planned.like().id());
    line.put("comm", planned.like().name());
    line.put("i", next);
    if (next < cases.size()) {
      line.put("case", cases.get(next).calls().toString());
    }
    line.put("err", words);
    process.say(EntryWriter.json(line));
  }

  private void recordOn(Rank rank, long started) {
    if (rank.rank() == 0) {
      sayDrawn(log.drawn(plan.ranks()), (System.nanoTime() - started) / 1e9);
    }
    if (planned.set().equals("timing") || planned.set().equals("sim")) {
      new Times(rank.communicator(), planned.like().id(), entry -> sayEntry(rank, entry))
          .record(planned.set().equals("sim"));
      return;
    }
    int first = next;
    rank.processGroup().barrier(PATIENCE); // all have read where to begin
    try (RankBench bench =
        new RankBench(
            rank.communicator(), inputs, CaseSets.scalars(), cases.subList(first, cases.size()))) {
      for (int i = first; i < cases.size(); i++) {
        if (!isRefused(cases.get(i)) && !recorded(rank, bench, i)) {
          return;
        }
      }
    }
    if (rank.rank() == 0) {
      next = cases.size();
    }
  }

  private void sayEntry(Rank rank, Entry entry) {
    if (rank.rank() == 0) {
      process.say(EntryWriter.line(entry));
    }
  }

  private void sayDrawn(Drawn drawn, double seconds) {
    Map<String, @Nullable Object> line = new LinkedHashMap<>();
    line.put("t", "comm");
    line.put("c", planned.like().id());
    line.put("rings", drawn.rings());
    line.put("trees", drawn.trees());
    line.put("init_s", Math.round(seconds * 100) / 100.0);
    process.say(EntryWriter.json(line));
  }

  private static String kindOf(Work work) {
    StringBuilder kind = new StringBuilder(work.memory().label());
    for (RecordedCall call : work.calls()) {
      kind.append(' ').append(call.collective()).append(call.type()).append(call.op());
    }
    return kind.toString();
  }

  /** What was refused twice is refused again. */
  private boolean isRefused(Work work) {
    return refusals.getOrDefault(kindOf(work), 0) >= MOST_REFUSALS;
  }

  /** Performs a case on this rank; whether the communicator can go on. */
  private boolean recorded(Rank rank, RankBench bench, int index) {
    Work work = cases.get(index);
    if (rank.rank() == 0) {
      process.say("begin", "i", index);
    }
    got.computeIfAbsent(index, i -> new AtomicReferenceArray<>(plan.ranks()))
        .set(rank.rank(), performed(bench, work, rank.rank()));
    rank.processGroup().barrier(PATIENCE);
    AtomicReferenceArray<@Nullable Got> all = got.get(index);
    String failure = failure(all);
    if (rank.rank() == 0) {
      next = index;
      if (failure == null) {
        sayEntry(rank, entry(rank.communicator(), work, all));
        next = index + 1;
      } else {
        refusals.merge(kindOf(work), 1, Integer::sum);
        sayError(failure);
        next = index + 1;
      }
    }
    rank.processGroup().barrier(PATIENCE);
    got.remove(index);
    return failure == null;
  }

  private static @Nullable String failure(AtomicReferenceArray<@Nullable Got> all) {
    for (int rank = 0; rank < all.length(); rank++) {
      Got own = all.get(rank);
      if (own == null || own.failure() != null) {
        return "rank " + rank + ": " + (own == null ? "nothing came" : own.failure());
      }
    }
    return null;
  }

  private static Got performed(RankBench bench, Work work, int rank) {
    List<Evidence> results = new ArrayList<>();
    boolean[] clean = {true};
    try {
      bench.perform(
          work,
          (part, result) -> {
            RecordedCall call = work.calls().get(part);
            results.add(Evidence.of(result, EntryWriter.keptWhole(work.memory(), call)));
            boolean written = call.collective().writes(rank, call.root());
            clean[0] &= written || RankBench.isUntouched(result);
          });
    } catch (CollectiveException | IllegalStateException | IllegalArgumentException failed) {
      return new Got(RecordProcess.firstLine(failed), List.of(), false);
    }
    return new Got(null, results, clean[0]);
  }

  private RecordedCase entry(
      Communicator communicator, Work work, AtomicReferenceArray<@Nullable Got> all) {
    List<@Nullable RecordedChoice> choices = log.choices(work.calls());
    if (choices.size() == 1 && choices.getFirst() == null) {
      choices.set(0, PlannedChoice.of(communicator, work)); // the simulator has no log
    }
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < work.calls().size(); i++) {
      parts.add(part(work.calls().get(i), choices.get(i), i, all));
    }
    return new RecordedCase(0, planned.like().id(), work.memory(), parts);
  }

  private static Part part(
      RecordedCall call,
      @Nullable RecordedChoice choice,
      int index,
      AtomicReferenceArray<@Nullable Got> all) {
    List<Evidence> results = new ArrayList<>();
    boolean clean = true;
    for (int rank = 0; rank < all.length(); rank++) {
      Got own = all.get(rank);
      if (own != null) {
        clean &= own.clean();
        results.add(own.results().get(index));
      }
    }
    boolean alike = results.stream().map(Evidence::hash).distinct().count() == 1;
    List<Evidence> kept =
        switch (call.collective().shape()) {
          case EACH -> results;
          case SAME -> alike ? List.of(results.getFirst()) : results;
          case ROOT -> List.of(results.get(call.root()));
        };
    return new Part(call, choice, kept, clean);
  }
}
