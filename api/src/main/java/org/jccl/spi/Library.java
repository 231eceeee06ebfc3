package org.jccl.spi;

import java.util.function.LongToIntFunction;
import org.jccl.CommunicatorConfig;
import org.jccl.Device;

/** A library of NCCL's C functions, loaded or simulated, as its communicators see it. */
public interface Library extends GroupRecording.Issuer {
  /** The C functions that communicators of this configuration call. */
  NcclAbi abi(CommunicatorConfig config);

  /** Version code of these functions' library. */
  int version(CommunicatorConfig config);

  /** Asks for the stored state of a handle; see {@link NativeHandle}. */
  default LongToIntFunction question(CommunicatorConfig config) {
    return NativeHandle.asking(abi(config));
  }

  /** How a communicator on {@code device} makes its calls; {@code name} is for threads. */
  CallPath newPath(Device device, String name);

  /** A communicator whose handle is still to come; -1 for what only the library knows. */
  LibraryCommunicator newRank(
      String name, int rank, int worldSize, Device device, CommunicatorConfig config);

  /** A communicator has its handle, or will get it. */
  void opened(LibraryCommunicator communicator);

  /** A communicator has ended. */
  void closed(LibraryCommunicator communicator);
}
