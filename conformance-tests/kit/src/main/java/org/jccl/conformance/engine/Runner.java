package org.jccl.conformance.engine;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jccl.DeviceBuffer;
import org.jccl.Graph;
import org.jccl.Stream;
import org.jccl.conformance.cases.CallForm;
import org.jccl.conformance.cases.GroupMember;
import org.jccl.conformance.cases.Invocation;
import org.jccl.conformance.cases.MemoryPlan;
import org.jccl.conformance.cases.Placed;
import org.jccl.conformance.cases.Program;
import org.jccl.conformance.cases.ProgramStep;
import org.jccl.conformance.cases.Refused;
import org.jccl.conformance.harness.RuleViolation;
import org.jccl.conformance.harness.WorldRank;
import org.jccl.conformance.harness.Worlds;

/** One rank's run of a program: what is common to both surfaces. */
public abstract class Runner implements AutoCloseable {
  /** What becomes of a call that fails. */
  public enum Failures {
    /** It is noted as the call's result, and the program goes on. */
    NOTED,
    /** It ends the program. */
    THROWN
  }

  private final Prepared prepared;
  private final Failures failures;
  private final Workbench bench;
  private final MemoryPlan plan;
  private final DeviceBuffer memory;
  private final List<Stream> streams;
  private final List<String> notes = new ArrayList<>();
  private final List<Graph> graphs = new ArrayList<>();
  private final int rank;
  private int nextCall;
  private int nextStep;

  Runner(Prepared prepared, Failures failures, WorldRank rank) {
    this.prepared = prepared;
    this.failures = failures;
    this.rank = rank.rank();
    this.bench = Workbench.of(rank);
    this.plan = prepared.plans().get(rank.rank());
    this.memory = bench.memory(program().memory(), plan.bytes());
    this.streams = new ArrayList<>(bench.streams());
    if (failures == Failures.THROWN && program().steps().stream().noneMatch(Runner::isCaptured)) {
      streams.set(0, rank.communicator().defaultStream());
    }
  }

  private static boolean isCaptured(ProgramStep step) {
    return step instanceof ProgramStep.Captured;
  }

  /**
   * Runs a program on all ranks of a world.
   *
   * @param room where the observed memory goes
   * @return what every rank observes, in rank order
   * @throws RuleViolation if a rank fails or hangs
   */
  public static List<Observation> run(
      Worlds worlds, Prepared prepared, Failures failures, HostRoom room) {
    Observation[] seen = new Observation[prepared.program().ranks()];
    worlds.run(
        seen.length,
        rank -> {
          Observation own = of(prepared, failures, rank, room);
          synchronized (seen) {
            seen[rank.rank()] = own;
          }
        });
    synchronized (seen) {
      return Arrays.stream(seen).map(Objects::requireNonNull).toList();
    }
  }

  /** Runs a program on one rank. */
  public static Observation of(
      Prepared prepared, Failures failures, WorldRank rank, HostRoom room) {
    Program program = prepared.program();
    rank.device().makeCurrent();
    try (Runner runner =
        program.surface() == Program.Surface.TYPED
            ? new TypedRunner(prepared, failures, rank)
            : new RawRunner(prepared, failures, rank)) {
      runner.memory.copyFrom(prepared.images().get(rank.rank()));
      program.steps().forEach(runner::perform);
      return runner.observed(room.of(rank.rank(), runner.plan.bytes()));
    }
  }

  private Observation observed(MemorySegment after) {
    streams.forEach(Stream::synchronize);
    if (failures == Failures.NOTED) {
      program().usedCommunicators().stream()
          .filter(this::isIn)
          .forEach(each -> note("communicator " + each, state(each)));
    }
    memory.copyTo(after);
    plan.clearUnspecified(after);
    return new Observation(notes, after);
  }

  private void perform(ProgramStep step) {
    switch (step) {
      case ProgramStep.Alone alone -> alone(alone.act());
      case ProgramStep.Group group -> group(group);
      case ProgramStep.Captured captured -> capture(captured);
      case ProgramStep.Join join -> {
        bench.event(join.from()).record(stream(join.from()));
        stream(join.to()).waitFor(bench.event(join.from()));
      }
      case ProgramStep.Synchronize one -> stream(one.stream()).synchronize();
      case ProgramStep.Ask ask -> {
        if (isIn(ask.communicator())) {
          note(ask.question().toString(), ask(ask));
        }
      }
    }
    nextStep++;
  }

  private void alone(Invocation act) {
    if (!(act instanceof Refused refused) || refused.isMadeBy(rank)) {
      act(act);
    }
  }

  /** Makes one call, if this rank is in its communicator. */
  final void act(Invocation act) {
    switch (act) {
      case Placed placed -> {
        MemoryPlan.Places places = plan.call(nextCall++);
        if (isIn(placed.communicator())) {
          note(placed.call().form().method(), issue(placed, places));
        }
      }
      case Refused refused -> {
        if (isIn(refused.communicator())) {
          note(refused.wrong().toString(), issue(refused));
        }
      }
    }
  }

  private void capture(ProgramStep.Captured captured) {
    streams.forEach(Stream::synchronize);
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
    return program().communicators().get(communicator).contains(rank);
  }

  final GroupMember member(int communicator) {
    return GroupMember.of(program().communicators().get(communicator), rank);
  }

  final Program program() {
    return prepared.program();
  }

  final Prepared prepared() {
    return prepared;
  }

  final Failures failures() {
    return failures;
  }

  final Workbench bench() {
    return bench;
  }

  final Stream stream(int index) {
    return streams.get(index);
  }

  final DeviceBuffer memory() {
    return memory;
  }

  final boolean hasBarrier() {
    return program().calls().stream().anyMatch(each -> each.call().form() == CallForm.BARRIER);
  }

  final void note(String what, String result) {
    notes.add(nextStep + " " + what + " = " + result);
  }

  /** Makes a right call; what came of it. */
  abstract String issue(Placed placed, MemoryPlan.Places places);

  /** Makes a wrong call; what came of it. */
  abstract String issue(Refused refused);

  /** Makes the calls of a group by {@link #act} and notes what came of it. */
  abstract void group(ProgramStep.Group group);

  abstract String ask(ProgramStep.Ask ask);

  /** The state of a communicator at the end. */
  abstract String state(int communicator);

  @Override
  public void close() {
    graphs.forEach(Graph::close);
  }
}
