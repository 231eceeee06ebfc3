package org.jccl.conformance.rules;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import net.jqwik.api.Example;
import org.jccl.config.ConfigField;

/** What a configuration may say, on the raw surface (rules CFG-01 to CFG-24). */
final class RawConfigRules extends RawSuite {
  private static final int BEFORE_CHANNELS_PER_PEER = 22703;

  /** Tries values of one field. */
  private void range(ConfigField field, int[] refused, int... accepted) {
    raw(
        1,
        rank -> {
          for (int value : refused) {
            create(rank, rank.config(field, value), INVALID_ARGUMENT, words(field, value));
          }
          for (int value : accepted) {
            create(rank, rank.config(field, value), SUCCESS, words(field, value));
          }
        });
  }

  private static String words(ConfigField field, int value) {
    return field.nativeName() + " " + value;
  }

  private static int[] refused(int... values) {
    return values;
  }

  /** Creates a communicator of one rank, expects {@code code}, and ends it. */
  private static void create(RawRank rank, MemorySegment config, int code, String what) {
    MemorySegment id = rank.id();
    int result = rank.abi().commInitRankConfig(rank.handle(), 1, id, 0, config);
    long made = rank.madeHandle();
    if (code == SUCCESS && made != 0) {
      rank.expectStarted(what, result);
      rank.expectReady(what, made);
      rank.destroy(made);
      return;
    }
    rank.check(result == code, what + " returned " + result + ", expected " + code);
    if (made != 0) {
      rank.abort(made);
    }
  }

  @Example
  public void required_CFG_01_whatOlderAndNewerCallersSay(RawRank rank) {
    if (capabilities().version() >= ConfigField.CHANNELS_PER_NET_PEER.since()) {
      MemorySegment config = rank.config(ConfigField.CHANNELS_PER_NET_PEER, 65);
      create(rank, config, INVALID_ARGUMENT, "nChannelsPerNetPeer 65");
      config.set(JAVA_INT, ConfigField.VERSION_OFFSET, BEFORE_CHANNELS_PER_PEER);
      create(rank, config, SUCCESS, "a field that is newer than the stated version");
    }
    MemorySegment large = rank.allocate(rank.config().byteSize() + 64);
    large.fill((byte) 0x55);
    large.asSlice(0, rank.config().byteSize()).copyFrom(rank.config());
    large.set(JAVA_LONG, ConfigField.SIZE_OFFSET, large.byteSize());
    create(rank, large, SUCCESS, "a struct larger than the library's");
  }

  @Example
  public void required_CFG_03_blocking() {
    range(ConfigField.BLOCKING, refused(-1, 2), 0, 1);
  }

  @Example
  public void required_CFG_04_cgaClusterSize() {
    range(ConfigField.CGA_CLUSTER_SIZE, refused(-1), 0, 2);
  }

  @Example
  public void required_CFG_05_minAndMaxCtas() {
    range(ConfigField.MAX_CTAS, refused(0, -3), 8, 1000);
    int code = capabilities().version() < 23102 ? INVALID_ARGUMENT : SUCCESS;
    range(ConfigField.MIN_CTAS, refused(0));
    raw(1, rank -> create(rank, rank.config(ConfigField.MIN_CTAS, 2), code, "minCTAs 2 alone"));
    raw(1, rank -> create(rank, rank.config(ConfigField.MIN_CTAS, 1000), code, "minCTAs 1000"));
    raw(
        rank -> {
          MemorySegment both = rank.config(ConfigField.MIN_CTAS, 8);
          both.set(JAVA_INT, ConfigField.MAX_CTAS.offset(), 4);
          create(rank, both, INVALID_ARGUMENT, "8 to 4 CTAs");
          both.set(JAVA_INT, ConfigField.MAX_CTAS.offset(), 16);
          create(rank, both, SUCCESS, "8 to 16 CTAs");
        });
  }

  @Example
  public void required_CFG_06_splitShare() {
    range(ConfigField.SPLIT_SHARE, refused(2, -1), 1);
  }

  @Example
  public void required_CFG_07_collnetEnable() {
    range(ConfigField.COLLNET_ENABLE, refused(2, -1), 0);
  }

  @Example
  public void required_CFG_08_ctaPolicy() {
    range(ConfigField.CTA_POLICY, refused(-1, 4), 0, 1);
    raw(
        rank -> {
          int version = capabilities().version();
          for (int policy = 2; policy <= 3; policy++) {
            boolean allowed = version >= 22902 || (version >= 22803 && policy == 2);
            int code = allowed ? SUCCESS : INVALID_ARGUMENT;
            create(rank, rank.config(ConfigField.CTA_POLICY, policy), code, "policy " + policy);
          }
        });
  }

