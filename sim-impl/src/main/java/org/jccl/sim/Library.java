package org.jccl.sim;

import org.jccl.sim.abi.AbiOperations;
import org.jccl.sim.comm.life.CommLifecycle;
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

  /** Whose handle it is; null if nobody's. */
  @Nullable CommLifecycle life(long handle);

  /** The stored state of a handle (rule ERR-01); waits for nobody. */
  int storedCode(long handle);

  /** Stream operations, for whom knows whose handle it has. */
  AbiOperations operations();

  /** A communicator is there. */
  void opened(SimCommunicator communicator);

  /** A communicator was closed. */
  void closed(SimCommunicator communicator);
}
