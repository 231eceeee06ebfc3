package org.jccl.sim.device;

import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import org.jccl.sim.check.Clock;
import org.jspecify.annotations.Nullable;

/**
 * For every range of a device's memory the last work that wrote it, and the work that has read it
 * since, one of each stream at most: later work that races with anything before races with one of
 * these. So it does not grow with the length of a run.
 */
final class AccessHistory {
  private static final int RECENT = 64;

  private final TreeMap<Long, Segment> segments = new TreeMap<>();

  /** Programs use the same ranges again and again: those are found here without a search. */
  private final @Nullable Segment[] recent = new Segment[RECENT];

  /** Bytes that the same work has used. */
  private static final class Segment {
    private static final Access[] NONE = {};

    final long start;
    long end;
    @Nullable Access writer;
    Access[] readers = NONE;
    int readerCount;

    Segment(long start, long end) {
      this.start = start;
      this.end = end;
    }

    /** The part from {@code at} becomes a segment of its own. */
    Segment split(long at) {
      Segment right = new Segment(at, end);
      right.writer = writer;
      right.readers = readers.clone();
      right.readerCount = readerCount;
      end = at;
      return right;
    }

    /** Whether {@code now}, which comes again, was the last to use it. */
    boolean isLast(Access now) {
      return now.writes
          ? writer == now && readerCount == 0
          : readerCount == 1 && readers[0] == now;
    }

    /** What {@code now} races with, or null. */
    @Nullable Access racing(Access now, Clock known) {
      Access last = writer;
      if (last != null && !last.isBefore(now, known)) {
        return last;
      }
      for (int i = 0; now.writes && i < readerCount; i++) {
        if (!readers[i].isBefore(now, known)) {
          return readers[i];
        }
      }
      return null;
    }

    void add(Access now, Clock known) {
      if (now.writes) {
        writer = now;
        readers = NONE;
        readerCount = 0;
        return;
      }
      int kept = 0;
      for (int i = 0; i < readerCount; i++) {
        if (!readers[i].isBefore(now, known)) {
          readers[kept++] = readers[i];
        }
      }
      if (kept == readers.length) {
        readers = Arrays.copyOf(readers, kept + 1);
      }
      readers[kept++] = now;
      Arrays.fill(readers, kept, Math.max(kept, readerCount), null);
      readerCount = kept;
    }

    /** What uses it and is not known to be done, or null. */
    @Nullable Access notDone(Clock known) {
      Access last = writer;
      if (last != null && !last.isDone(known)) {
        return last;
      }
      for (int i = 0; i < readerCount; i++) {
        if (!readers[i].isDone(known)) {
          return readers[i];
        }
      }
      return null;
    }
  }

  /** Notes an access of work whose stream knows {@code known}; what it races with, or null. */
  @Nullable Access add(Access now, Clock known) {
    int slot = slot(now.start);
    Segment same = recent[slot];
    if (same == null || same.start != now.start || same.end != now.end) {
      return addTo(now, known, slot);
    }
    if (same.isLast(now)) {
      return null;
    }
    Access racing = same.racing(now, known);
    same.add(now, known);
    return racing;
  }

  private static int slot(long start) {
    return (int) (start >>> 4 ^ start >>> 10) & RECENT - 1;
  }

  private @Nullable Access addTo(Access now, Clock known, int slot) {
    cut(now.start);
    cut(now.end);
    Access racing = null;
    long free = now.start;
    for (Segment each : segments.subMap(now.start, now.end).values()) {
      racing = racing == null ? each.racing(now, known) : racing;
    }
    if (now.writes) {
      forget(now.start, now.end);
    } else {
      for (Segment each : segments.subMap(now.start, now.end).values().toArray(new Segment[0])) {
        fill(free, each.start, now, known);
        each.add(now, known);
        free = each.end;
      }
    }
    fill(free, now.end, now, known);
    recent[slot] = segments.get(now.start);
    return racing;
  }

  private void fill(long start, long end, Access now, Clock known) {
    if (start < end) {
      Segment made = new Segment(start, end);
      made.add(now, known);
      segments.put(start, made);
    }
  }

  /** From now on no segment reaches across {@code at}. */
  private void cut(long at) {
    Map.Entry<Long, Segment> before = segments.lowerEntry(at);
    if (before != null && before.getValue().end > at) {
      segments.put(at, before.getValue().split(at));
    }
  }

  /** Nothing has used the range. */
  void forget(long start, long end) {
    cut(start);
    cut(end);
    Iterator<Segment> all = segments.subMap(start, end).values().iterator();
    while (all.hasNext()) {
      Segment gone = all.next();
      gone.end = gone.start; // it is not found among the recent ones any more
      all.remove();
    }
  }

  /** What uses the range and is not known to be done, or null. */
  @Nullable Access notDone(long start, long end, Clock known) {
    Map.Entry<Long, Segment> before = segments.lowerEntry(start);
    if (before != null && before.getValue().end > start) {
      Access found = before.getValue().notDone(known);
      if (found != null) {
        return found;
      }
    }
    for (Segment each : segments.subMap(start, end).values()) {
      Access found = each.notDone(known);
      if (found != null) {
        return found;
      }
    }
    return null;
  }
}
