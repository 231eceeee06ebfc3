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
  /** The C functions. */
  NcclAbi abi();

  /** Version code that is imitated. */
  int ncclVersion();

  /** The operations of whose handle it is; null before its rank has joined. */
  @Nullable Endpoint endpoint(long handle);

  /** The stored state of a handle (rule ERR-01); waits for nobody. */
  int storedCode(long handle);

  /** The C function of {@code operation}, on the communicator of {@code life}. */
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

  /** A communicator is there. */
  void opened(SimCommunicator communicator);

  /** A communicator was closed. */
  void closed(SimCommunicator communicator);
}
