package org.jccl.sim.machine;

/**
 * Defects that versions of NCCL are known to have, as the rule book says. A program that works with
 * them works on those versions, too. They show rarely in practice; imitated, each shows whenever it
 * may.
 *
 * @param areImitated whether the simulator has them
 * @param version the version of NCCL that is imitated
 */
public record KnownDefects(boolean areImitated, int version) {
  private static final int SINCE_2_28_3 = 22803;
  private static final int MENDED_IN_2_28_7 = 22807;
  private static final int MENDED_IN_2_29_2 = 22902;
  private static final int MENDED_IN_2_29_7 = 22907;
  private static final int SINCE_2_30_3 = 23003;
  private static final long ONE_BLOCK = 16 << 10;
  private static final long MOST_BLOCKS = 32;
  private static final int PACK = 16;

  /** {@return whether an all-reduce of float8 e4m3 finds no algorithm (rule VER-06)} */
  public boolean hasNoAlgorithmForE4m3() {
    return areImitated && version < MENDED_IN_2_29_2;
  }

  /** {@return whether a collective on a buffer that a message used before crashes (rule VER-07)} */
  public boolean crashesOnBuffersOfMessages() {
    return areImitated && version < MENDED_IN_2_29_2;
  }

  /**
   * {@return whether a group with several messages to one peer and fewer to another never ends
   * (rule VER-08)}
   */
  public boolean hangsOnUnevenGroups() {
    return areImitated && version < MENDED_IN_2_29_2;
  }

  /**
   * {@return whether an all-reduce AVG of floats in symmetric windows is given to a kernel that is
   * not in the library (rule VER-10)}
   */
  public boolean hasNoKernelForAverages() {
    return areImitated && version >= SINCE_2_30_3;
  }

  /**
   * {@return whether symmetric kernels misplace the ranks' parts where several blocks of threads
   * share a call (rule VER-11)}
   */
  public boolean misplacesParts() {
    return areImitated && version >= SINCE_2_28_3 && version < MENDED_IN_2_28_7;
  }

  /**
   * {@return how many elements of a scaled reduction one rank alone writes: it drops the last ones
   * of larger buffers (rule PMS-12)}
   *
   * @param count how many it should write
   * @param size bytes of an element
   */
  public long writtenByOneRank(long count, int size) {
    long blocks = Math.min(MOST_BLOCKS, Math.ceilDiv(count * size, ONE_BLOCK));
    if (!areImitated || version >= MENDED_IN_2_29_7 || blocks == 0) {
      return count;
    }
    long pack = PACK / size;
    return Math.min(count, blocks * (Math.ceilDiv(count / blocks, pack) * pack));
  }
}
