package org.jccl.ops;

/** The one form in which the send and the receive buffer may overlap (rule COL-05). */
public enum InPlace {
  /** They must not overlap at all. */
  NEVER(0, 0, "must be disjoint"),
  /** Both start at the same address. */
  SAME_ADDRESS(0, 0, "must be disjoint or start at the same address"),
  /** The send buffer is the own rank's block of the receive buffer. */
  SEND_IS_OWN_BLOCK(1, 0, "must be disjoint, or send be the own block of recv"),
  /** The receive buffer is the own rank's block of the send buffer. */
  RECV_IS_OWN_BLOCK(0, 1, "must be disjoint, or recv be the own block of send");

  private final int sendBlocks;
  private final int recvBlocks;
  private final int blocksBetween;
  private final String words;

  InPlace(int sendBlocks, int recvBlocks, String words) {
    this.sendBlocks = sendBlocks;
    this.recvBlocks = recvBlocks;
    this.blocksBetween = sendBlocks - recvBlocks;
    this.words = words;
  }

  /** {@return whether there is such a form} */
  public boolean exists() {
    return this != NEVER;
  }

  /**
   * {@return where the send buffer starts in the larger buffer, given where the own block does}
   *
   * @param ownBlock bytes or elements of one rank's block
   */
  public long sendOffset(long ownBlock) {
    return sendBlocks * ownBlock;
  }

  /**
   * {@return where the receive buffer starts in the larger buffer, given where the own block does}
   *
   * @param ownBlock bytes or elements of one rank's block
   */
  public long recvOffset(long ownBlock) {
    return recvBlocks * ownBlock;
  }

  /** By how many own blocks the send buffer starts behind the receive buffer. */
  int blocksBetween() {
    return blocksBetween;
  }

  /** {@return what the two buffers must be like, for messages: {@code must be disjoint}} */
  public String words() {
    return words;
  }
}
