package org.jccl.sim.abi;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;
import org.jccl.config.ConfigField;
import org.jccl.sim.comm.Config;
import org.jccl.sim.device.Simulation;
import org.jspecify.annotations.Nullable;

/** Reads NCCL's configuration struct as the imitated version does (rules CFG-01 to CFG-18). */
final class AbiConfig {
  private static final int NET_NAME_SINCE = 21700;

  /** From here on minCTAs is compared with a maxCTAs that is given, too (CFG-05). */
  private static final int ONE_LIMIT_ALONE = 23102;

  private final Simulation simulation;
  private final MemorySegment struct;

  /** Bytes that caller and library both know: a larger struct is truncated (rule CFG-01). */
  private final long size;

  private AbiConfig(Simulation simulation, MemorySegment struct) {
    this.simulation = simulation;
    this.struct = struct;
    long own = Math.min(struct.get(JAVA_LONG_UNALIGNED, 0), struct.byteSize());
    this.size = Math.min(own, ConfigField.structBytes(simulation.version()));
  }

  /** What is wrong with a struct, in words, or null; a null pointer is right (rule INIT-14). */
  static @Nullable String wrong(Simulation simulation, MemorySegment struct) {
    return AbiState.isNull(struct) ? null : new AbiConfig(simulation, struct).wrongField();
  }

  /** The effective configuration; for a null pointer, the defaults. */
  static Config read(Simulation simulation, MemorySegment struct) {
    if (AbiState.isNull(struct)) {
      return Config.of(simulation, Map.of(), null, null);
    }
    AbiConfig own = new AbiConfig(simulation, struct);
    Map<ConfigField, Integer> values = new EnumMap<>(ConfigField.class);
    for (ConfigField field : ConfigField.values()) {
      values.put(field, own.value(field));
    }
    String net = own.version() < NET_NAME_SINCE ? null : own.text(ConfigField.NET_NAME_OFFSET);
    return Config.of(simulation, values, net, own.text(ConfigField.COMM_NAME_OFFSET));
  }

  private int version() {
    return size < ConfigField.VERSION_OFFSET + Integer.BYTES
        ? 0
        : struct.get(JAVA_INT_UNALIGNED, ConfigField.VERSION_OFFSET);
  }

  /** CFG-01: what is newer than the stated version counts as undefined, except splitShare. */
  private int value(ConfigField field) {
    boolean there = field.offset() + Integer.BYTES <= size && field.since() <= simulation.version();
    boolean stated = release(version()) >= release(field.since());
    return there && (stated || field == ConfigField.SPLIT_SHARE)
        ? struct.get(JAVA_INT_UNALIGNED, field.offset())
        : ConfigField.UNDEFINED;
  }

  /** A version without its patch number: 22809 gives 228. */
  private static int release(int version) {
    return version / 100;
  }

  private @Nullable String text(int offset) {
    return offset + Long.BYTES <= size
        ? HostMemory.text(struct.get(JAVA_LONG_UNALIGNED, offset))
        : null;
  }

  /** The first failing one decides (rule CFG-02). */
  private @Nullable String wrongField() {
    boolean marked =
        size >= ConfigField.MAGIC_OFFSET + Integer.BYTES
            && struct.get(JAVA_INT_UNALIGNED, ConfigField.MAGIC_OFFSET) == ConfigField.MAGIC;
    if (!marked) {
      return "configuration without magic";
    }
    for (ConfigField field : ConfigField.values()) {
      int value = value(field);
      if (!field.allowsIn(simulation.version(), value)) {
        return field.nativeName() + " " + value;
      }
    }
    int min = value(ConfigField.MIN_CTAS);
    int max = value(ConfigField.MAX_CTAS);
    boolean isOne = max == ConfigField.UNDEFINED && simulation.version() >= ONE_LIMIT_ALONE;
    return min <= max || isOne ? null : "minCTAs " + min + " > " + max; // CFG-05
  }
}
