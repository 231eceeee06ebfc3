package org.jccl.sim.device;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jccl.ops.Operation;
import org.jccl.sim.device.Undefined.Origin;
import org.jspecify.annotations.Nullable;

/**
 * The memory of one device whose content means nothing, as disjoint ranges: what nobody has written
 * since it was allocated (at full checks), and what an operation should have written and has not
 * (rule SIM-63).
 */
final class UndefinedMemory {
  /**
   * Bytes of one allocation that mean nothing.
   *
   * @param start first address
   * @param end address after the last one
   * @param origin where they come from
   * @param input the operation whose input they still are, which may be called again; or null
   */
  private record Hole(long start, long end, Origin origin, @Nullable Operation input) {
    Hole part(long partStart, long partEnd) {
      return new Hole(Math.max(start, partStart), Math.min(end, partEnd), origin, input);
    }

    Hole moved(long by) {
      return new Hole(start + by, end + by, origin, input);
    }
  }

  private final TreeMap<Long, Hole> holes = new TreeMap<>();

  /** A new allocation: {@code words} say for people which one it is. */
  void allocated(long start, long bytes, String words) {
    put(start, bytes, Origin.of(words), null);
  }

  private void put(long start, long bytes, Origin origin, @Nullable Operation input) {
    if (bytes > 0) {
      holes.put(start, new Hole(start, start + bytes, origin, input));
    }
  }

  /**
   * An operation should have written a range and has not.
   *
   * @param input the operation, if the range still is its input; or null
   */
  void stale(long start, long bytes, Origin origin, @Nullable Operation input) {
    defined(start, bytes);
    put(start, bytes, origin, input);
  }

  /** {@code operation} is called with a range as its input: what is that still means something. */
  void usedBy(Operation operation, long start, long bytes) {
    for (Hole hole : inside(start, start + bytes)) {
      if (hole.input == operation) {
        holes.remove(hole.start);
      }
    }
  }

  /** A range was written, or is no allocation any more. */
  void defined(long start, long bytes) {
    long end = start + bytes;
    for (Hole hole : inside(start, end)) {
      holes.remove(hole.start);
      if (hole.start < start) {
        holes.put(hole.start, hole.part(hole.start, start));
      }
      if (end < hole.end) {
        holes.put(end, hole.part(end, hole.end));
      }
    }
  }

  /** A range was copied: what was undefined in it is undefined where it went. */
  void copied(long target, long source, long bytes) {
    List<Hole> parts =
        inside(source, source + bytes).stream()
            .map(hole -> hole.part(source, source + bytes).moved(target - source))
            .toList();
    defined(target, bytes);
    parts.forEach(part -> holes.put(part.start, part));
  }

  /** What of a range is undefined, relative to its start. */
  List<Undefined> parts(long start, long bytes) {
    return inside(start, start + bytes).stream()
        .map(hole -> hole.part(start, start + bytes))
        .map(part -> new Undefined(part.start - start, part.end - part.start, part.origin))
        .toList();
  }

  /** What arrived at an address is undefined in part. */
  void received(long start, Undefined part) {
    defined(start + part.offset(), part.bytes());
    put(start + part.offset(), part.bytes(), part.origin(), null);
  }

  private List<Hole> inside(long start, long end) {
    List<Hole> found = new ArrayList<>();
    if (holes.isEmpty()) {
      return found;
    }
    Map.Entry<Long, Hole> before = holes.lowerEntry(start);
    if (before != null && before.getValue().end > start) {
      found.add(before.getValue());
    }
    found.addAll(holes.subMap(start, end).values());
    return found;
  }
}
