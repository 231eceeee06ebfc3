package org.jccl.fidelity.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jccl.DataType;
import org.jccl.conformance.cases.Layout;
import org.jccl.conformance.data.Fold;
import org.jccl.conformance.harness.Capabilities;
import org.jccl.fidelity.differential.WholeProgram.Surface;

/**
 * Turns any steps into a legal program with defined results: what a library leaves undefined, or a
 * known defect would spoil, becomes something simpler. The same steps always give the same program.
 */
final class Legality {
  private final int ranks;
  private final Surface surface;
  private final Capabilities capabilities;
  private final List<Split> splits;

  Legality(int ranks, Surface surface, Capabilities capabilities) {
    this.ranks = ranks;
    this.surface = surface;
    this.capabilities = capabilities;
    this.splits = Split.of(ranks);
  }

  WholeProgram program(List<Step> steps) {
    List<Step> legal = new ArrayList<>();
    for (Step step : steps) {
      Step own = legal(step);
      if (!WholeProgram.acts(own).isEmpty() || !isOfCalls(own)) {
        legal.add(own);
      }
    }
    return new WholeProgram(ranks, surface, inOneOrder(legal));
  }

  private static boolean isOfCalls(Step step) {
    return step instanceof Step.Group || step instanceof Step.Captured;
  }

  private Step legal(Step step) {
    return switch (step) {
      case Step.Alone alone -> new Step.Alone(legal(alone.act()));
      case Step.Group group -> legal(group);
      case Step.Captured captured -> legal(captured);
      case Step.Ask ask -> new Step.Ask(ask.question(), split(ask.communicator()));
      case Step.Join join -> join;
      case Step.Synchronize synchronize -> synchronize;
    };
  }

  private int split(int communicator) {
    return Math.floorMod(communicator, splits.size());
  }

  private Act legal(Act act) {
    return switch (act) {
      case Call call -> legal(call);
      case Refused refused ->
          new Refused(
              refused.wrong(),
              split(refused.communicator()),
              refused.stream(),
              refused.who() & (1 << ranks) - 1,
              refused.count());
    };
  }

  private Call legal(Call call) {
    int own = split(call.communicator());
    List<Integer> sizes = splits.get(own).sizes();
    Kind kind = surface == Surface.RAW ? call.kind().onRawSurface() : call.kind();
    if (kind == Kind.BARRIER && sizes.contains(1)) {
      kind = Kind.ALL_REDUCE; // STR-04: its one element would be written without an order
    }
    if (kind.operation().function().since() > capabilities.version()) {
      kind = Kind.ALL_GATHER;
    }
    Fold fold = kind.reduces() ? reduction(call.fold()) : Fold.COPY;
    DataType type = capabilities.types().contains(call.type()) ? call.type() : DataType.INT32;
    if (kind.reduces() && sizes.stream().anyMatch(size -> !canReduce(type, size, fold))) {
      return legal(call.with(kind, DataType.INT32, fold, call.count()));
    }
    int count = kind == Kind.BARRIER ? 0 : call.count();
    if (fold.scales() && sizes.contains(1)) {
      count = (int) Math.min(count, capabilities.mostScaledBytes(1) / type.bytes());
    }
    Layout layout = call.layout();
    int inPlace = kind.hasInPlaceForm() ? layout.inPlaceRanks() & (1 << ranks) - 1 : 0;
    int root = kind.operation().hasRoot() || kind == Kind.ROTATION ? call.root() % ranks : 0;
    return new Call(
        kind,
        type,
        fold,
        count,
        root,
        own,
        call.stream(),
        new Layout(inPlace, layout.unusedAbsent(), layout.offset()),
        call.chained(),
        call.onDevice() && fold == Fold.SCALED_SUM,
        call.seed());
  }

  private static Fold reduction(Fold fold) {
    return fold == Fold.COPY ? Fold.SUM : fold;
  }

  private boolean canReduce(DataType type, int size, Fold fold) {
    // An average that rounds may round in either place (RED-10).
    boolean rounds = fold == Fold.AVG && type.isFloating() && Integer.bitCount(size) != 1;
    return !rounds && capabilities.whyNoReduction(type, size, fold.scales()).isEmpty();
  }

  private Step legal(Step.Group group) {
    List<Act> acts = new ArrayList<>();
    boolean messages = false;
    for (Act each : group.acts()) {
      Act act = legal(withoutBarrier(each));
      if (act instanceof Refused refused) {
        acts.add(new Refused(refused.wrong(), 0, refused.stream(), -1, refused.count()));
        continue;
      }
      boolean ofMessages = act instanceof Call call && call.kind().isOfMessages();
      if (ofMessages && messages && !capabilities.mixesMessages()) {
        continue; // VER-08
      }
      messages |= ofMessages;
      acts.add(act);
    }
    if (acts.size() == 1 && !group.nested() && acts.getFirst() instanceof Call only) {
      return new Step.Alone(only); // so that failures shrink to a call alone
    }
    boolean poisoned = new Step.Group(acts, group.nested()).isPoisoned();
    if (poisoned && surface == Surface.RAW) {
      acts.removeIf(act -> act instanceof Call call && runsAtOnce(call));
    }
    return new Step.Group(acts, group.nested());
  }

  /** All barriers of a communicator share one element, which a group may write once (GRP-20). */
  private static Act withoutBarrier(Act act) {
    return act instanceof Call call && call.kind() == Kind.BARRIER
        ? call.with(Kind.ALL_REDUCE, call.type(), call.fold(), call.count())
        : act;
  }

  /** GRP-07: a collective of one rank is done when it is called, whatever the group's end says. */
  private boolean runsAtOnce(Call call) {
    return splits.get(call.communicator()).sizes().contains(1);
  }

  private Step legal(Step.Captured captured) {
    List<Call> calls = new ArrayList<>();
    for (Call each : captured.calls()) {
      Call call = legal(each).onStream(captured.stream()).unchained();
      Split split = splits.get(call.communicator());
      // VER-07: before 2.29.2 messages and collectives on memory known to a graph may crash.
      boolean spoiled = call.kind().isOfMessages() && !capabilities.mixesMessages();
      if (spoiled || !split.isComplete() || call.count() == 0) {
        continue;
      }
      boolean changesInput = call.kind().reduces() && captured.launches() > 1;
      boolean nothingToDo = split.sizes().contains(1);
      calls.add(changesInput || nothingToDo ? call.outOfPlace() : call);
    }
    return new Step.Captured(calls, captured.stream(), captured.launches());
  }

  /**
   * Rule STR-09: operations of different communicators must not meet in different orders on
   * different devices, so each waits for what was issued before on another one.
   */
  private static List<Step> inOneOrder(List<Step> steps) {
    List<Step> ordered = new ArrayList<>();
    TreeSet<Integer> usedStreams = new TreeSet<>();
    TreeSet<Integer> lastCommunicators = new TreeSet<>();
    for (Step step : steps) {
      List<Call> calls = callsOf(step);
      TreeSet<Integer> communicators = new TreeSet<>();
      TreeSet<Integer> streams = new TreeSet<>();
      calls.forEach(call -> communicators.add(call.communicator()));
      calls.forEach(call -> streams.add(call.stream()));
      boolean changes = !lastCommunicators.isEmpty() && !communicators.equals(lastCommunicators);
      if (!calls.isEmpty() && changes && !(step instanceof Step.Captured)) {
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

  private static Step join(int from, int to) {
    return new Step.Join(from, to);
  }

  private static List<Call> callsOf(Step step) {
    return WholeProgram.acts(step).stream()
        .filter(Call.class::isInstance)
        .map(Call.class::cast)
        .toList();
  }
}
