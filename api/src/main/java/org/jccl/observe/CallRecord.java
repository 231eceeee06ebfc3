package org.jccl.observe;

import org.jccl.CallMemory;
import org.jccl.DataType;
import org.jspecify.annotations.Nullable;

/**
 * One call as a {@link FlightRecorder} keeps it.
 *
 * @param number the number of the call in its communicator, as {@link org.jccl.IssuedCall#number}
 * @param isMessage whether it is a message between two ranks; those are numbered apart
 * @param operation the operation: {@code all_reduce}
 * @param method the method that the program has called: {@code barrier}
 * @param type the element type, or null where the call has no buffers
 * @param reduction NCCL's code of the reduction, or -1
 * @param rootOrPeer the root or the peer, or -1
 * @param count NCCL's count argument, in elements
 * @param bytes bytes of the larger of the rank's two buffers
 * @param groupSize how many calls the group has that it was issued in; 1 outside a group
 * @param group the same number for all calls of one group of this communicator, and for no other
 * @param stream the native handle of the stream
 * @param nanos when it was issued: nanoseconds before the record was read
 * @param state how far it came
 * @param site the line of the program that made it, or null if that is not known
 * @param memory what the communicator knew of the memory of its buffers
 * @param isOwnKernel whether one of jccl's own kernels carried it out
 * @param isPrepared whether it was launched as a part of prepared calls
 */
public record CallRecord(
    long number,
    boolean isMessage,
    String operation,
    String method,
    @Nullable DataType type,
    int reduction,
    int rootOrPeer,
    long count,
    long bytes,
    int groupSize,
    long group,
    long stream,
    long nanos,
    State state,
    @Nullable String site,
    CallMemory memory,
    boolean isOwnKernel,
    boolean isPrepared) {

  /** How far a call came. */
  public enum State {
    /** The library was called, and has not come back. */
    ISSUING,
    /** Its work is on the stream. */
    ENQUEUED,
    /** The call failed. */
    FAILED
  }
}
