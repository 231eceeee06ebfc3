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
  private final List<Transition> events;
  private final Macros macros;

  Reversal(List<Transition> events) {
    this.events = events;
    this.macros = new Macros(events);
  }

  /** A beginning of a run. */
  record Beginning(List<Transition.Place> places, long hash) {}

  /** All beginnings that follow from the run. */
  List<Beginning> all() {
    List<Beginning> found = new ArrayList<>();
    for (Transition later : events) {
      for (Transition earlier : later.conflicts) {
        if (isImmediate(earlier, later)) {
          reverse(earlier, later, found);
        }
      }
    }
    return found;
  }

  /** Whether nothing but their conflict orders the two. */
  private static boolean isImmediate(Transition earlier, Transition later) {
    if (later.needs.contains(earlier)) {
      return false;
    }
    for (Transition between : later.conflicts) {
      if (between != earlier && between.comesAfter(earlier)) {
        return false;
      }
    }
    for (Transition between : later.needs) {
      if (between.comesAfter(earlier)) {
        return false;
      }
    }
    return later.previous == null || !later.previous.comesAfter(earlier);
  }

  private void reverse(Transition earlier, Transition later, List<Beginning> found) {
    BitSet gone = new BitSet();
    remove(earlier, gone);
    remove(later, gone);
    if (later.isHost()) {
      add(later.opens ? null : later, later, gone, found);
      return;
    }
    Set<Transition> cut = cutPieces(gone);
    if (cut.isEmpty()) {
      add(null, later, gone, found);
    }
    for (Transition first : cut) {
      add(first, later, gone, found);
    }
  }

  /**
   * The beginnings in which {@code last}, whose failure has ended the run, is put off: with its
   * piece cut off, or without that piece.
   */
  List<Beginning> without(Transition last) {
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
  private void remove(Transition event, BitSet gone) {
    gone.set(event.index);
    for (int i = event.index + 1; i < events.size(); i++) {
      if (events.get(i).comesAfter(event)) {
        gone.set(i);
      }
    }
  }

  /** The first events of pieces of which a part is gone and a part is not. */
  private Set<Transition> cutPieces(BitSet gone) {
    Set<Transition> cut = new LinkedHashSet<>();
    for (Transition event : events) {
      if (event.isHost() && gone.get(event.index)) {
        Transition first = macros.first(event);
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
      @Nullable Transition inside,
      @Nullable Transition next,
      BitSet removed,
      List<Beginning> found) {
    BitSet gone = (BitSet) removed.clone();
    Transition open = inside == null ? null : macros.first(inside);
    settle(open, gone);
    if (open != null && gone.get(open.index)) {
      return; // it needs what is gone
    }
    if (next != null && !isPossible(next, gone)) {
      return;
    }
    List<Transition> kept = inOrder(open, gone);
    List<Transition.Place> places = new ArrayList<>();
    long hash = 0;
    for (Transition event : kept) {
      if (!event.isEmpty()) {
        places.add(event.place());
        hash += Hashes.mix(event.hash);
      }
    }
    if (next != null) {
      places.add(next.place());
      List<Transition> before =
          next.conflicts.stream().filter(each -> !gone.get(each.index)).toList();
      hash += Hashes.mix(next.hashBehind(before));
    }
    found.add(new Beginning(places, Hashes.mix(hash)));
  }

  /** Takes away what cannot be there: pieces cut off, and what comes behind the open one. */
  private void settle(@Nullable Transition open, BitSet gone) {
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Transition first : cutPieces(gone)) {
        if (first != open) {
          remove(first, gone);
          changed = true;
        }
      }
      for (int i = 0; open != null && i < events.size(); i++) {
        Transition event = events.get(i);
        if (event.isHost() && event.rank != open.rank && !gone.get(i) && event.comesAfter(open)) {
          remove(macros.first(event), gone);
          changed = true;
        }
      }
    }
  }

  private static boolean isPossible(Transition next, BitSet gone) {
    if (next.previous != null && gone.get(next.previous.index)) {
      return false;
    }
    return next.needs.stream().noneMatch(each -> gone.get(each.index));
  }

  /** What is kept, the open piece and what comes after it last. */
  private List<Transition> inOrder(@Nullable Transition open, BitSet gone) {
    List<Transition> kept = new ArrayList<>();
    List<Transition> behind = new ArrayList<>();
    for (Transition event : events) {
      if (!gone.get(event.index)) {
        boolean isLast = open != null && (event == open || event.comesAfter(open));
        (isLast ? behind : kept).add(event);
      }
    }
    kept.addAll(behind);
    return kept;
  }
}
