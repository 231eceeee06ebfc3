package org.jccl.ops;

/**
 * The former place of {@link org.jccl.config.ConfigField}, for programs that import it from here:
 * the same constants.
 *
 * @deprecated import {@code org.jccl.config.ConfigField}
 */
@Deprecated
public final class ConfigField {
  /** {@link org.jccl.config.ConfigField#BLOCKING}. */
  public static final org.jccl.config.ConfigField BLOCKING = org.jccl.config.ConfigField.BLOCKING;

  /** {@link org.jccl.config.ConfigField#CGA_CLUSTER_SIZE}. */
  public static final org.jccl.config.ConfigField CGA_CLUSTER_SIZE =
      org.jccl.config.ConfigField.CGA_CLUSTER_SIZE;

  /** {@link org.jccl.config.ConfigField#MIN_CTAS}. */
  public static final org.jccl.config.ConfigField MIN_CTAS = org.jccl.config.ConfigField.MIN_CTAS;

  /** {@link org.jccl.config.ConfigField#MAX_CTAS}. */
  public static final org.jccl.config.ConfigField MAX_CTAS = org.jccl.config.ConfigField.MAX_CTAS;

  /** {@link org.jccl.config.ConfigField#SPLIT_SHARE}. */
  public static final org.jccl.config.ConfigField SPLIT_SHARE =
      org.jccl.config.ConfigField.SPLIT_SHARE;

  /** {@link org.jccl.config.ConfigField#TRAFFIC_CLASS}. */
  public static final org.jccl.config.ConfigField TRAFFIC_CLASS =
      org.jccl.config.ConfigField.TRAFFIC_CLASS;

  /** {@link org.jccl.config.ConfigField#COLLNET_ENABLE}. */
  public static final org.jccl.config.ConfigField COLLNET_ENABLE =
      org.jccl.config.ConfigField.COLLNET_ENABLE;

  /** {@link org.jccl.config.ConfigField#CTA_POLICY}. */
  public static final org.jccl.config.ConfigField CTA_POLICY =
      org.jccl.config.ConfigField.CTA_POLICY;

  /** {@link org.jccl.config.ConfigField#SHRINK_SHARE}. */
  public static final org.jccl.config.ConfigField SHRINK_SHARE =
      org.jccl.config.ConfigField.SHRINK_SHARE;

  /** {@link org.jccl.config.ConfigField#NVLS_CTAS}. */
  public static final org.jccl.config.ConfigField NVLS_CTAS = org.jccl.config.ConfigField.NVLS_CTAS;

  /** {@link org.jccl.config.ConfigField#CHANNELS_PER_NET_PEER}. */
  public static final org.jccl.config.ConfigField CHANNELS_PER_NET_PEER =
      org.jccl.config.ConfigField.CHANNELS_PER_NET_PEER;

  /** {@link org.jccl.config.ConfigField#NVLINK_CENTRIC_SCHED}. */
  public static final org.jccl.config.ConfigField NVLINK_CENTRIC_SCHED =
      org.jccl.config.ConfigField.NVLINK_CENTRIC_SCHED;

  /** {@link org.jccl.config.ConfigField#GRAPH_USAGE_MODE}. */
  public static final org.jccl.config.ConfigField GRAPH_USAGE_MODE =
      org.jccl.config.ConfigField.GRAPH_USAGE_MODE;

  /** {@link org.jccl.config.ConfigField#NUM_RMA_CTX}. */
  public static final org.jccl.config.ConfigField NUM_RMA_CTX =
      org.jccl.config.ConfigField.NUM_RMA_CTX;

  /** {@link org.jccl.config.ConfigField#MAX_P2P_PEERS}. */
  public static final org.jccl.config.ConfigField MAX_P2P_PEERS =
      org.jccl.config.ConfigField.MAX_P2P_PEERS;

  /** {@link org.jccl.config.ConfigField#GRAPH_STREAM_ORDERING}. */
  public static final org.jccl.config.ConfigField GRAPH_STREAM_ORDERING =
      org.jccl.config.ConfigField.GRAPH_STREAM_ORDERING;

  private ConfigField() {}
}
