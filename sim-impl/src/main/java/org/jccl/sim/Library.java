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
  /** {@return the C functions} */
  NcclAbi abi();

  /** {@return the version code that is imitated} */
  int ncclVersion();

  /**
   * {@return whose handle it is; null if nobody's}
   *
   * @param handle NCCL's handle
   */
  @Nullable CommLifecycle life(long handle);

  /**
   * {@return the stored state of a handle (rule ERR-01); waits for nobody}
   *
   * @param handle NCCL's handle
   */
  int storedCode(long handle);

  /** {@return the stream operations, for whom knows whose handle it has} */
  AbiOperations operations();

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
