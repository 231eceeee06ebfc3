package org.jccl.fidelity.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jccl.DataType;
import org.jccl.conformance.cases.CallForm;
import org.jccl.conformance.cases.CallSpec;
import org.jccl.conformance.cases.Invocation;
import org.jccl.conformance.cases.Layout;
import org.jccl.conformance.cases.MemoryKind;
import org.jccl.conformance.cases.Placed;
import org.jccl.conformance.cases.Program;
import org.jccl.conformance.cases.Program.Surface;
import org.jccl.conformance.cases.ProgramStep;
import org.jccl.conformance.cases.Refused;
import org.jccl.conformance.cases.WorldSplit;
import org.jccl.conformance.data.Fold;
import org.jccl.conformance.harness.Capabilities;
import org.jccl.ops.Operation;

/**
 * Turns any steps into a legal program with defined results: what a library leaves undefined, or a
 * known defect would spoil, becomes something simpler. The same steps always give the same program.
 */
final class Legality {
  private final int ranks;
  private final Surface surface;
  private final Capabilities capabilities;
  private final List<WorldSplit> splits;

  Legality(int ranks, Surface surface, Capabilities capabilities) {
    this.ranks = ranks;
    this.surface = surface;
    this.capabilities = capabilities;
    this.splits = WorldSplit.of(ranks);
  }

  Program program(List<ProgramStep> steps) {
    List<ProgramStep> legal = new ArrayList<>();
    for (ProgramStep step : steps) {
      ProgramStep own = legal(step);
      if (!own.acts().isEmpty() || !isOfCalls(own)) {
        legal.add(own);
      }
    }
    return new Program(ranks, surface, MemoryKind.PLAIN, splits, inOneOrder(legal));
  }

  private static boolean isOfCalls(ProgramStep step) {
    return step instanceof ProgramStep.Group || step instanceof ProgramStep.Captured;
  }

  private ProgramStep legal(ProgramStep step) {
    return switch (step) {
      case ProgramStep.Alone alone -> new ProgramStep.Alone(legal(alone.act()));
      case ProgramStep.Group group -> legal(group);
      case ProgramStep.Captured captured -> legal(captured);
      case ProgramStep.Ask ask -> new ProgramStep.Ask(ask.question(), split(ask.communicator()));
      case ProgramStep.Join join -> join;
      case ProgramStep.Synchronize synchronize -> synchronize;
    };
  }

  private int split(int communicator) {
    return Math.floorMod(communicator, splits.size());
  }

  private Invocation legal(Invocation act) {
    return switch (act) {
      case Placed placed -> legal(placed);
      case Refused refused ->
          new Refused(
              refused.wrong(),
              split(refused.communicator()),
              refused.stream(),
              refused.who() & (1 << ranks) - 1,
              refused.count());
    };
  }

  private Placed legal(Placed placed) {
    int own = split(placed.communicator());
    CallSpec call = legal(placed.call(), splits.get(own).sizes());
    return new Placed(call, own, placed.stream(), placed.chained());
  }

  private CallSpec legal(CallSpec call, List<Integer> sizes) {
    CallForm form = surface == Surface.RAW ? call.form().onRawSurface() : call.form();
    if (form.isBarrier() && sizes.contains(1)) {
      form = CallForm.of(Operation.ALL_REDUCE); // STR-04: its element would have no order
    }
    if (form.operation().function().since() > capabilities.version()) {
      form = CallForm.of(Operation.ALL_GATHER);
    }
    Fold fold = form.reduces() ? reduction(call.fold()) : Fold.COPY;
    DataType type = capabilities.types().contains(call.type()) ? call.type() : DataType.INT32;
    if (form.reduces() && !canReduce(type, sizes, fold)) {
      return legal(call.with(form, fold).withType(DataType.INT32), sizes);
    }
    long count = form.isBarrier() ? 0 : call.count();
    if (fold.scales() && sizes.contains(1)) {
      count = Math.min(count, capabilities.mostScaledBytes(1) / type.bytes());
    }
    Layout layout = call.layout();
    int inPlace = form.hasInPlaceForm() ? layout.inPlaceRanks() & (1 << ranks) - 1 : 0;
    boolean onDevice = layout.scalarOnDevice() && fold == Fold.SCALED_SUM;
    return call.with(form, fold)
        .withType(type)
        .withCount(count)
        .withRoot(form.hasRoot() ? call.root() % ranks : 0)
        .withLayout(layout.inPlaceOn(inPlace).scalarOnDevice(onDevice));
  }

  private static Fold reduction(Fold fold) {
    return fold == Fold.COPY ? Fold.SUM : fold;
  }

