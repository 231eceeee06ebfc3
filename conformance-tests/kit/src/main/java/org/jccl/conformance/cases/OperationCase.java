package org.jccl.conformance.cases;

import org.jccl.DataType;
import org.jccl.conformance.data.ExactData;
import org.jccl.conformance.data.Fold;
import org.jccl.ops.Operation;

/**
 * One call that every rank of a world makes: what decides each rank's buffers and results.
 *
 * <p>{@link Operation#SEND} stands for a rotation: every rank sends to the one {@code rootOrPeer}
 * places on and receives from the one as many places back, as one group; so it covers {@link
 * Operation#RECV} as well.
 *
 * @param count NCCL's count argument
 * @param rootOrPeer the root; for a rotation, by how many places; else 0
 * @param seed of the data
 */
public record OperationCase(
    Operation operation,
    DataType type,
    Fold fold,
    long count,
    int rootOrPeer,
    int worldSize,
    Layout layout,
    long seed) {
  /** Checks that operation and fold fit. */
  public OperationCase {
    if (operation == Operation.RECV || operation.reduces() != fold.reduces()) {
      throw new IllegalArgumentException(operation + " with " + fold + " is no case");
    }
  }

  /** Whether this is a rotation of messages. */
  public boolean isRotation() {
    return operation.hasPeer();
  }

  /** The root, or -1. */
  public int root() {
    return operation.hasRoot() ? rootOrPeer : -1;
  }

  /** Whom {@code rank} sends to in a rotation. */
  public int destination(int rank) {
    return (rank + rootOrPeer) % worldSize;
  }

  /** Whom {@code rank} receives from in a rotation. */
  public int source(int rank) {
    return Math.floorMod(rank - rootOrPeer, worldSize);
  }

  /** Whether {@code rank} contributes. */
  public boolean sendsAt(int rank) {
    return operation.sendsAt(rank, root());
  }

  /** Whether {@code rank} receives. */
  public boolean receivesAt(int rank) {
    return isRotation() || operation.receivesAt(rank, root());
  }

  /** Elements of a send buffer. */
  public long sendElements() {
    return operation.sendElements(count, worldSize);
  }

  /** Elements of a receive buffer. */
  public long receiveElements() {
    return isRotation() ? count : operation.receiveElements(count, worldSize);
  }

  /** Whether {@code rank} uses the in-place form: it has both buffers and the operation allows. */
  public boolean isInPlace(int rank) {
    return operation.inPlace().exists()
        && layout.isInPlace(rank)
        && sendsAt(rank)
        && receivesAt(rank);
  }

  /** The data of this call. */
  public ExactData data() {
    return ExactData.of(type, fold, worldSize, seed);
  }

  /** Bits of element {@code i} of {@code rank}'s send buffer. */
  public long sent(ExactData data, int rank, long i) {
    return data.input(rank, i);
  }

  /** Bits that must arrive as element {@code i} of {@code rank}'s receive buffer. */
  public long received(ExactData data, int rank, long i) {
    return switch (operation) {
      case ALL_REDUCE, REDUCE -> data.expected(i);
      case REDUCE_SCATTER -> data.expected(rank * count + i);
      case BROADCAST -> data.input(rootOrPeer, i);
      case ALL_GATHER, GATHER -> data.input((int) (i / count), i % count);
      case ALL_TO_ALL -> data.input((int) (i / count), rank * count + i % count);
      case SCATTER -> data.input(rootOrPeer, rank * count + i);
      case SEND -> data.input(source(rank), i);
      case RECV -> throw new IllegalStateException("a rotation is written as a send");
    };
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(isRotation() ? "rotation" : operation.label());
    text.append(' ').append(type);
    if (fold.reduces()) {
      text.append(' ').append(fold.label());
    }
    text.append(" x").append(count).append(", n ").append(worldSize);
    if (operation.hasRoot() || isRotation()) {
      text.append(isRotation() ? ", by " : ", root ").append(rootOrPeer);
    }
    if (layout.inPlaceRanks() != 0 && operation.inPlace().exists()) {
      text.append(", in place on ").append(Integer.toBinaryString(mask(layout.inPlaceRanks())));
    }
    if (layout.unusedAbsent()) {
      text.append(", unused null");
    }
    return text.append(", offset ")
        .append(layout.offset())
        .append(", seed ")
        .append(seed)
        .toString();
  }

  private int mask(int ranks) {
    return ranks & ((1 << worldSize) - 1);
  }
}
