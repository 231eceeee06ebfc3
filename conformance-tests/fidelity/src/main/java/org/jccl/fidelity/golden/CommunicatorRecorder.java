package org.jccl.fidelity.golden;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jccl.conformance.cases.CallSpec;
import org.jccl.conformance.engine.HostRoom;
import org.jccl.conformance.engine.Observation;
import org.jccl.conformance.engine.Prepared;
import org.jccl.conformance.engine.Runner;
import org.jccl.conformance.engine.Runner.Failures;
import org.jccl.conformance.harness.RuleViolation;
import org.jccl.conformance.harness.WorldRank;
import org.jccl.conformance.harness.Worlds;
import org.jccl.fidelity.golden.NcclLog.Drawn;
import org.jccl.fidelity.golden.RecordPlan.Planned;
import org.jccl.fidelity.golden.RecordedCase.Part;
import org.jspecify.annotations.Nullable;

/** Records one communicator: its cases, one after the other, on all ranks. */
final class CommunicatorRecorder {
  private static final Duration ALL_TIMES = Duration.ofMinutes(10);
  private static final int MOST_FAILURES = 12;
  private static final int MOST_REFUSALS = 2;

  private final RecordProcess process;
  private final Worlds worlds;
  private final RecordPlan plan;
  private final Planned planned;
  private final NcclLog log;
  private final List<CaseCalls> cases;
  private final RecordedInputs inputs = new RecordedInputs(CaseSets.scalars());
  private final HostRoom images = new HostRoom();
  private final HostRoom room = new HostRoom();
  private final Map<String, Integer> refusals = new HashMap<>();
  private boolean open;

  CommunicatorRecorder(
      RecordProcess process, Worlds worlds, RecordPlan plan, Planned planned, NcclLog log) {
    this.process = process;
    this.worlds = worlds;
    this.plan = plan;
    this.planned = planned;
    this.log = log;
    this.cases = plan.cases(planned);
  }

  /** Records from a case on; after a failure in a fresh communicator. */
  void record(int first) {
    worlds.configure(config -> Replay.configure(planned.like(), config));
    if (cases.isEmpty()) {
      attempt(0, this::recordTimes);
      return;
    }
    int failures = 0;
    for (int i = first; i < cases.size() && failures < MOST_FAILURES; i++) {
      CaseCalls work = cases.get(i);
      int index = i;
      if (!isRefused(work) && !attempt(index, () -> record(index, work))) {
        refusals.merge(kindOf(work), 1, Integer::sum);
        failures++;
      }
    }
    if (failures == MOST_FAILURES) {
      sayError(cases.size(), MOST_FAILURES + " failures, communicator given up");
    }
  }

  /** Whether it works; if it does not, the communicator is opened anew. */
  private boolean attempt(int index, Runnable body) {
    try {
      if (!open) {
        openWorld();
      }
      body.run();
      return true;
    } catch (RuleViolation | IllegalStateException failed) {
      Throwable cause = failed.getCause() == null ? failed : failed.getCause();
      sayError(index, RecordProcess.firstLine(cause));
      open = false;
      return false;
    }
  }

  private void openWorld() {
    process.say("open", "c", planned.like().id());
    log.skip();
    long started = System.nanoTime();
    worlds.run(plan.ranks(), rank -> {});
    sayDrawn(log.drawn(plan.ranks()), (System.nanoTime() - started) / 1e9);
    open = true;
  }

  private void recordTimes() {
    boolean estimated = planned.set().equals("sim");
    worlds.run(
        plan.ranks(),
        ALL_TIMES,
        rank ->
            new Times(rank.communicator(), planned.like().id(), entry -> sayTime(rank, entry))
                .record(estimated));
  }

  private void sayTime(WorldRank rank, Entry entry) {
    if (rank.rank() == 0) {
      process.say(EntryWriter.line(entry));
    }
  }

  private void record(int index, CaseCalls work) {
    process.say("begin", "i", index);
    Prepared prepared = Prepared.of(work.program(plan.ranks()), inputs, images);
    List<Observation> seen = Runner.run(worlds, prepared, Failures.THROWN, room);
    List<List<Output>> outputs = new ArrayList<>();
    for (int rank = 0; rank < seen.size(); rank++) {
      outputs.add(Output.of(prepared, rank, seen.get(rank)));
    }
    process.say(EntryWriter.line(entry(work, outputs)));
  }

  private void sayError(int index, String words) {
    Map<String, @Nullable Object> line = new LinkedHashMap<>();
    line.put("t", "err");
    line.put("c", planned.like().id());
    line.put("comm", planned.like().name());
    line.put("i", index);
    if (index < cases.size()) {
      line.put("case", cases.get(index).calls().toString());
    }
    line.put("err", words);
    process.say(EntryWriter.json(line));
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

  private static String kindOf(CaseCalls work) {
    StringBuilder kind = new StringBuilder(Labels.of(work.memory()));
    for (CallSpec call : work.calls()) {
      kind.append(' ').append(call.form()).append(call.type()).append(call.fold());
    }
    return kind.toString();
  }

  /** What was refused twice is refused again. */
  private boolean isRefused(CaseCalls work) {
    return refusals.getOrDefault(kindOf(work), 0) >= MOST_REFUSALS;
  }

  private RecordedCase entry(CaseCalls work, List<List<Output>> outputs) {
    List<@Nullable RecordedChoice> choices = log.choices(work.calls());
    if (choices.size() == 1 && choices.getFirst() == null) {
      choices.set(0, simulated(work)); // the simulator has no log
    }
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < work.calls().size(); i++) {
      int index = i;
      List<Output> own = outputs.stream().map(each -> each.get(index)).toList();
      parts.add(part(work, work.calls().get(i), choices.get(i), own));
    }
    return new RecordedCase(0, planned.like().id(), work.memory(), parts);
  }

  private @Nullable RecordedChoice simulated(CaseCalls work) {
    return Replay.<@Nullable RecordedChoice>onFirst(
        worlds,
        plan.ranks(),
        rank -> PlannedChoice.of(rank.communicator(), work.memory(), work.calls().getFirst()));
  }

  private static Part part(
      CaseCalls work, CallSpec call, @Nullable RecordedChoice choice, List<Output> outputs) {
    int whole = EntryWriter.keptWhole(work.memory(), call);
    List<Evidence> results =
        outputs.stream().map(output -> Evidence.of(output.result(), whole)).toList();
    boolean clean = true;
    for (int rank = 0; rank < outputs.size(); rank++) {
      boolean written = call.form().receivesAt(rank, call.root());
      clean &= written || outputs.get(rank).isUntouched();
    }
    boolean alike = results.stream().map(Evidence::hash).distinct().count() == 1;
    List<Evidence> kept =
        switch (Sharing.of(call.form())) {
          case EACH -> results;
          case SAME -> alike ? List.of(results.getFirst()) : results;
          case ROOT -> List.of(results.get(call.root()));
        };
    return new Part(call, choice, kept, clean);
  }
}
