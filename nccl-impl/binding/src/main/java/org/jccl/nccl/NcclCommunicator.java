package org.jccl.nccl;

import org.jccl.CommunicatorConfig;
import org.jccl.Device;
import org.jccl.spi.Library;
import org.jccl.spi.LibraryCommunicator;

/**
 * One rank's endpoint in NCCL.
 *
 * <p>The way of a call is short on purpose: note the stream, make the downcall; no lock, no
 * allocation. Abort, and the questions about its state, may come from other threads.
 */
final class NcclCommunicator extends LibraryCommunicator {
  /** An endpoint that is about to be opened. */
  NcclCommunicator(
      Library library,
      String name,
      int rank,
      int worldSize,
      Device device,
      CommunicatorConfig config) {
    requireNoPins(config);
    super(library, name, rank, worldSize, device, config);
  }

  /** NCCL reads its pins from the process, for all communicators: a single one cannot have them. */
  private static void requireNoPins(CommunicatorConfig config) {
    String wanted =
        config.algorithm().map(pin -> " NCCL_ALGO=" + pin.nativeName()).orElse("")
            + config.protocol().map(pin -> " NCCL_PROTO=" + pin.nativeName()).orElse("");
    if (!wanted.isEmpty()) {
      throw new UnsupportedOperationException(
          "NCCL takes algorithm and protocol from the environment, for all communicators of a"
              + " process: start it with"
              + wanted
              + " and leave them out of the configuration");
    }
  }
}
