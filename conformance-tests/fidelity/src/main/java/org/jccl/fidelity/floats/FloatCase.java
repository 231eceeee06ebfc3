package org.jccl.fidelity.floats;

import java.util.ArrayList;
import java.util.List;
import org.jccl.fidelity.differential.Split;

/**
 * Reductions that are issued in one go: one call, or a group of several.
 *
 * @param ranks size of the world
 * @param communicator 0 for the world, else which of {@link Split#of} it is made by
 * @param calls at least one
 */
public record FloatCase(int ranks, int communicator, List<FloatCall> calls) {
  /** All ranks again: the one whose channels are limited, for longer parts. */
  private static final int LIMITED = 1;

  private static final int FEW_CHANNELS = 2;

  /** Copies the list. */
  public FloatCase {
    calls = List.copyOf(calls);
  }

  /** How the world is divided. */
  Split split() {
    return Split.of(ranks).get(communicator);
  }

  /** How many channels the communicator is limited to; 0 if it is not. */
  int channels() {
    return communicator == LIMITED ? FEW_CHANNELS : 0;
  }

  /** Elements that all calls have in common: those of their counts. */
  long elements() {
    return calls.stream().mapToLong(FloatCall::count).sum();
  }

  /** The same with another call at an index. */
  FloatCase with(int index, FloatCall call) {
    List<FloatCall> changed = new ArrayList<>(calls);
    changed.set(index, call);
    return new FloatCase(ranks, communicator, changed);
  }

  /** The same without one of the calls. */
  FloatCase without(int index) {
    List<FloatCall> changed = new ArrayList<>(calls);
    changed.remove(index);
    return new FloatCase(ranks, communicator, changed);
  }

  @Override
  public String toString() {
    StringBuilder words = new StringBuilder();
    words.append(ranks).append(" ranks");
    if (communicator != 0) {
      Split split = split();
      words.append(" in colours ").append(split.colours()).append(", keys ").append(split.keys());
    }
    words.append(channels() == 0 ? "" : ", " + channels() + " channels");
    words.append(calls.size() > 1 ? ", as one group:" : ":");
    for (int i = 0; i < calls.size(); i++) {
      words.append("\n  call ").append(i).append(": ").append(calls.get(i));
    }
    return words.toString();
  }
}
