package org.jccl.sim.explore;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The beginnings of other runs that follow from one run: for each two events of which either could
 * have come first, the later one before the earlier one. Such a beginning keeps all that does not
 * come after the earlier one.
 *
 * <p>No rank runs while another one is inside a piece of its program ({@link Macros}). So of the
 * pieces that are cut off one may be kept, and the others go as a whole.
 */
final class Reversal {
  private final List<Event> events;
  private final Macros macros;

  Reversal(List<Event> events) {
    this.events = events;
    this.macros = new Macros(events);
  }

  /** A beginning of a run. */
  record Beginning(List<Event.Place> places, long hash) {}

  /** All beginnings that follow from the run. */
  List<Beginning> all() {
    List<Beginning> found = new ArrayList<>();
    for (Event later : events) {
      for (Event earlier : later.conflicts) {
        if (isImmediate(earlier, later)) {
          reverse(earlier, later, found);
        }
      }
    }
    return found;
  }

  /** Whether nothing but their conflict orders the two. */
  private static boolean isImmediate(Event earlier, Event later) {
    if (later.needs.contains(earlier)) {
      return false;
    }
    for (Event between : later.conflicts) {
      if (between != earlier && between.comesAfter(earlier)) {
        return false;
      }
    }
    for (Event between : later.needs) {
      if (between.comesAfter(earlier)) {
        return false;
      }
    }
    return later.previous == null || !later.previous.comesAfter(earlier);
  }

  private void reverse(Event earlier, Event later, List<Beginning> found) {
    BitSet gone = new BitSet();
    remove(earlier, gone);
    remove(later, gone);
    if (later.isHost()) {
      add(later.opens ? null : later, later, gone, found);
      return;
    }
    Set<Event> cut = cutPieces(gone);
    if (cut.isEmpty()) {
      add(null, later, gone, found);
    }
    for (Event first : cut) {
      add(first, later, gone, found);
    }
  }

  /**
   * The beginnings in which {@code last}, whose failure has ended the run, is put off: with its
   * piece cut off, or without that piece.
   */
  List<Beginning> without(Event last) {
    List<Beginning> found = new ArrayList<>();
    BitSet gone = new BitSet();
    remove(last, gone);
    if (!last.opens) {
      add(last, null, gone, found);
    }
    add(null, null, gone, found);
    return found;
  }

  /** Takes away {@code event} and all that comes after it. */
  private void remove(Event event, BitSet gone) {
    gone.set(event.index);
    for (int i = event.index + 1; i < events.size(); i++) {
      if (events.get(i).comesAfter(event)) {
        gone.set(i);
      }
    }
  }

  /** The first events of pieces of which a part is gone and a part is not. */
  private Set<Event> cutPieces(BitSet gone) {
    Set<Event> cut = new LinkedHashSet<>();
    for (Event event : events) {
      if (event.isHost() && gone.get(event.index)) {
        Event first = macros.first(event);
        if (!gone.get(first.index)) {
          cut.add(first);
        }
      }
    }
    return cut;
  }

  /**
   * @param inside an event of the piece that stays cut off, or null
   * @param next what comes behind what is kept, or null
   */
  private void add(
      @Nullable Event inside, @Nullable Event next, BitSet removed, List<Beginning> found) {
    BitSet gone = (BitSet) removed.clone();
    Event open = inside == null ? null : macros.first(inside);
    settle(open, gone);
    if (open != null && gone.get(open.index)) {
      return; // it needs what is gone
    }
    if (next != null && !isPossible(next, gone)) {
      return;
    }
    List<Event> kept = inOrder(open, gone);
    List<Event.Place> places = new ArrayList<>();
    long hash = 0;
    for (Event event : kept) {
      if (!event.isEmpty()) {
        places.add(event.place());
        hash += Hashes.mix(event.hash);
      }
    }
    if (next != null) {
      places.add(next.place());
      List<Event> before = next.conflicts.stream().filter(each -> !gone.get(each.index)).toList();
      hash += Hashes.mix(next.hashBehind(before));
    }
    found.add(new Beginning(places, Hashes.mix(hash)));
  }

  /** Takes away what cannot be there: pieces cut off, and what comes behind the open one. */
  private void settle(@Nullable Event open, BitSet gone) {
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Event first : cutPieces(gone)) {
        if (first != open) {
          remove(first, gone);
          changed = true;
        }
      }
      for (int i = 0; open != null && i < events.size(); i++) {
        Event event = events.get(i);
        if (event.isHost() && event.rank != open.rank && !gone.get(i) && event.comesAfter(open)) {
          remove(macros.first(event), gone);
          changed = true;
        }
      }
    }
  }

  private static boolean isPossible(Event next, BitSet gone) {
    if (next.previous != null && gone.get(next.previous.index)) {
      return false;
    }
    return next.needs.stream().noneMatch(each -> gone.get(each.index));
  }

  /** What is kept, the open piece and what comes after it last. */
  private List<Event> inOrder(@Nullable Event open, BitSet gone) {
    List<Event> kept = new ArrayList<>();
    List<Event> behind = new ArrayList<>();
    for (Event event : events) {
      if (!gone.get(event.index)) {
        boolean isLast = open != null && (event == open || event.comesAfter(open));
        (isLast ? behind : kept).add(event);
      }
    }
    kept.addAll(behind);
    return kept;
  }
}
