package org.jccl.spi;

import java.util.List;
import org.jccl.Device;

/** A device that jccl's own kernels may run on. */
public interface KernelDevice {
  /**
   * Opens the kernels of one communicator; {@link Library#openKernels} for one of its devices.
   *
   * @param devices of the ranks, in their order
   * @return the kernels
   * @throws UnsupportedOperationException if there are none for these devices, and why
   */
  KernelGroup openKernels(List<Device> devices);
}
