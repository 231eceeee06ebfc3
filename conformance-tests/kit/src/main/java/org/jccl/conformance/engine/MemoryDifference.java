package org.jccl.conformance.engine;

import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import org.jccl.DataType;
import org.jccl.conformance.cases.MemoryPlan;
import org.jccl.conformance.cases.MemoryPlan.Place;
import org.jccl.conformance.cases.MemoryPlan.Places;
import org.jccl.conformance.data.Elements;
import org.jspecify.annotations.Nullable;

/** Where one rank's memory is not what was expected. */
public final class MemoryDifference {
  /**
   * An element, or a byte that belongs to no buffer.
   *
   * @param call index of the call, -1 for none
   * @param name what it is: {@code recv[3]}
   * @param type {@link DataType#UINT8} for bytes that belong to no buffer
   * @param at its first byte
   */
  private record Spot(int call, String name, DataType type, long at) {}

  private final MemoryPlan plan;
  private final MemorySegment expected;
  private final MemorySegment seen;
  private @Nullable Spot first;
  private @Nullable Spot firstNan;
  private long differing;
  private long nans;

  /** Looks through all of the memory. */
  public MemoryDifference(MemoryPlan plan, MemorySegment expected, MemorySegment seen) {
    this.plan = plan;
    this.expected = expected;
    this.seen = seen;
    long end = plan.bytes();
    for (long at = expected.mismatch(seen); at >= 0 && at < end; ) {
      long from = note(spot(at));
      long next = MemorySegment.mismatch(expected, from, end, seen, from, end);
      at = next < 0 ? end : from + next;
    }
  }

  /** Notes a spot; where to go on. */
  private long note(Spot spot) {
    if (isNan(expected, spot) && isNan(seen, spot)) {
      nans++;
      firstNan = firstNan == null ? spot : firstNan;
    } else {
      differing++;
      first = first == null ? spot : first;
    }
    return spot.at() + spot.type().bytes();
  }

  private Spot spot(long at) {
    int index = plan.owner(at);
    if (index < 0) {
      return new Spot(index, "a byte of nobody's", DataType.UINT8, at);
    }
    DataType type = plan.calls().get(index).call().type();
    Places places = plan.call(index);
    Spot found = spot(index, type, "recv", places.recv(), "", at);
    if (found == null) {
      found = spot(index, type, "send", places.send(), ", which nobody may write,", at);
    }
    return found == null
        ? new Spot(index, "a byte outside the buffers", DataType.UINT8, at)
        : found;
  }

  private static @Nullable Spot spot(
      int call, DataType type, String name, @Nullable Place place, String more, long at) {
    int bytes = type.bytes();
    if (place == null || at < place.at() || at >= place.at() + place.elements() * bytes) {
      return null;
    }
    long index = (at - place.at()) / bytes;
    String words = name + "[" + index + "] of " + place.elements() + more;
    return new Spot(call, words, type, place.at() + index * bytes);
  }

  private static boolean isNan(MemorySegment memory, Spot spot) {
    return spot.type() == DataType.FLOAT64
        && Double.isNaN(Double.longBitsToDouble(bits(memory, spot)));
  }

  private static long bits(MemorySegment memory, Spot spot) {
    return Elements.get(memory.asSlice(spot.at(), spot.type().bytes()), spot.type(), 0);
  }

  /** Whether anything differs but the encoding of f64 NaNs, which NCCL leaves open (NAN-02). */
  public ComparisonResult verdict() {
    return differing > 0
        ? ComparisonResult.DIFFER
        : nans > 0 ? ComparisonResult.NAN_BITS : ComparisonResult.AGREE;
  }

  /** In words; only for a verdict that is not to agree. */
  public String words(String expectedBy, String seenBy) {
    Spot spot = first == null ? firstNan : first;
    if (spot == null) {
      throw new IllegalStateException("rank " + plan.rank() + " agrees");
    }
    return "rank %d, %s%s: %s on %s, %s on %s (%d elements differ, %d NaNs but in encoding)"
        .formatted(
            plan.rank(),
            spot.call() < 0 ? "" : "call " + spot.call() + ", ",
            spot.name(),
            hex(expected, spot),
            expectedBy,
            hex(seen, spot),
            seenBy,
            differing,
            nans);
  }

  private static String hex(MemorySegment memory, Spot spot) {
    HexFormat format = HexFormat.of().withUpperCase();
    return format.toHexDigits(bits(memory, spot), 2 * spot.type().bytes());
  }
}
