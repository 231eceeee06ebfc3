package org.jccl.nccl.cuda;

import jcuda.Pointer;

/**
 * A bare address as JCuda's pointer and back: JCuda keeps the value protected, a subclass reads it.
 */
final class Address extends Pointer {
  /** An address to be filled in by a call. */
  Address() {}

  /** The address of device or host memory. */
  Address(long value) {
    super(value);
  }

  /** The same memory as {@code other}, which names it by address and offset. */
  Address(Pointer other) {
    super(other);
  }

  long value() {
    long start = getNativePointer();
    return start == 0 ? 0 : start + getByteOffset();
  }
}
