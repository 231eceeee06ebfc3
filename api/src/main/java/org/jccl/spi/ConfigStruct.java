package org.jccl.spi;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.Map;
import org.jccl.CommunicatorConfig;
import org.jccl.config.ConfigField;
import org.jccl.ops.NcclFunction;

/**
 * Writes {@code ncclConfig_t} as the loaded library knows it: its own size and version code, the
 * undefined mark in every field that was not set (rules CFG-01, CFG-02). Offsets come from {@link
 * ConfigField}, the one place that has them.
 */
public final class ConfigStruct {
  /** The first release whose configuration carries a communicator's name. */
  private static final int COMM_NAME = 22703;

  /** Names of communicators are for logs alone (CFG-18): old ones make room for new ones. */
  private static final NativeNames COMM_NAMES = new NativeNames(4096, 256);

  /** Names of network plugins, which NCCL compares: a process knows a few. */
  private static final NativeNames NET_NAMES = new NativeNames(256, 256);

  private ConfigStruct() {}

  /**
   * {@return the struct for a library of {@code version}}
   *
   * @param config how the communicator is opened
   * @param version NCCL's version code, for example 22809
   * @param memory must live until creation has returned: NCCL copies the struct
   * @throws UnsupportedOperationException if a field is set that the library does not know: leaving
   *     it out would silently give another configuration than was asked for
   */
  public static MemorySegment write(
      CommunicatorConfig config, int version, SegmentAllocator memory) {
    int bytes = ConfigField.structBytes(version);
    MemorySegment struct = memory.allocate(bytes, JAVA_LONG.byteAlignment());
    struct.set(JAVA_LONG, ConfigField.SIZE_OFFSET, bytes);
    struct.set(JAVA_INT, ConfigField.MAGIC_OFFSET, ConfigField.MAGIC);
    struct.set(JAVA_INT, ConfigField.VERSION_OFFSET, version);
    for (ConfigField field : ConfigField.values()) {
      if (field.since() <= version) {
        struct.set(JAVA_INT, field.offset(), ConfigField.UNDEFINED);
      }
    }
    for (Map.Entry<ConfigField, Integer> set : config.fields().entrySet()) {
      struct.set(JAVA_INT, known(set.getKey(), version).offset(), set.getValue());
    }
    struct.set(
        JAVA_LONG, ConfigField.NET_NAME_OFFSET, NET_NAMES.address(config.netName().orElse("")));
    if (version >= COMM_NAME) {
      // A name is for logs alone (CFG-18): an older library goes without.
      struct.set(
          JAVA_LONG, ConfigField.COMM_NAME_OFFSET, COMM_NAMES.address(config.name().orElse("")));
    }
    return struct;
  }

  private static ConfigField known(ConfigField field, int version) {
    if (field.since() > version) {
      throw new UnsupportedOperationException(
          "configuration field "
              + field.nativeName()
              + " needs NCCL "
              + NcclFunction.text(field.since())
              + " or newer; the library is "
              + NcclFunction.text(version));
    }
    return field;
  }
}
