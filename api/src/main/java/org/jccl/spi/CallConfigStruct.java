package org.jccl.spi;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jccl.CallConfig;
import org.jccl.config.CallField;
import org.jccl.config.ConfigField;
import org.jccl.ops.CallSetting;

/**
 * Writes {@code ncclCollConfig_t} as the loaded library knows it (rule CFG-25). Offsets come from
 * {@link CallField}, the one place that has them.
 */
final class CallConfigStruct {
  private CallConfigStruct() {}

  /**
   * {@return what calls of a library of {@code version} carry} Struct and text live as long as it:
   * NCCL copies the struct, and reads the text when the call is made; groups keep the setting of
   * each call.
   *
   * @param config the configuration of the calls
   * @param version NCCL's version code, for example 23102
   */
  static CallSetting write(CallConfig config, int version) {
    Arena memory = Arena.ofAuto();
    int bytes = CallField.structBytes(version);
    MemorySegment struct = memory.allocate(bytes, JAVA_LONG.byteAlignment());
    struct.set(JAVA_LONG, ConfigField.SIZE_OFFSET, bytes);
    struct.set(JAVA_INT, ConfigField.MAGIC_OFFSET, ConfigField.MAGIC);
    struct.set(JAVA_INT, ConfigField.VERSION_OFFSET, version);
    for (CallField field : CallField.values()) {
      struct.set(JAVA_INT, field.offset(), config.field(field).orElse(ConfigField.UNDEFINED));
    }
    if (!config.algorithms().isEmpty()) {
      struct.set(
          JAVA_LONG,
          CallField.SELECTION_OFFSET,
          memory.allocateFrom(config.algorithms()).address());
    }
    struct.set(JAVA_INT, CallField.FORCED_OFFSET, config.isForced() ? 1 : 0);
    struct.set(JAVA_LONG, CallField.TAG_OFFSET, config.profilerTag());
    return new CallSetting(config, false, struct);
  }
}
