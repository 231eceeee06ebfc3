package org.jccl.fidelity.differential;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jccl.DeviceBuffer;
import org.jccl.Graph;
import org.jccl.Stream;
import org.jccl.conformance.harness.WorldRank;

/** One rank's run of a program: what is common to both surfaces. */
abstract class Performance implements AutoCloseable {
  private final WholeProgram program;
  private final Workbench bench;
  private final MemoryPlan plan;
  private final DeviceBuffer memory;
  private final List<String> notes = new ArrayList<>();
  private final List<Graph> graphs = new ArrayList<>();
  private final int rank;
  private int nextCall;
  private int nextStep;

  Performance(Prepared prepared, WorldRank rank) {
    this.program = prepared.program();
    this.rank = rank.rank();
    this.bench = Workbench.of(rank);
    this.plan = prepared.plans().get(rank.rank());
    this.memory = bench.memory(plan.bytes());
  }

  /** Runs a program on one rank. */
  static Observation of(Prepared prepared, WorldRank rank) {
    WholeProgram program = prepared.program();
    rank.device().makeCurrent();
    try (Performance performance =
        program.surface() == WholeProgram.Surface.TYPED
            ? new TypedPerformance(prepared, rank)
            : new RawPerformance(prepared, rank)) {
      performance.memory.copyFrom(MemorySegment.ofArray(prepared.images().get(rank.rank())));
      program.steps().forEach(performance::perform);
      return performance.observed();
    }
  }

  private Observation observed() {
    bench.streams().forEach(Stream::synchronize);
    program.usedCommunicators().stream()
        .filter(each -> program.communicators().get(each).contains(rank))
        .forEach(each -> note("communicator " + each, state(each)));
    byte[] after = new byte[plan.bytes()];
    memory.copyTo(MemorySegment.ofArray(after));
    return new Observation(List.copyOf(notes), plan.specified(after));
  }

  private void perform(Step step) {
    switch (step) {
      case Step.Alone alone -> alone(alone.act());
      case Step.Group group -> group(group);
      case Step.Captured captured -> capture(captured);
      case Step.Join join -> {
        bench.event(join.from()).record(stream(join.from()));
        stream(join.to()).waitFor(bench.event(join.from()));
      }
      case Step.Synchronize one -> stream(one.stream()).synchronize();
      case Step.Ask ask -> {
        if (isIn(ask.communicator())) {
          note(ask.question().toString(), ask(ask));
        }
      }
    }
    nextStep++;
  }

  private void alone(Act act) {
    if (!(act instanceof Refused refused) || refused.isMadeBy(rank)) {
      act(act);
    }
  }

  /** Makes one call, if this rank is in its communicator. */
  final void act(Act act) {
    switch (act) {
      case Call call -> {
        MemoryPlan.Places places = plan.call(nextCall++);
        if (isIn(call.communicator())) {
          note(call.kind().method(), issue(call, places));
        }
      }
      case Refused refused -> {
        if (isIn(refused.communicator())) {
          note(refused.wrong().toString(), issue(refused));
        }
      }
    }
  }

  private void capture(Step.Captured captured) {
    bench.streams().forEach(Stream::synchronize);
    Stream stream = stream(captured.stream());
    stream.beginCapture();
    captured.calls().forEach(this::act);
    Graph graph = stream.endCapture();
    graphs.add(graph);
    for (int i = 0; i < captured.launches(); i++) {
      graph.launch(stream);
    }
    stream.synchronize();
  }

  final boolean isIn(int communicator) {
    return program.communicators().get(communicator).contains(rank);
  }

  final int rank() {
    return rank;
  }

  final WholeProgram program() {
    return program;
  }

  final Workbench bench() {
    return bench;
  }

  final Stream stream(int index) {
    return bench.streams().get(index);
  }

  final DeviceBuffer memory() {
    return memory;
  }

  final MemoryPlan plan() {
    return plan;
  }

  final void note(String what, String result) {
    notes.add(nextStep + " " + what + " = " + result);
  }

  /** Makes a right call; what came of it. */
  abstract String issue(Call call, MemoryPlan.Places places);

  /** Makes a wrong call; what came of it. */
  abstract String issue(Refused refused);

  /** Makes the calls of a group by {@link #act} and notes what came of it. */
  abstract void group(Step.Group group);

  abstract String ask(Step.Ask ask);

  /** The state of a communicator at the end. */
  abstract String state(int communicator);

  @Override
  public void close() {
    graphs.forEach(Graph::close);
  }
}