  private boolean canReduce(DataType type, List<Integer> sizes, Fold fold) {
    return sizes.stream().allMatch(size -> canReduce(type, size, fold));
  }

  private boolean canReduce(DataType type, int size, Fold fold) {
    // An average that rounds may round in either place (RED-10).
    boolean rounds = fold == Fold.AVG && type.isFloating() && Integer.bitCount(size) != 1;
    return !rounds && capabilities.whyNoReduction(type, size, fold.scales()).isEmpty();
  }

  private ProgramStep legal(ProgramStep.Group group) {
    List<Invocation> acts = new ArrayList<>();
    boolean messages = false;
    for (Invocation each : group.acts()) {
      Invocation act = legal(withoutBarrier(each));
      if (act instanceof Refused refused) {
        acts.add(new Refused(refused.wrong(), 0, refused.stream(), -1, refused.count()));
        continue;
      }
      boolean ofMessages = act instanceof Placed placed && placed.call().form().isOfMessages();
      if (ofMessages && messages && !capabilities.mixesMessages()) {
        continue; // VER-08
      }
      messages |= ofMessages;
      acts.add(act);
    }
    if (acts.size() == 1 && !group.nested() && acts.getFirst() instanceof Placed only) {
      return new ProgramStep.Alone(only); // so that failures shrink to a call alone
    }
    boolean poisoned = new ProgramStep.Group(acts, group.nested()).isPoisoned();
    if (poisoned && surface == Surface.RAW) {
      acts.removeIf(act -> act instanceof Placed placed && runsAtOnce(placed));
    }
    return new ProgramStep.Group(acts, group.nested());
  }

  /** All barriers of a communicator share one element, which a group may write once (GRP-20). */
  private static Invocation withoutBarrier(Invocation act) {
    if (act instanceof Placed placed && placed.call().form().isBarrier()) {
      CallForm reduce = CallForm.of(Operation.ALL_REDUCE);
      return placed.with(placed.call().with(reduce, reduction(placed.call().fold())));
    }
    return act;
  }

  /** GRP-07: a collective of one rank is done when it is called, whatever the group's end says. */
  private boolean runsAtOnce(Placed call) {
    return splits.get(call.communicator()).sizes().contains(1);
  }

  private ProgramStep legal(ProgramStep.Captured captured) {
    List<Placed> calls = new ArrayList<>();
    for (Placed each : captured.calls()) {
      Placed placed = legal(each).alone(captured.stream());
      CallSpec call = placed.call();
      WorldSplit split = splits.get(placed.communicator());
      // VER-07: before 2.29.2 messages and collectives on memory known to a graph may crash.
      boolean spoiled = call.form().isOfMessages() && !capabilities.mixesMessages();
      if (spoiled || !split.isComplete() || call.count() == 0) {
        continue;
      }
      boolean changesInput = call.form().reduces() && captured.launches() > 1;
      boolean nothingToDo = split.sizes().contains(1);
      boolean apart = changesInput || nothingToDo;
      calls.add(apart ? placed.with(call.withLayout(call.layout().inPlaceOn(0))) : placed);
    }
    return new ProgramStep.Captured(calls, captured.stream(), captured.launches());
  }

  /**
   * Rule STR-09: operations of different communicators must not meet in different orders on
   * different devices, so each waits for what was issued before on another one.
   */
  private static List<ProgramStep> inOneOrder(List<ProgramStep> steps) {
    List<ProgramStep> ordered = new ArrayList<>();
    TreeSet<Integer> usedStreams = new TreeSet<>();
    TreeSet<Integer> lastCommunicators = new TreeSet<>();
    for (ProgramStep step : steps) {
      List<Placed> calls = callsOf(step);
      TreeSet<Integer> communicators = new TreeSet<>();
      TreeSet<Integer> streams = new TreeSet<>();
      calls.forEach(call -> communicators.add(call.communicator()));
      calls.forEach(call -> streams.add(call.stream()));
      boolean changes = !lastCommunicators.isEmpty() && !communicators.equals(lastCommunicators);
      if (!calls.isEmpty() && changes && !(step instanceof ProgramStep.Captured)) {
        for (int from : usedStreams) {
          streams.stream().filter(to -> to != from).forEach(to -> ordered.add(join(from, to)));
        }
      }
      ordered.add(step);
      usedStreams.addAll(streams);
      if (!calls.isEmpty()) {
        lastCommunicators = communicators;
      }
    }
    return ordered;
  }

  private static ProgramStep join(int from, int to) {
    return new ProgramStep.Join(from, to);
  }

  private static List<Placed> callsOf(ProgramStep step) {
    return step.acts().stream().filter(Placed.class::isInstance).map(Placed.class::cast).toList();
  }
}
