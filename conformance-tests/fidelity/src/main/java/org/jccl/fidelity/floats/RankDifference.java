package org.jccl.fidelity.floats;

import java.lang.foreign.MemorySegment;
import org.jccl.DataType;
import org.jccl.fidelity.floats.FloatComparison.Verdict;
import org.jccl.fidelity.floats.FloatLayout.Place;
import org.jspecify.annotations.Nullable;

/** Where one rank's memory is not what was expected. */
final class RankDifference {
  /**
   * An element, or a byte that belongs to no buffer.
   *
   * @param name what it is: {@code recv[3]}
   * @param type {@link DataType#UINT8} for bytes that belong to no buffer
   * @param at its first byte
   */
  private record Spot(Place place, String name, DataType type, long at) {}

  private final FloatLayout layout;
  private final MemorySegment expected;
  private final MemorySegment seen;
  private @Nullable Spot first;
  private @Nullable Spot firstNan;
  private long differing;
  private long nans;

  RankDifference(FloatLayout layout, MemorySegment expected, MemorySegment seen) {
    this.layout = layout;
    this.expected = expected;
    this.seen = seen;
    long end = layout.bytes();
    long at = 0;
    while (at < end) {
      long next = MemorySegment.mismatch(expected, at, end, seen, at, end);
      at = next < 0 ? end : note(at + next);
    }
  }

  /** Notes what is at a byte; where to go on. */
  private long note(long at) {
    Place place = layout.placeOf(at);
    if (layout.isUnspecified(place, at)) {
      return at + 1;
    }
    Spot spot = spot(place, at);
    if (isNan(expected, spot) && isNan(seen, spot)) {
      nans++;
      firstNan = firstNan == null ? spot : firstNan;
    } else {
      differing++;
      first = first == null ? spot : first;
    }
    return spot.at() + spot.type().bytes();
  }

  private Spot spot(Place place, long at) {
    FloatCall call = place.call();
    int bytes = call.type().bytes();
    long received = (at - place.recvAt()) / bytes;
    if (at >= place.recvAt() && received < call.recvElements(layout.size())) {
      String name = "recv[" + received + "] of " + call.recvElements(layout.size());
      return new Spot(place, name, call.type(), place.recvAt() + received * bytes);
    }
    long sent = (at - place.sendAt()) / bytes;
    if (at >= place.sendAt() && sent < call.sendElements(layout.size())) {
      String name = "send[" + sent + "], which nobody may write,";
      return new Spot(place, name, call.type(), place.sendAt() + sent * bytes);
    }
    return new Spot(place, "a byte outside the buffers", DataType.UINT8, at);
  }

  private static boolean isNan(MemorySegment memory, Spot spot) {
    return spot.type() == DataType.FLOAT64
        && Double.isNaN(Double.longBitsToDouble(bits(memory, spot)));
  }

  private static long bits(MemorySegment memory, Spot spot) {
    return FloatLayout.element(memory, spot.type(), spot.at());
  }

  Verdict verdict() {
    return differing > 0 ? Verdict.DIFFER : nans > 0 ? Verdict.NAN_BITS : Verdict.AGREE;
  }

  /** In words; only for a verdict that is not to agree. */
  String words(String expectedBy, String seenBy) {
    Spot spot = first == null ? firstNan : first;
    if (spot == null) {
      throw new IllegalStateException("rank " + layout.rank() + " agrees");
    }
    return "rank %d, call %d, %s: %s on %s, %s on %s (%d elements differ, %d NaNs but in encoding)"
        .formatted(
            layout.rank(),
            layout.places().indexOf(spot.place()),
            spot.name(),
            hex(expected, spot),
            expectedBy,
            hex(seen, spot),
            seenBy,
            differing,
            nans);
  }

  private static String hex(MemorySegment memory, Spot spot) {
    return String.format("%0" + 2 * spot.type().bytes() + "X", bits(memory, spot));
  }
}
