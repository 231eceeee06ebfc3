package org.jccl.ops;

import org.jccl.DataType;

/**
 * Which calls NCCL has symmetric kernels for, if their buffers lie in symmetric windows (SYM-01).
 */
public final class SymmetricCalls {
  /** The first version that takes averages for calls of symmetric kernels. */
  private static final int AVERAGES = 23003;

  private SymmetricCalls() {}

  /**
   * {@return whether NCCL has symmetric kernels for such calls, or believes that it has: it is
   * wrong about averages of an all-reduce (VER-10)}
   *
   * @param operation the operation
   * @param type the element type
   * @param isSum whether it adds up and does nothing else; of no concern where nothing is reduced
   * @param isAverage whether it takes NCCL's own average
   * @param version NCCL's version code
   */
  public static boolean haveKernels(
      Operation operation, DataType type, boolean isSum, boolean isAverage, int version) {
    if (operation.isMadeOfMessages() || operation.hasRoot()) {
      return false;
    }
    return !operation.reduces()
        || (type.isFloating()
            && type != DataType.FLOAT64
            && (isSum || (isAverage && version >= AVERAGES)));
  }
}
