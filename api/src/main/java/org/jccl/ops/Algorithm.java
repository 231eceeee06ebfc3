package org.jccl.ops;

/**
 * The former place of {@link org.jccl.config.Algorithm}, for programs that import it from here: the
 * same constants.
 *
 * @deprecated import {@code org.jccl.config.Algorithm}
 */
@Deprecated
public final class Algorithm {
  /** {@link org.jccl.config.Algorithm#TREE}. */
  public static final org.jccl.config.Algorithm TREE = org.jccl.config.Algorithm.TREE;

  /** {@link org.jccl.config.Algorithm#RING}. */
  public static final org.jccl.config.Algorithm RING = org.jccl.config.Algorithm.RING;

  /** {@link org.jccl.config.Algorithm#COLLNET_DIRECT}. */
  public static final org.jccl.config.Algorithm COLLNET_DIRECT =
      org.jccl.config.Algorithm.COLLNET_DIRECT;

  /** {@link org.jccl.config.Algorithm#COLLNET_CHAIN}. */
  public static final org.jccl.config.Algorithm COLLNET_CHAIN =
      org.jccl.config.Algorithm.COLLNET_CHAIN;

  /** {@link org.jccl.config.Algorithm#NVLS}. */
  public static final org.jccl.config.Algorithm NVLS = org.jccl.config.Algorithm.NVLS;

  /** {@link org.jccl.config.Algorithm#NVLS_TREE}. */
  public static final org.jccl.config.Algorithm NVLS_TREE = org.jccl.config.Algorithm.NVLS_TREE;

  /** {@link org.jccl.config.Algorithm#PAT}. */
  public static final org.jccl.config.Algorithm PAT = org.jccl.config.Algorithm.PAT;

  private Algorithm() {}
}
