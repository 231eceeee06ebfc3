package org.jccl.fidelity.floats;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jccl.DataType;
import org.jccl.fidelity.golden.InputKind;
import org.jccl.fidelity.golden.Inputs;
import org.jccl.ops.Operation;

/**
 * Where one rank's buffers of a case lie in one piece of memory, with guard bytes between them, and
 * what is in it before.
 *
 * @param rank in the world
 * @param size of the rank's communicator; 0 if it has none
 * @param index of the rank in it
 * @param places a place for each call; none if the rank has no communicator
 * @param bytes of all
 */
record FloatLayout(int rank, int size, int index, List<Place> places, long bytes) {
  /** What nobody wrote. */
  private static final byte UNTOUCHED = (byte) 0xAA;

  private static final long GUARD = 64;
  private static final long ALIGNMENT = 256;

  /** So that scalars are other numbers than elements. */
  private static final long OF_SCALARS = 7_000_003;

  /**
   * One call's memory; all in bytes from the start.
   *
   * @param sendAt first byte that is sent
   * @param recvAt first byte that is received
   * @param scalarAt a scalar in device memory, if the call has one
   * @param first byte of all that is the call's
   * @param end byte behind it
   */
  record Place(FloatCall call, long sendAt, long recvAt, long scalarAt, long first, long end) {}

  static FloatLayout of(FloatCase each, int rank) {
    if (!each.split().contains(rank)) {
      return new FloatLayout(rank, 0, 0, List.of(), 0);
    }
    List<Integer> group = each.split().groupOf(rank);
    int size = group.size();
    int index = group.indexOf(rank);
    List<Place> places = new ArrayList<>();
    long at = 0;
    for (FloatCall call : each.calls()) {
      Place place = place(call, size, index, at);
      places.add(place);
      at = place.end();
    }
    return new FloatLayout(rank, size, index, places, at + GUARD);
  }

  private static Place place(FloatCall call, int size, int index, long first) {
    int bytes = call.type().bytes();
    long scalarAt = aligned(first + GUARD);
    long sendAt = aligned(scalarAt + bytes + GUARD) + (long) call.sendOffset() * bytes;
    long sent = call.sendElements(size) * bytes;
    long received = call.recvElements(size) * bytes;
    if (call.inPlace()) {
      boolean ownBlock = call.operation() == Operation.REDUCE_SCATTER;
      long recvAt = ownBlock ? sendAt + index * received : sendAt;
      return new Place(call, sendAt, recvAt, scalarAt, first, sendAt + sent);
    }
    long recvAt = aligned(sendAt + sent + GUARD) + (long) call.recvOffset() * bytes;
    return new Place(call, sendAt, recvAt, scalarAt, first, recvAt + received);
  }

  private static long aligned(long at) {
    return (at + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** Fills {@code memory} with what is there before the case. */
  void fill(MemorySegment memory) {
    memory.fill(UNTOUCHED);
    for (Place place : places) {
      FloatCall call = place.call();
      long sent = call.sendElements(size) * call.type().bytes();
      MemorySegment send = memory.asSlice(place.sendAt(), sent);
      Inputs.fill(send, call.type(), call.kind(), call.seed(), rank, size);
      long scalar = scalarBits(call);
      put(memory, place.scalarAt(), call.type(), scalar);
    }
  }

  /** The bits of this rank's scalar of a scaled sum. */
  long scalarBits(FloatCall call) {
    DataType type = call.type();
    // Scalars of the call's own kind make most sums infinite or zero: only some are.
    boolean own = call.seed() % 4 == 0 && call.kind() != InputKind.SPECIAL;
    MemorySegment one = MemorySegment.ofArray(new byte[Long.BYTES]).asSlice(0, type.bytes());
    InputKind kind = own ? call.kind() : InputKind.UNIT;
    Inputs.fill(one, type, kind, call.seed() + OF_SCALARS, rank, size);
    long bits = element(one, type, 0);
    // Small numbers are exact as doubles, which scalars are to the host.
    return type.isFloating() ? bits : 1 + (bits & 7);
  }

  /** Whether a byte of the result is unspecified: other blocks of an in-place scatter (COL-16). */
  boolean isUnspecified(Place place, long at) {
    FloatCall call = place.call();
    if (!call.inPlace() || call.operation() != Operation.REDUCE_SCATTER) {
      return false;
    }
    long received = call.count() * call.type().bytes();
    return at >= place.sendAt()
        && at < place.end()
        && (at < place.recvAt() || at >= place.recvAt() + received);
  }

  /** The call whose memory a byte is in. */
  Place placeOf(long at) {
    return places.stream()
        .filter(place -> at < place.end() + GUARD)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("byte " + at + " of " + bytes));
  }

  /** The bits of an element. */
  static long element(MemorySegment memory, DataType type, long at) {
    return switch (type.bytes()) {
      case 1 -> memory.get(JAVA_BYTE, at) & 0xFFL;
      case 2 -> memory.get(JAVA_SHORT_UNALIGNED, at) & 0xFFFFL;
      case 4 -> memory.get(JAVA_INT_UNALIGNED, at) & 0xFFFF_FFFFL;
      default -> memory.get(JAVA_LONG_UNALIGNED, at);
    };
  }

  private static void put(MemorySegment memory, long at, DataType type, long bits) {
    switch (type.bytes()) {
      case 1 -> memory.set(JAVA_BYTE, at, (byte) bits);
      case 2 -> memory.set(JAVA_SHORT_UNALIGNED, at, (short) bits);
      case 4 -> memory.set(JAVA_INT_UNALIGNED, at, (int) bits);
      default -> memory.set(JAVA_LONG_UNALIGNED, at, bits);
    }
  }
}
