package org.jccl.sim.comm;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jccl.config.ConfigField;
import org.jccl.sim.device.Simulation;
import org.jccl.sim.machine.Variables;
import org.jspecify.annotations.Nullable;

/** The effective configuration of one rank's communicator: defaults, struct, environment. */
public final class Config {
  private static final int MOST_CTAS = 64;
  private static final int LARGEST_CLUSTER = 8;

  /** The network modules of the simulated machine, in lower case (rule CFG-17). */
  private static final Set<String> NETWORKS = Set.of("socket", "ib");

  private static final Map<ConfigField, String> VARIABLES =
      Map.ofEntries(
          Map.entry(ConfigField.BLOCKING, "NCCL_COMM_BLOCKING"),
          Map.entry(ConfigField.CGA_CLUSTER_SIZE, "NCCL_CGA_CLUSTER_SIZE"),
          Map.entry(ConfigField.MIN_CTAS, "NCCL_MIN_CTAS"),
          Map.entry(ConfigField.MAX_CTAS, "NCCL_MAX_CTAS"),
          Map.entry(ConfigField.SPLIT_SHARE, "NCCL_COMM_SPLIT_SHARE_RESOURCES"),
          Map.entry(ConfigField.COLLNET_ENABLE, "NCCL_COLLNET_ENABLE"),
          Map.entry(ConfigField.CTA_POLICY, "NCCL_CTA_POLICY"),
          Map.entry(ConfigField.SHRINK_SHARE, "NCCL_COMM_SHRINK_SHARE_RESOURCES"),
          Map.entry(ConfigField.NVLS_CTAS, "NCCL_NVLS_NCHANNELS"),
          Map.entry(ConfigField.CHANNELS_PER_NET_PEER, "NCCL_NCHANNELS_PER_NET_PEER"),
          Map.entry(ConfigField.NVLINK_CENTRIC_SCHED, "NCCL_NVLINK_UTIL_CENTRIC_SCHED_ENABLE"),
          Map.entry(ConfigField.NUM_RMA_CTX, "NCCL_NUM_RMA_CTX"),
          Map.entry(ConfigField.MAX_P2P_PEERS, "NCCL_P2P_MAX_PEERS"),
          Map.entry(ConfigField.GRAPH_STREAM_ORDERING, "NCCL_GRAPH_STREAM_ORDERING"),
          Map.entry(ConfigField.LAUNCH_ORDER_IMPLICIT, "NCCL_LAUNCH_ORDER_IMPLICIT"),
          Map.entry(ConfigField.RMA_EAGER_INIT, "NCCL_RMA_EAGER_INIT"));

  private final Map<ConfigField, Integer> values = new EnumMap<>(ConfigField.class);
  private final @Nullable String netName;
  private final @Nullable String name;

  private Config(
      Map<ConfigField, Integer> set,
      @Nullable String netName,
      @Nullable String name,
      Simulation simulation) {
    for (ConfigField field : ConfigField.values()) {
      int own = set.getOrDefault(field, ConfigField.UNDEFINED);
      values.put(field, own == ConfigField.UNDEFINED ? field.defaultValue() : own);
    }
    override(simulation);
    String forced = simulation.environment().get("NCCL_NET");
    this.netName = forced == null ? netName : forced;
    this.name = name;
  }

  /** The fields that are set, each in its range, the rest by default; then the environment. */
  public static Config of(
      Simulation simulation,
      Map<ConfigField, Integer> set,
      @Nullable String netName,
      @Nullable String name) {
    return new Config(set, netName, name, simulation);
  }

  /** What a child inherits: the same, and the environment once more (rule SPL-05). */
  public Config inherited(Simulation simulation) {
    return new Config(values, netName, name, simulation);
  }

  /** Rules ENV-01, ENV-16: out of range is ignored or clamped, never an error. */
  private void override(Simulation simulation) {
    VARIABLES.forEach(
        (field, variable) -> {
          Long value = Variables.number(simulation.environment().get(variable));
          if (value != null && field.since() <= simulation.version()) {
            override(field, value.intValue(), simulation.version());
          }
        });
    long mixing = simulation.setting("NCCL_GRAPH_MIXING_SUPPORT", -1);
    if (mixing == 0 || mixing == 1) { // ENV-15; older versions know the variable alone
      values.put(ConfigField.GRAPH_USAGE_MODE, mixing == 1 ? 2 : 0);
    }
    values.computeIfPresent(ConfigField.MIN_CTAS, (field, own) -> Math.min(own, MOST_CTAS));
    values.computeIfPresent(ConfigField.MAX_CTAS, (field, own) -> Math.min(own, MOST_CTAS));
    int most = get(ConfigField.MAX_CTAS);
    values.computeIfPresent(ConfigField.MIN_CTAS, (field, own) -> Math.min(own, most));
    if (get(ConfigField.GRAPH_USAGE_MODE) == 2) {
      values.put(ConfigField.GRAPH_STREAM_ORDERING, 1); // CFG-16
    }
  }

  private void override(ConfigField field, int value, int version) {
    if (field == ConfigField.CGA_CLUSTER_SIZE && value > LARGEST_CLUSTER) {
      values.put(field, LARGEST_CLUSTER);
    } else if (field.allowsIn(version, value)) {
      values.put(field, value);
    } else if (replacesByDefault(field)) {
      values.put(field, field.defaultValue());
    }
  }

  private static boolean replacesByDefault(ConfigField field) {
    return switch (field) {
      case SPLIT_SHARE, SHRINK_SHARE, COLLNET_ENABLE, CTA_POLICY, NVLS_CTAS -> true;
      default -> false;
    };
  }

  /** The value of a field; {@link ConfigField#UNDEFINED} where NCCL chooses. */
  public int get(ConfigField field) {
    return values.getOrDefault(field, field.defaultValue());
  }

  /** Whether calls wait for their host side work (rule CFG-03). */
  public boolean isBlocking() {
    return get(ConfigField.BLOCKING) == 1;
  }

  /** The name for people, or null (rule CFG-18). */
  public @Nullable String name() {
    return name;
  }

  /** The network module that was asked for, or null for the best one. */
  public @Nullable String netName() {
    return netName;
  }

  /** Whether the simulated machine has the network module (rule CFG-17). */
  public boolean hasNetwork() {
    return netName == null || NETWORKS.contains(netName.toLowerCase(Locale.ROOT));
  }

  /** Whether both name the same network module. */
  public boolean sameNetwork(Config other) {
    return netName == null
        ? other.netName == null
        : netName.equalsIgnoreCase(String.valueOf(other.netName));
  }
}
