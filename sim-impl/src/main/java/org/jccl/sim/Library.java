package org.jccl.sim;

import org.jccl.ops.Operation;
import org.jccl.sim.comm.Endpoint;
import org.jccl.sim.comm.Life;
import org.jccl.spi.GroupRecording;
import org.jccl.spi.NcclAbi;
import org.jspecify.annotations.Nullable;

/**
 * The simulated library as a {@link SimCommunicator} sees it: its C functions, and what they make.
 */
public interface Library extends GroupRecording.Issuer {
  /** {@return the C functions} */
  NcclAbi abi();

  /** {@return the version code that is imitated} */
  int ncclVersion();

  /**
   * {@return the operations of whose handle it is; null before its rank has joined}
   *
   * @param handle NCCL's handle
   */
  @Nullable Endpoint endpoint(long handle);

  /**
   * {@return the stored state of a handle (rule ERR-01); waits for nobody}
   *
   * @param handle NCCL's handle
   */
  int storedCode(long handle);

  /**
   * {@return the C function of {@code operation}, on the communicator of {@code life}}
   *
   * @param operation the operation
   * @param send where elements come from
   * @param recv where elements arrive
   * @param count number of elements
   * @param type the element type
   * @param reduction how elements are combined
   * @param rootOrPeer rank of the root or the peer; 0 if there is none
   * @param life the life of a communicator
   * @param stream the stream on which the work is enqueued
   */
  int issue(
      Operation operation,
      long send,
      long recv,
      long count,
      int type,
      int reduction,
      int rootOrPeer,
      Life life,
      long stream);

  /**
   * A communicator is there.
   *
   * @param communicator the communicator
   */
  void opened(SimCommunicator communicator);

  /**
   * A communicator was closed.
   *
   * @param communicator the communicator
   */
  void closed(SimCommunicator communicator);
}
