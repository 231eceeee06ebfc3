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
  private final Map<Event, List<Event>> pieces = new HashMap<>();

  Macros(List<Event> events) {
    Map<Integer, List<Event>> current = new HashMap<>();
    for (Event event : events) {
      if (event.isHost()) {
        if (event.opens || !current.containsKey(event.rank)) {
          current.put(event.rank, new ArrayList<>());
        }
        List<Event> piece = Objects.requireNonNull(current.get(event.rank));
        piece.add(event);
        pieces.put(event, piece);
      }
    }
  }

  /** The piece that {@code event}, a rank's, is part of. */
  List<Event> of(Event event) {
    return Objects.requireNonNull(pieces.get(event));
  }

  Event first(Event event) {
    return of(event).getFirst();
  }
}
