package org.jccl.observe;

import org.jccl.DataType;
import org.jccl.DeviceRange;
import org.jccl.IssuedCall;
import org.jccl.ops.Operation;
import org.jspecify.annotations.Nullable;

/**
 * One buffer of a call.
 *
 * @param address where it begins
 * @param bytes how long it is
 * @param elements how many elements it has
 * @param block elements of each rank's block, or 0 if it is not made of blocks
 */
record BufferShape(long address, long bytes, long elements, long block) implements DeviceRange {
  static @Nullable BufferShape sent(IssuedCall call, int rank, int worldSize) {
    Operation operation = known(call);
    int root = Math.max(0, call.rootOrPeer());
    if (operation == null || call.type() == null || !operation.sendsAt(rank, root)) {
      return null;
    }
    return of(
        call.sendAddress(),
        call,
        operation.sendElements(call.count(), worldSize),
        operation.sendsBlocks());
  }

  static @Nullable BufferShape received(IssuedCall call, int rank, int worldSize) {
    Operation operation = known(call);
    int root = Math.max(0, call.rootOrPeer());
    if (operation == null || call.type() == null || !operation.receivesAt(rank, root)) {
      return null;
    }
    return of(
        call.receiveAddress(),
        call,
        operation.receiveElements(call.count(), worldSize),
        operation.receivesBlocks());
  }

  private static @Nullable BufferShape of(
      long address, IssuedCall call, long elements, boolean isMadeOfBlocks) {
    DataType type = call.type();
    return address == 0 || type == null
        ? null
        : new BufferShape(
            address, elements * type.bytes(), elements, isMadeOfBlocks ? call.count() : 0);
  }

  /** One-sided operations are not in the table. */
  private static @Nullable Operation known(IssuedCall call) {
    for (Operation each : Operation.values()) {
      if (each.label().equals(call.operation())) {
        return each;
      }
    }
    return null;
  }

  String words(long element) {
    String of = "element " + element + " of " + elements;
    return block == 0 || block == elements
        ? of
        : of + " (element " + element % block + " of rank " + element / block + "'s block)";
  }
}
