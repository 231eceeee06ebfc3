package org.jccl.fidelity.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What every rank of a world does: calls on several communicators and streams, in groups, in
 * graphs, right and wrong ones. Legal as far as agreement across ranks goes.
 *
 * @param ranks the size of the world
 * @param surface through which surface the calls are made
 */
public record WholeProgram(int ranks, Surface surface, List<Step> steps) {
  /** Streams that a program uses. */
  public static final int STREAMS = 3;

  /** The two surfaces of a subject. */
  public enum Surface {
    /** {@link org.jccl.Communicator}; wrong calls throw. */
    TYPED,
    /** {@link org.jccl.spi.NcclAbi}; wrong calls return codes. */
    RAW
  }

  /** Copies the list. */
  public WholeProgram {
    steps = List.copyOf(steps);
  }

  /** How the world is divided into communicators. */
  public List<Split> communicators() {
    return Split.of(ranks);
  }

  /** All right calls that are issued, in program order. */
  public List<Call> calls() {
    return acts().filter(Call.class::isInstance).map(Call.class::cast).toList();
  }

  /** All calls, in program order. */
  public Stream<Act> acts() {
    return steps.stream().flatMap(step -> acts(step).stream());
  }

  static List<? extends Act> acts(Step step) {
    return switch (step) {
      case Step.Alone alone -> List.of(alone.act());
      case Step.Group group -> group.acts();
      case Step.Captured captured -> captured.calls();
      case Step.Join join -> List.of();
      case Step.Synchronize synchronize -> List.of();
      case Step.Ask ask -> List.of();
    };
  }

  /** Indices of the communicators that the calls are made on, and of those asked. */
  public List<Integer> usedCommunicators() {
    List<Integer> used = new ArrayList<>(acts().map(Act::communicator).toList());
    for (Step step : steps) {
      if (step instanceof Step.Ask ask) {
        used.add(ask.communicator());
      }
    }
    used.add(0);
    return used.stream().distinct().sorted().toList();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(ranks).append(ranks == 1 ? " rank, " : " ranks, ").append(surface).append(':');
    for (Step step : steps) {
      text.append("\n  ").append(step);
    }
    return text.toString();
  }
}
