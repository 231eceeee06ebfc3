package org.jccl.sim.explore;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jccl.sim.kernel.Effect;
import org.jccl.sim.kernel.SimStep;
import org.jspecify.annotations.Nullable;

/**
 * The events of one run and what orders them: a rank's program, what an event needs to run at all,
 * and conflicts. Runs that order the same conflicts in the same way are one class, with one hash.
 */
final class RunLog {
  private final List<Transition> events = new ArrayList<>();
  private final Map<Integer, Transition> last = new HashMap<>();
  private final Map<Integer, Integer> ordinals = new HashMap<>();
  private final Map<Object, List<Transition>> signalled = new HashMap<>();
  private @Nullable Transition current;
  private long hash;

  /** All events of a lower index come before all others. */
  private int parted;

  /** The event of {@code step} begins, and the one before it has ended. */
  void begin(SimStep step, boolean opens) {
    end();
    current = new Transition(events.size(), step, opens);
  }

  /** What comes from now on comes behind all that was: what was between them was not steered. */
  void parts() {
    end();
    parted = events.size();
  }

  @Nullable Transition current() {
    return current;
  }

  /** The current event has ended. */
  void end() {
    Transition event = current;
    current = null;
    if (event == null || (!event.isHost() && event.isEmpty())) {
      return;
    }
    if (event.isHost()) {
      event.previous = last.put(event.rank, event);
      int ordinal = ordinals.getOrDefault(event.rank, 0) + (event.isEmpty() ? 0 : 1);
      event.ordinal = ordinal;
      ordinals.put(event.rank, ordinal);
    }
    order(event);
    events.add(event);
    for (Object token : event.signals) {
      signalled.computeIfAbsent(token, any -> new ArrayList<>()).add(event);
    }
    if (!event.isEmpty()) {
      event.hash = event.hashBehind(event.conflicts);
      hash += Hashes.mix(event.hash);
    }
  }

  private void order(Transition event) {
    event.past.set(0, parted);
    if (event.previous != null) {
      comesAfter(event, event.previous);
    }
    for (Object token : event.follows) {
      for (Transition before : signalled.getOrDefault(token, List.of())) {
        event.needs.add(before);
        comesAfter(event, before);
      }
    }
    if (event.isEmpty()) {
      return;
    }
    for (Transition before : events.subList(parted, events.size())) {
      boolean isOther = !event.isHost() || before.rank != event.rank;
      if (isOther && !before.isEmpty() && event.conflictsWith(before)) {
        event.conflicts.add(before);
        comesAfter(event, before);
      }
    }
  }

  private static void comesAfter(Transition event, Transition before) {
    event.past.or(before.past);
    event.past.set(before.index);
  }

  void effect(Object thing, Effect effect) {
    if (current != null) {
      current.add(thing, effect);
    }
  }

  void signals(Object token) {
    if (current != null) {
      current.signals.add(token);
    }
  }

  void follows(Object token) {
    if (current != null) {
      current.follows.add(token);
    }
  }

  void unknown() {
    if (current != null) {
      current.unknown = true;
    }
  }

  /** How many events of a rank that has an effect have ended. */
  int ordinal(int rank) {
    return ordinals.getOrDefault(rank, 0);
  }

  List<Transition> events() {
    return events;
  }

  /** The class of the run so far. */
  long hash() {
    return hash;
  }
}
