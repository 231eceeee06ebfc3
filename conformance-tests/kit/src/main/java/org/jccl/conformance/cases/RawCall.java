package org.jccl.conformance.cases;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import org.jccl.DataType;
import org.jccl.ops.Operation;
import org.jccl.spi.NcclAbi;

/**
 * One call on the raw surface of a world of one rank, with right or wrong arguments: what differs
 * between two subjects is the result code.
 *
 * @param kind which call; group start and end among them
 * @param onNull whether the communicator is null
 */
public record RawCall(Kind kind, long count, int type, int op, int rootOrPeer, boolean onNull) {
  /** What is called. */
  public enum Kind {
    /** {@code ncclGroupStart}. */
    GROUP_START,
    /** {@code ncclGroupEnd}. */
    GROUP_END,
    /** {@code ncclAllReduce}. */
    ALL_REDUCE,
    /** {@code ncclReduce}. */
    REDUCE,
    /** {@code ncclReduceScatter}. */
    REDUCE_SCATTER,
    /** {@code ncclBroadcast}. */
    BROADCAST,
    /** {@code ncclBcast}. */
    BCAST,
    /** {@code ncclAllGather}. */
    ALL_GATHER,
    /** {@code ncclAlltoAll}. */
    ALL_TO_ALL,
    /** {@code ncclGather}. */
    GATHER,
    /** {@code ncclScatter}. */
    SCATTER,
    /** {@code ncclSend}. */
    SEND,
    /** {@code ncclRecv}. */
    RECV,
    /** {@code ncclRedOpDestroy}. */
    RED_OP_DESTROY
  }

  /** Bytes of memory that a call may touch. */
  public static final int BYTES = 64;

  /** Any call, right in most of its arguments, of a library of that version. */
  public static Arbitrary<RawCall> any(int version) {
    boolean all = version >= Operation.ALL_TO_ALL.function().since();
    return Combinators.combine(
            Arbitraries.of(Kind.class).filter(kind -> all || !isNew(kind)),
            Arbitraries.of(1L, 0L, 2L),
            Arbitraries.of(7, 7, 7, 0, 2, 10, 11, -1, 12),
            Arbitraries.of(0, 0, 0, 2, 4, -1, 5, 99),
            Arbitraries.of(0, 0, 0, 0, -1, 1),
            Arbitraries.of(false, false, false, false, true))
        .as(RawCall::new);
  }

  private static boolean isNew(Kind kind) {
    return kind == Kind.ALL_TO_ALL || kind == Kind.GATHER || kind == Kind.SCATTER;
  }

  /**
   * Makes the call on memory of {@link #BYTES} bytes; its result code.
   *
   * <p>Messages always have the length of one byte, since two that meet must be equally long.
   */
  public int make(NcclAbi abi, long b, long own, long stream) {
    long comm = onNull ? 0 : own;
    int byteType = DataType.isCode(type) ? 0 : type;
    return switch (kind) {
      case GROUP_START -> abi.groupStart();
      case GROUP_END -> abi.groupEnd();
      case ALL_REDUCE -> abi.allReduce(b, b, count, type, op, comm, stream);
      case REDUCE -> abi.reduce(b, b, count, type, op, rootOrPeer, comm, stream);
      case REDUCE_SCATTER -> abi.reduceScatter(b, b, count, type, op, comm, stream);
      case BROADCAST -> abi.broadcast(b, b, count, type, rootOrPeer, comm, stream);
      case BCAST -> abi.bcast(b, count, type, rootOrPeer, comm, stream);
      case ALL_GATHER -> abi.allGather(b, b, count, type, comm, stream);
      case ALL_TO_ALL -> abi.allToAll(b, b + BYTES / 2, count, type, comm, stream);
      case GATHER -> abi.gather(b, b, count, type, rootOrPeer, comm, stream);
      case SCATTER -> abi.scatter(b, b, count, type, rootOrPeer, comm, stream);
      case SEND -> abi.send(b, 1, byteType, rootOrPeer, comm, stream);
      case RECV -> abi.recv(b, 1, byteType, rootOrPeer, comm, stream);
      case RED_OP_DESTROY -> abi.redOpDestroy(op, comm);
    };
  }
}
