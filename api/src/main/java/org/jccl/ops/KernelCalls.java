package org.jccl.ops;

import org.jccl.DataType;
import org.jccl.ReduceOp;

/**
 * Which calls jccl's own kernels carry out, where a communicator has them (rule KRN-02). All ranks
 * find the same, for it depends on nothing but what they have in common.
 */
public final class KernelCalls {
  /** The largest communicator that has kernels. */
  public static final int MOST_RANKS = 8;

  /** The largest call: what its ranks store elsewhere for one of them, in bytes. */
  public static final long MOST_BYTES = 512 << 10;

  /** In so many captures of a communicator, its first ones, kernels carry out calls (KRN-05). */
  public static final int MOST_CAPTURES = 31;

  private KernelCalls() {}

  /**
   * {@return whether own kernels carry out such a call}
   *
   * @param operation the operation
   * @param type the code of the element type
   * @param reduction the code of the reduction; of no concern where nothing is reduced
   * @param count NCCL's count argument
   * @param ranks number of ranks
   */
  public static boolean fit(Operation operation, int type, int reduction, long count, int ranks) {
    int copies =
        switch (operation) {
          case ALL_REDUCE -> ranks - 1;
          case ALL_GATHER, REDUCE_SCATTER -> ranks;
          default -> 0;
        };
    if (copies == 0 || count <= 0 || count > MOST_BYTES || !DataType.isCode(type)) {
      return false;
    }
    DataType element = DataType.ofCode(type);
    return count * element.bytes() * copies <= MOST_BYTES
        && (!operation.reduces() || (reduction == ReduceOp.SUM.code() && isFolded(element)));
  }

  /**
   * {@return whether a call counts where a collective is to be the only one of its communicator in
   * a group: messages do not, nor do calls without elements}
   *
   * @param call a call of the group
   */
  public static boolean isCollective(CallArguments call) {
    return !call.operation().isMadeOfMessages() && call.count() > 0;
  }

  /**
   * {@return how many bytes the longest message has that a rank gets from another}
   *
   * @param ranks number of ranks, at least 2
   */
  public static long longestMessage(int ranks) {
    return MOST_BYTES / (ranks - 1);
  }

  private static boolean isFolded(DataType type) {
    return switch (type) {
      case FLOAT32, FLOAT16, BFLOAT16 -> true;
      default -> false;
    };
  }
}
