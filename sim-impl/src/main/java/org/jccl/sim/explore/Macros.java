package org.jccl.sim.explore;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The pieces of ranks' programs in a run: while a rank is inside one, no other rank runs, only
 * devices do. A piece goes from one event that opens it to the next.
 */
final class Macros {
  private final Map<Transition, List<Transition>> pieces = new HashMap<>();

  Macros(List<Transition> events) {
    Map<Integer, List<Transition>> current = new HashMap<>();
    for (Transition event : events) {
      if (event.isHost()) {
        if (event.opens || !current.containsKey(event.rank)) {
          current.put(event.rank, new ArrayList<>());
        }
        List<Transition> piece = Objects.requireNonNull(current.get(event.rank));
        piece.add(event);
        pieces.put(event, piece);
      }
    }
  }

  /** The piece that {@code event}, a rank's, is part of. */
  List<Transition> of(Transition event) {
    return Objects.requireNonNull(pieces.get(event));
  }

  Transition first(Transition event) {
    return of(event).getFirst();
  }
}
