package org.jccl.fidelity.differential;

import java.util.Locale;
import org.jccl.ops.Operation;

/** What a call does: a row of the operation table, even or uneven; a rotation; a barrier. */
public enum Kind {
  /** {@code allReduce}. */
  ALL_REDUCE(Operation.ALL_REDUCE, false),
  /** {@code broadcast}. */
  BROADCAST(Operation.BROADCAST, false),
  /** {@code reduce}. */
  REDUCE(Operation.REDUCE, false),
  /** {@code allGather}. */
  ALL_GATHER(Operation.ALL_GATHER, false),
  /** {@code reduceScatter}. */
  REDUCE_SCATTER(Operation.REDUCE_SCATTER, false),
  /** {@code allToAll}. */
  ALL_TO_ALL(Operation.ALL_TO_ALL, false),
  /** {@code gather}. */
  GATHER(Operation.GATHER, false),
  /** {@code scatter}. */
  SCATTER(Operation.SCATTER, false),
  /** A message to the rank some places on, and one from as many places back, as one group. */
  ROTATION(Operation.SEND, false),
  /** {@code allGatherV}. */
  ALL_GATHER_V(Operation.ALL_GATHER, true),
  /** {@code reduceScatterV}. */
  REDUCE_SCATTER_V(Operation.REDUCE_SCATTER, true),
  /** {@code allToAllV}. */
  ALL_TO_ALL_V(Operation.ALL_TO_ALL, true),
  /** {@code gatherV}. */
  GATHER_V(Operation.GATHER, true),
  /** {@code scatterV}. */
  SCATTER_V(Operation.SCATTER, true),
  /** {@code barrier}: no memory at all. */
  BARRIER(Operation.ALL_REDUCE, true);

  private final Operation operation;
  private final boolean typedOnly;

  Kind(Operation operation, boolean typedOnly) {
    this.operation = operation;
    this.typedOnly = typedOnly;
  }

  /** The row whose buffers these are. */
  public Operation operation() {
    return operation;
  }

  /** Whether blocks have a length for each rank. */
  public boolean isUneven() {
    return typedOnly && this != BARRIER;
  }

  /** The same in NCCL's own terms: the even form, an all-reduce for a barrier. */
  public Kind onRawSurface() {
    return switch (this) {
      case ALL_GATHER_V -> ALL_GATHER;
      case REDUCE_SCATTER_V -> REDUCE_SCATTER;
      case ALL_TO_ALL_V -> ALL_TO_ALL;
      case GATHER_V -> GATHER;
      case SCATTER_V -> SCATTER;
      case BARRIER -> ALL_REDUCE;
      default -> this;
    };
  }

  /** Whether elements are combined. */
  public boolean reduces() {
    return operation.reduces() && this != BARRIER;
  }

  /** Whether it is made of messages between ranks (rule P2P-15). */
  public boolean isOfMessages() {
    return switch (operation) {
      case ALL_TO_ALL, GATHER, SCATTER, SEND, RECV -> true;
      default -> false;
    };
  }

  /** Whether it has an in-place form. */
  public boolean hasInPlaceForm() {
    boolean messages = isUneven() && isOfMessages();
    return operation.inPlace().exists() && this != BARRIER && !messages;
  }

  /** The method of {@link org.jccl.Collectives} and, but for capitals, NCCL's function. */
  public String method() {
    if (this == ROTATION) {
      return "sendRecv";
    }
    String[] words = name().toLowerCase(Locale.ROOT).split("_", -1);
    StringBuilder text = new StringBuilder(words[0]);
    for (int i = 1; i < words.length; i++) {
      text.append(Character.toUpperCase(words[i].charAt(0))).append(words[i].substring(1));
    }
    return text.toString();
  }
}