  @Example
  @Needs(since = "2.29.2")
  public void required_CFG_08_ctaPolicyAsABitMask(RawRank rank) {
    create(rank, rank.config(ConfigField.CTA_POLICY, 3), SUCCESS, "both policies");
  }

  @Example
  public void required_CFG_09_shrinkShare() {
    range(ConfigField.SHRINK_SHARE, refused(2, -1), 1);
  }

  @Example
  public void required_CFG_10_nvlsCtas() {
    range(ConfigField.NVLS_CTAS, refused(0, -1), 4);
  }

  @Example
  public void required_CFG_11_channelsPerNetPeer() {
    range(ConfigField.CHANNELS_PER_NET_PEER, refused(0, 65), 1, 64);
  }

  @Example
  public void required_CFG_12_nvlinkCentricSched() {
    range(ConfigField.NVLINK_CENTRIC_SCHED, refused(2, -1), 0);
  }

  @Example
  public void required_CFG_13_graphUsageMode() {
    range(ConfigField.GRAPH_USAGE_MODE, refused(-1, 3), 0, 2);
  }

  @Example
  public void required_CFG_14_numRmaCtxFromOne() {
    range(ConfigField.NUM_RMA_CTX, refused(-1), 1, 4);
    raw(
        rank -> {
          int version = rank.world().instance().backend().ncclVersion();
          int code = version < 23007 ? INVALID_ARGUMENT : SUCCESS;
          create(rank, rank.config(ConfigField.NUM_RMA_CTX, 0), code, "0 contexts");
        });
  }

  @Example
  @Needs(since = "2.30.7")
  public void required_CFG_14_noContextsAtAll(RawRank rank) {
    create(rank, rank.config(ConfigField.NUM_RMA_CTX, 0), SUCCESS, "0 contexts");
  }

  @Example
  public void required_CFG_15_maxP2pPeers() {
    range(ConfigField.MAX_P2P_PEERS, refused(0, -1), 1, 1000);
  }

  @Example
  public void required_CFG_16_graphStreamOrdering() {
    range(ConfigField.GRAPH_STREAM_ORDERING, refused(-1, 2), 0, 1);
  }

  @Example
  public void required_CFG_17_networksThatNobodyProvides(RawRank rank) {
    MemorySegment config = rank.config();
    setText(rank, config, ConfigField.NET_NAME_OFFSET, "no-such-network");
    create(rank, config, INVALID_USAGE, "a network that nobody provides");
    setText(rank, config, ConfigField.NET_NAME_OFFSET, "sOcKeT");
    create(rank, config, SUCCESS, "sockets, in whatever case");
  }

  private static void setText(RawRank rank, MemorySegment config, int offset, String text) {
    MemorySegment words = rank.allocate(text.length() + 1L);
    words.setString(0, text);
    config.set(JAVA_LONG, offset, words.address());
  }

  @Example
  public void required_CFG_18_whatIsNotChecked(RawRank rank) {
    MemorySegment config = rank.config(ConfigField.TRAFFIC_CLASS, -12345);
    setText(rank, config, ConfigField.COMM_NAME_OFFSET, "a name, with %s and a blank");
    create(rank, config, SUCCESS, "an odd name and traffic class");
  }

  @Example
  public void required_CFG_20_launchOrderImplicit() {
    range(ConfigField.LAUNCH_ORDER_IMPLICIT, refused(-1, 2), 0, 1);
  }

  @Example
  public void required_CFG_21_numRmaSig() {
    range(ConfigField.NUM_RMA_SIG, refused(-1), 0, 1, 4);
  }

  @Example
  public void required_CFG_22_rmaEagerInit() {
    range(ConfigField.RMA_EAGER_INIT, refused(-1, 2), 0, 1);
  }

  @Example
  public void required_CFG_23_hostCftMode() {
    range(ConfigField.HOST_CFT_MODE, refused(0, 4, -1), 2, 3);
  }

  @Example
  public void required_CFG_24_nvlsHostMode() {
    range(ConfigField.NVLS_HOST_MODE, refused(-1, 4, 8), 0, 1, 2, 3, ConfigField.ALL_NVLS_OFF);
  }

  @Example
  public void required_CFG_19_blockingMayDiffer(RawRank rank) {
    long made = rank.open(rank.rank() == 0 ? rank.config() : rank.nonblocking());
    rank.expectSum("the sum", made, 1 + rank.rank(), 3);
    rank.destroy(made);
  }
}
