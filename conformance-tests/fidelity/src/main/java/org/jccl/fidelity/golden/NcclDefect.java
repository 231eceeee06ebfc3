package org.jccl.fidelity.golden;

import java.util.function.LongPredicate;
import org.jccl.conformance.cases.CallSpec;
import org.jspecify.annotations.Nullable;

/**
 * Results that NCCL computes wrong, so that they depend on what a GPU's registers happen to hold.
 *
 * <p>There is one: its symmetric kernels with flags load 8 bytes at a time, and of an address that
 * is no multiple of 4 they lose the last 1 to 3 of them ({@code loadPack}, up to 2.29). That is
 * where buffers of narrow floats begin so, and in a reduce-scatter where ranks' blocks do, even in
 * buffers that are aligned themselves.
 */
final class NcclDefect {
  private static final int FIXED = 23003;
  private static final int WORD = 4;
  private static final int PACK = 8;

  private NcclDefect() {}

  /** Which elements of {@code rank}'s result are wrong in NCCL {@code version}; null if none is. */
  static @Nullable LongPredicate spoilt(RecordedCase.Part part, int rank, int version) {
    RecordedChoice choice = part.choice();
    if (version >= FIXED
        || choice == null
        || !choice.algorithm().equals(RecordedChoice.SYMMETRIC)) {
      return null;
    }
    CallSpec call = part.call();
    long skipped =
        switch (choice.protocol()) {
          case "ReduceScatter_LL" -> rank * call.count();
          case "AllReduce_AGxLL_R", "AllGather_LL" -> 0;
          default -> -1;
        };
    int bytes = call.type().bytes();
    long lost = (call.layout().sendOffset() + skipped) * bytes % WORD;
    if (skipped < 0 || lost == 0) {
      return null;
    }
    // An all-gather's result has a block of each rank, loaded from its beginning on.
    return element -> element % call.count() * bytes % PACK + bytes > PACK - lost;
  }
}
