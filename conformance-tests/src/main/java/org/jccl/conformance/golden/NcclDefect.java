package org.jccl.conformance.golden;

import org.jccl.DataType;

/**
 * Results that NCCL computes wrong, so that they depend on what a GPU's registers happen to hold.
 *
 * <p>There is one: its symmetric kernels with flags load 8 bytes at a time, and of an address that
 * is no multiple of 4 they lose the last ones ({@code loadPack}, up to 2.29). A reduce-scatter
 * meets that where ranks' blocks of narrow floats begin, even in buffers that are aligned
 * themselves.
 */
final class NcclDefect {
  private static final String KERNEL = "ReduceScatter_LL";
  private static final int FIXED = 23003;
  private static final int WORD = 4;

  private NcclDefect() {}

  /** Whether {@code rank}'s result of a call is wrong in NCCL {@code version}. */
  static boolean spoils(RecordedCase.Part part, int rank, int version) {
    RecordedChoice choice = part.choice();
    RecordedCall call = part.call();
    DataType type = call.type();
    return version < FIXED
        && choice != null
        && choice.algorithm().equals(RecordedChoice.SYMMETRIC)
        && choice.protocol().equals(KERNEL)
        && (call.offset() + rank * call.count()) * type.bytes() % WORD != 0;
  }
}
