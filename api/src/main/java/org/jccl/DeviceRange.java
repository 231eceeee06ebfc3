package org.jccl;

/** Where device memory lies: what a {@link DeviceBuffer} is for those who look at no elements. */
public interface DeviceRange {
  /** {@return the address of the first byte, on the device} */
  long address();

  /** {@return how many bytes there are} */
  long bytes();
}
