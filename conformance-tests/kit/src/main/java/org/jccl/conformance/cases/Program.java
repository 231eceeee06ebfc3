package org.jccl.conformance.cases;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * What every rank of a world does: calls on several communicators and streams, in groups, in
 * graphs, right and wrong ones. Legal as far as agreement across ranks goes.
 *
 * @param ranks the size of the world
 * @param surface through which surface the calls are made
 * @param memory what the buffers are
 * @param communicators how the world is divided; the first is the world itself
 */
public record Program(
    int ranks,
    Surface surface,
    MemoryKind memory,
    List<WorldSplit> communicators,
    List<ProgramStep> steps) {
  /** Streams that a program may use: the default one of the communicator and two more. */
  public static final int STREAMS = 3;

  /** The two surfaces of a subject. */
  public enum Surface {
    /** {@link org.jccl.Communicator}; wrong calls throw. */
    TYPED,
    /** {@link org.jccl.spi.NcclAbi}; wrong calls return codes. */
    RAW
  }

  /** Copies the lists. */
  public Program {
    communicators = List.copyOf(communicators);
    steps = List.copyOf(steps);
  }

  /** On the typed surface and in plain memory. */
  public static Program typed(int ranks, List<ProgramStep> steps) {
    return new Program(ranks, Surface.TYPED, MemoryKind.PLAIN, WorldSplit.of(ranks), steps);
  }

  /** A program of one call. */
  public static Program of(int ranks, CallSpec call) {
    return typed(ranks, List.of(new ProgramStep.Alone(Placed.of(call))));
  }

  /** All right calls that are issued, in program order. */
  public List<Placed> calls() {
    return acts().filter(Placed.class::isInstance).map(Placed.class::cast).toList();
  }

  /** All calls, in program order. */
  public Stream<Invocation> acts() {
    return steps.stream().flatMap(step -> step.acts().stream());
  }

  /** The same with every call changed. */
  public Program with(UnaryOperator<CallSpec> change) {
    UnaryOperator<Invocation> changed =
        act -> act instanceof Placed placed ? placed.with(change.apply(placed.call())) : act;
    List<ProgramStep> all = new ArrayList<>();
    for (ProgramStep step : steps) {
      all.add(
          switch (step) {
            case ProgramStep.Alone alone -> new ProgramStep.Alone(changed.apply(alone.act()));
            case ProgramStep.Group group ->
                new ProgramStep.Group(group.acts().stream().map(changed).toList(), group.nested());
            case ProgramStep.Captured captured ->
                new ProgramStep.Captured(
                    captured.calls().stream()
                        .map(each -> each.with(change.apply(each.call())))
                        .toList(),
                    captured.stream(),
                    captured.launches());
            case ProgramStep.Join join -> join;
            case ProgramStep.Synchronize synchronize -> synchronize;
            case ProgramStep.Ask ask -> ask;
          });
    }
    return new Program(ranks, surface, memory, communicators, all);
  }

  /** Indices of the communicators that the calls are made on, and of those asked. */
  public List<Integer> usedCommunicators() {
    Stream<Integer> asked =
        steps.stream()
            .filter(ProgramStep.Ask.class::isInstance)
            .map(step -> ((ProgramStep.Ask) step).communicator());
    return Stream.of(Stream.of(0), acts().map(Invocation::communicator), asked)
        .flatMap(each -> each)
        .distinct()
        .sorted()
        .toList();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(ranks).append(ranks == 1 ? " rank" : " ranks");
    text.append(surface == Surface.RAW ? ", raw" : "");
    text.append(memory == MemoryKind.PLAIN ? ":" : ", memory " + memory + ":");
    for (int index : usedCommunicators()) {
      text.append(index == 0 ? "" : "\n  communicator " + index + ": " + communicators.get(index));
    }
    for (ProgramStep step : steps) {
      text.append("\n  ").append(step);
    }
    return text.toString();
  }
}
