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
  private final String words;

  InPlace(int sendBlocks, int recvBlocks, String words) {
    this.sendBlocks = sendBlocks;
    this.recvBlocks = recvBlocks;
    this.words = words;
  }

  /** Whether there is such a form. */
  public boolean exists() {
    return this != NEVER;
  }

  /**
   * Whether buffers at these addresses have exactly this form.
   *
   * @param ownBlock distance in bytes of the own rank's block from the start of the larger buffer
   */
  public boolean holds(long send, long recv, long ownBlock) {
    return exists() && send - recv == sendOffset(ownBlock) - recvOffset(ownBlock);
  }

  /** Where the send buffer starts in the larger buffer, given where the own block does. */
  public long sendOffset(long ownBlock) {
    return sendBlocks * ownBlock;
  }

  /** Where the receive buffer starts in the larger buffer, given where the own block does. */
  public long recvOffset(long ownBlock) {
    return recvBlocks * ownBlock;
  }

  /** What the two buffers must be like, for messages: {@code must be disjoint}. */
  public String words() {
    return words;
  }
}
