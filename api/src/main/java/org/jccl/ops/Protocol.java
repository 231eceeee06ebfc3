package org.jccl.ops;

/**
 * The former place of {@link org.jccl.config.Protocol}, for programs that import it from here: the
 * same constants.
 *
 * @deprecated import {@code org.jccl.config.Protocol}
 */
@Deprecated
public final class Protocol {
  /** {@link org.jccl.config.Protocol#LL}. */
  public static final org.jccl.config.Protocol LL = org.jccl.config.Protocol.LL;

  /** {@link org.jccl.config.Protocol#LL128}. */
  public static final org.jccl.config.Protocol LL128 = org.jccl.config.Protocol.LL128;

  /** {@link org.jccl.config.Protocol#SIMPLE}. */
  public static final org.jccl.config.Protocol SIMPLE = org.jccl.config.Protocol.SIMPLE;

  private Protocol() {}
}
