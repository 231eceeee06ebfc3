package org.jccl.sim.explore;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jccl.sim.kernel.Effect;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.SimStep;
import org.jspecify.annotations.Nullable;

/** One event of a run, and what is ordered before it. */
final class Transition {
  final int index;

  /** The rank whose program it is a piece of, or -1 for a step of a device. */
  final int rank;

  private final Object key;

  /** Whether other ranks could have run instead: it does not go on with what its rank has begun. */
  final boolean opens;

  final Map<Object, Effect> effects = new LinkedHashMap<>();
  final Set<Object> signals = new LinkedHashSet<>();
  final Set<Object> follows = new LinkedHashSet<>();
  boolean unknown;

  /** The event of the same rank before it. */
  @Nullable Transition previous;

  /** What comes before it and could have come behind it, as far as the two are concerned. */
  final List<Transition> conflicts = new ArrayList<>();

  /** What it could not have run without. */
  final List<Transition> needs = new ArrayList<>();

  /** All that is ordered before it, by index. */
  final BitSet past = new BitSet();

  /** Its number among those events of its rank that have an effect; from 1. */
  int ordinal;

  long hash;

  Transition(int index, SimStep step, boolean opens) {
    this.index = index;
    this.rank = step instanceof HostTask task ? task.rank() : -1;
    this.key = step.key();
    this.opens = opens;
  }

  boolean isHost() {
    return rank >= 0;
  }

  /** Whether it did nothing that anybody can see. */
  boolean isEmpty() {
    return !unknown && effects.isEmpty() && signals.isEmpty() && follows.isEmpty();
  }

  void add(Object thing, Effect effect) {
    effects.merge(thing, effect, (one, other) -> one == other ? one : Effect.WRITE);
  }

  boolean conflictsWith(Transition other) {
    if (unknown || other.unknown) {
      return true;
    }
    for (Map.Entry<Object, Effect> each : effects.entrySet()) {
      Effect theirs = other.effects.get(each.getKey());
      if (theirs != null && theirs.conflictsWith(each.getValue())) {
        return true;
      }
    }
    return false;
  }

  boolean comesAfter(Transition other) {
    return past.get(other.index);
  }

  /** Its place among the events of its run. */
  Place place() {
    return new Place(key, rank, ordinal);
  }

  /** Number of what it is, and of the order among what it conflicts with. */
  long hashBehind(Iterable<Transition> before) {
    long sum = 0;
    for (Transition each : before) {
      sum += Hashes.mix(each.hash);
    }
    return Hashes.mix(sum ^ Hashes.mix(isHost() ? 31L * rank + ordinal : key.hashCode()));
  }

  /** An event as another run would find it. */
  record Place(Object key, int rank, int ordinal) {
    boolean isHost() {
      return rank >= 0;
    }

    boolean is(SimStep step) {
      return isHost()
          ? step instanceof HostTask task && task.rank() == rank
          : !(step instanceof HostTask) && step.key().equals(key);
    }
  }

  @Override
  public String toString() {
    return isHost() ? "rank " + rank + " #" + ordinal : key.toString();
  }
}
