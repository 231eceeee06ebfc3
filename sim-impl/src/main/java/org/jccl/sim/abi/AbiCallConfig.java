package org.jccl.sim.abi;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import org.jccl.CallConfig;
import org.jccl.config.CallField;
import org.jccl.config.ConfigField;
import org.jccl.ops.CallSetting;
import org.jccl.ops.NcclFunction;
import org.jccl.sim.device.Simulation;
import org.jspecify.annotations.Nullable;

/** Reads NCCL's configuration of one call as the imitated version does (rules CFG-25, CFG-26). */
final class AbiCallConfig {
  /** Before this version a struct must have all fields of the first one. */
  private static final int TAKES_SHORT = 23203;

  private final int version;
  private final MemorySegment struct;
  private final long stated;

  /** Bytes that caller and library both know. */
  private final long size;

  AbiCallConfig(Simulation simulation, MemorySegment struct) {
    this.version = simulation.version();
    this.struct = struct;
    this.stated = struct.get(JAVA_LONG_UNALIGNED, ConfigField.SIZE_OFFSET);
    this.size = Math.min(Math.min(stated, struct.byteSize()), CallField.structBytes(version));
  }

  /** What NCCL refuses, in its order, or null: it ignores the other values that make no sense. */
  @Nullable String wrong() {
    boolean isShort = stated < CallField.EVENT_OFFSET;
    if (isShort && version < TAKES_SHORT) {
      return "ncclCollConfig_t size " + stated + " too small";
    }
    if (number(ConfigField.MAGIC_OFFSET, 0) != ConfigField.MAGIC) {
      return "ncclCollConfig_t without magic";
    }
    int forced = number(CallField.FORCED_OFFSET, 1);
    if (forced != 0 && forced != 1) {
      return "forceAlgSelection " + forced;
    }
    int policy = number(CallField.CTA_POLICY.offset(), ConfigField.UNDEFINED);
    return policy == ConfigField.UNDEFINED || CallField.CTA_POLICY.allows(policy)
        ? null
        : "CTAPolicy " + policy;
  }

  private int number(int offset, int missing) {
    return offset + Integer.BYTES <= size ? struct.get(JAVA_INT_UNALIGNED, offset) : missing;
  }

  private long word(int offset) {
    return offset + Long.BYTES <= size ? struct.get(JAVA_LONG_UNALIGNED, offset) : 0;
  }

  /** What it says; values that NCCL ignores are not in it. */
  CallSetting setting() {
    CallConfig.Builder config = CallConfig.builder();
    int least = number(CallField.MIN_CTAS.offset(), ConfigField.UNDEFINED);
    int most = number(CallField.MAX_CTAS.offset(), ConfigField.UNDEFINED);
    for (CallField field : CallField.values()) {
      int value = number(field.offset(), ConfigField.UNDEFINED);
      boolean isAbove =
          field == CallField.MIN_CTAS && CallField.MAX_CTAS.allows(most) && least > most;
      if (field.allows(value)) {
        config.set(field, isAbove ? 1 : value); // NCCL takes 1 for a least that is above the most
      }
    }
    String names = HostMemory.text(word(CallField.SELECTION_OFFSET));
    config
        .algorithms(names == null ? "" : names)
        .forced(number(CallField.FORCED_OFFSET, 1) == 1)
        .profilerTag(word(CallField.TAG_OFFSET));
    return new CallSetting(config.build(), word(CallField.EVENT_OFFSET) != 0, MemorySegment.NULL);
  }

  @Override
  public String toString() {
    return "ncclCollConfig_t of " + NcclFunction.text(version) + ", " + size + " bytes";
  }
}
