package org.jccl.spi;

import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.Device;
import org.jccl.ProcessGroup;

/** Opens a communicator over a process group. */
public final class Handshake {
  private Handshake() {}

  /** See {@link Communicator#open}. */
  public static Communicator open(ProcessGroup group, Device device, CommunicatorConfig config) {
    throw new UnsupportedOperationException("being written");
  }
}
