package org.jccl.ops;

import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.PreMulSum;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is checked of one call before anything is enqueued, for every operation alike: the
 * differences come from the {@link Operation} table. The checks are plain comparisons; messages are
 * made only when one fails.
 */
public final class ArgumentRules {
  private ArgumentRules() {}

  /**
   * {@return NCCL's count argument of a call with these buffers: of the buffer that every rank has,
   * divided by the world size where that buffer holds a block a rank}
   *
   * @param operation the operation
   * @param send where elements come from
   * @param recv where elements arrive
   * @param n number of ranks
   */
  public static long count(
      Operation operation, @Nullable DeviceBuffer send, @Nullable DeviceBuffer recv, int n) {
    boolean fromSend =
        operation.sendSide() == Operation.Side.EVERYONE
            && (operation.sendExtent() == Operation.Extent.COUNT
                || operation.receiveExtent() != Operation.Extent.COUNT);
    DeviceBuffer reference = fromSend ? send : recv;
    if (reference == null) {
      return 0;
    }
    Operation.Extent extent = fromSend ? operation.sendExtent() : operation.receiveExtent();
    return extent == Operation.Extent.COUNT ? reference.count() : reference.count() / n;
  }

  /**
   * {@return the type of a call with these buffers, or null if there is none}
   *
   * @param send where elements come from
   * @param recv where elements arrive
   */
  public static @Nullable DataType type(@Nullable DeviceBuffer send, @Nullable DeviceBuffer recv) {
    return send != null ? send.type() : recv != null ? recv.type() : null;
  }

  /**
   * Checks one call.
   *
   * @param comm the communicator
   * @param operation the operation
   * @param send where elements come from
   * @param recv where elements arrive
   * @param op how elements are combined
   * @param rootOrPeer the root, the peer, or 0
   * @param stream the stream on which the work is enqueued
   * @throws IllegalArgumentException naming rank, operation, argument, both values, and what to do
   * @throws IllegalStateException if a buffer, the reduction or the stream is closed
   */
  public static void check(
      Communicator comm,
      Operation operation,
      @Nullable DeviceBuffer send,
      @Nullable DeviceBuffer recv,
      @Nullable ReduceOp op,
      int rootOrPeer,
      Stream stream) {
    int n = comm.worldSize();
    int rank = comm.rank();
    boolean directed = operation.hasRoot() || operation.hasPeer();
    if (directed && (rootOrPeer < 0 || rootOrPeer >= n)) {
      throw Refusal.outOfRange(comm, operation, rootOrPeer);
    }
    boolean sends = operation.sendsAt(rank, rootOrPeer);
    boolean receives = operation.receivesAt(rank, rootOrPeer);
    if (sends && send == null) {
      throw Refusal.missing(comm, operation, "send", rootOrPeer);
    }
    if (receives && recv == null) {
      throw Refusal.missing(comm, operation, "recv", rootOrPeer);
    }
    long count = count(operation, send, recv, n);
    DataType type = type(sends ? send : null, receives ? recv : null);
    if (sends && send != null) {
      checkBuffer(comm, operation, "send", send, operation.sendElements(count, n), type);
    }
    if (receives && recv != null) {
      checkBuffer(comm, operation, "recv", recv, operation.receiveElements(count, n), type);
    }
    if (operation.reduces()) {
      checkReduction(comm, operation, op, type);
    }
    if (sends && receives && send != null && recv != null && count > 0) {
      checkOverlap(comm, operation, send, recv, count);
    }
    Device device = stream.device();
    if (device != comm.device()) {
      throw Refusal.otherDevice(comm, operation, "stream", device);
    }
    if (stream.isClosed()) { // STR-08: NCCL would crash
      throw new IllegalStateException(
          Refusal.head(comm, operation) + "stream is closed: " + stream);
    }
  }

  /**
   * Checks the configuration of one call.
   *
   * @param comm the communicator
   * @param operation the operation
   * @param setting with what the call is made
   * @throws IllegalArgumentException if NCCL has no such function for the operation, or the
   *     selection leaves none of its algorithms (CFG-28)
   */
  public static void checkSetting(Communicator comm, Operation operation, CallSetting setting) {
    if (operation.configuredFunction() == null) {
      throw Refusal.notConfigurable(comm, operation);
    }
    String refusal = setting.refusal(operation);
    if (refusal != null) {
      throw new IllegalArgumentException(
          Refusal.head(comm, operation)
              + refusal
              + "; name others, or take forced(false) (CFG-28)");
    }
  }

  private static void checkBuffer(
      Communicator comm,
      Operation operation,
      String which,
      DeviceBuffer buffer,
      long elements,
      @Nullable DataType type) {
    if (buffer.isClosed()) {
      throw new IllegalStateException(
          Refusal.head(comm, operation) + which + " buffer is closed: " + buffer);
    }
    if (buffer.device() != comm.device()) {
      throw Refusal.otherDevice(comm, operation, which + " buffer", buffer.device());
    }
    if (buffer.type() != type) {
      throw Refusal.otherType(comm, operation, type, buffer.type());
    }
    if (buffer.count() != elements) {
      throw Refusal.wrongCount(comm, operation, which, buffer.count(), elements);
    }
  }

  private static void checkReduction(
      Communicator comm, Operation operation, @Nullable ReduceOp op, @Nullable DataType type) {
    if (op instanceof PreMulSum scaled) {
      if (scaled.owner() != comm || scaled.type() != type || scaled.isClosed()) {
        throw Refusal.foreignReduction(comm, operation, scaled, type);
      }
    } else if (op == null) {
      throw new IllegalArgumentException(
          Refusal.head(comm, operation) + "the reduction is null: pass ReduceOp.SUM or another");
    }
  }

  /** Rule COL-05: disjoint, or exactly the in-place form. */
  private static void checkOverlap(
      Communicator comm, Operation operation, DeviceBuffer send, DeviceBuffer recv, long count) {
    long sendStart = send.address();
    long recvStart = recv.address();
    if (sendStart + send.bytes() <= recvStart || recvStart + recv.bytes() <= sendStart) {
      return;
    }
    long ownBlock = comm.rank() * count * send.type().bytes();
    if (!operation.isInPlace(sendStart, recvStart, ownBlock)) {
      throw Refusal.overlap(comm, operation, sendStart - recvStart);
    }
  }
}
