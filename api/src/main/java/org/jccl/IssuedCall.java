package org.jccl;

import org.jspecify.annotations.Nullable;

/**
 * One call of a communicator as a {@link CallListener} sees it. The same object tells call after
 * call, so that a call allocates nothing: read it inside the listener's method, and copy what is
 * kept.
 */
public interface IssuedCall {
  /** What {@link #rootOrPeer()} gives where an operation has neither. */
  int NO_RANK = -1;

  /** {@return the operation that is issued: {@code all_reduce}} */
  String operation();

  /**
   * {@return the method that the program has called: {@code barrier} where the operation is the
   * all-reduce of a barrier, else {@link #operation()}}
   */
  String method();

  /**
   * {@return the number of this call in its communicator on this rank, from 0, as in the
   * simulator's reports} Collectives and messages are counted apart, so a collective has the same
   * number on all ranks of a right program. A call that fails gives its number back.
   */
  long number();

  /** {@return NCCL's count argument, in elements} */
  long count();

  /** {@return the element type, or null where the call has no buffers} */
  @Nullable DataType type();

  /**
   * {@return NCCL's code of the reduction; {@link #NO_RANK} where nothing is reduced} Codes from
   * {@link ReduceOp.Builtin#COUNT} on are custom reductions.
   */
  int reduction();

  /** {@return the root or the peer; {@link #NO_RANK} if the operation has neither} */
  int rootOrPeer();

  /**
   * {@return whether this is a message between two ranks, one-sided operations included: then
   * {@link #rootOrPeer()} is the other rank} Else it is a collective.
   */
  boolean isMessage();

  /** {@return the bytes of the larger of this rank's two buffers, as tables of benchmarks count} */
  long bytes();

  /** {@return the address of the send buffer, or 0} */
  long sendAddress();

  /** {@return the address of the receive buffer, or 0} */
  long receiveAddress();

  /** {@return the native handle of the stream} */
  long streamHandle();

  /** {@return how many calls the group has that this one is issued in; 1 outside a group} */
  int groupSize();

  /** {@return what the communicator knows of the memory of its buffers on this rank} */
  default CallMemory memory() {
    return CallMemory.PLAIN;
  }

  /** {@return whether one of jccl's own kernels carries it out, and not the library} */
  default boolean isOwnKernel() {
    return false;
  }

  /** {@return the configuration that this one call was given, or null if it has none} */
  default @Nullable CallConfig config() {
    return null;
  }

  /** {@return whether it runs as a part of prepared calls ({@link Communicator#prepare})} */
  default boolean isPrepared() {
    return false;
  }

  /**
   * {@return whether the stream is being captured: the call becomes a part of a graph, runs with
   * each launch of it, and its completion is not told}
   */
  default boolean isCaptured() {
    return false;
  }

  /**
   * {@return whether {@link #enqueue} is possible} Not with a nonblocking communicator, whose calls
   * come back before their work is on the stream.
   */
  default boolean takesWork() {
    return false;
  }

  /**
   * Puts work of the listener's own on the call's stream: before the call's work from {@link
   * CallListener#before}, behind it from {@link CallListener#after}. In a capture it becomes a part
   * of the graph.
   *
   * @param work what it is called and which memory it uses
   * @param body what it does; what it throws is the failure of the stream's device (STR-35)
   * @throws IllegalStateException unless {@link #takesWork}
   */
  default void enqueue(Work work, WorkBody body) {
    throw new IllegalStateException("this call takes no work");
  }
}
