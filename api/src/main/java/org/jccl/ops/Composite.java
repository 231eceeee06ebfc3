package org.jccl.ops;

/**
 * Methods of the API that are carried out by calls of other operations. A call knows of which one
 * it is a part, so that reports name what the program has written.
 */
public enum Composite {
  /** A barrier, which is an all-reduce of one element. */
  BARRIER("barrier"),
  /** A send and a receive in one group. */
  SEND_RECV("send_recv"),
  /** An all-gather of blocks of different lengths: broadcasts. */
  ALL_GATHER_V("all_gather_v"),
  /** A reduce-scatter of blocks of different lengths: reductions. */
  REDUCE_SCATTER_V("reduce_scatter_v"),
  /** An all-to-all of blocks of different lengths: messages. */
  ALL_TO_ALL_V("all_to_all_v"),
  /** A gather of blocks of different lengths: messages. */
  GATHER_V("gather_v"),
  /** A scatter of blocks of different lengths: messages. */
  SCATTER_V("scatter_v");

  private final String label;

  Composite(String label) {
    this.label = label;
  }

  /** {@return its name in reports: {@code all_to_all_v}} */
  public String label() {
    return label;
  }
}
