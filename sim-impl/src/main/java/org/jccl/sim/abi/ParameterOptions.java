package org.jccl.sim.abi;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Named values of a {@link Parameter}. */
final class ParameterOptions {
  /**
   * One name.
   *
   * @param name as it is written, in any case
   * @param value what it stands for
   */
  record Option(String name, long value) {}

  static final List<Option> LEVELS =
      List.of(
          new Option("VERSION", 1),
          new Option("WARN", 2),
          new Option("INFO", 3),
          new Option("ABORT", 4),
          new Option("TRACE", 5));

  static final List<Option> TIMED =
      List.of(
          new Option("VERSION", 1 << 1),
          new Option("WARN", 1 << 2),
          new Option("INFO", 1 << 3),
          new Option("ABORT", 1 << 4),
          new Option("TRACE", 1 << 5),
          new Option("ALL", 0x3e));

  static final List<Option> SUBSYSTEMS =
      List.of(
          new Option("INIT", 0x1),
          new Option("COLL", 0x2),
          new Option("P2P", 0x4),
          new Option("SHM", 0x8),
          new Option("NET", 0x10),
          new Option("GRAPH", 0x20),
          new Option("TUNING", 0x40),
          new Option("ENV", 0x80),
          new Option("ALLOC", 0x100),
          new Option("ALLOC_HOST", 0x20000),
          new Option("CALL", 0x200),
          new Option("PROXY", 0x400),
          new Option("NVLS", 0x800),
          new Option("BOOTSTRAP", 0x1000),
          new Option("REG", 0x2000),
          new Option("PROFILE", 0x4000),
          new Option("RAS", 0x8000),
          new Option("DESTROY", 0x10000),
          new Option("ALL", ~0L));

  private ParameterOptions() {}

  /** The value of one name, or null if there is no such name. */
  static @Nullable Long one(List<Option> options, String name) {
    for (Option each : options) {
      if (each.name.equalsIgnoreCase(name)) {
        return each.value;
      }
    }
    return null;
  }

  /** The bits of names between commas; {@code ^} in front inverts; null if a name is unknown. */
  static @Nullable Long some(List<Option> options, String text) {
    boolean inverted = text.startsWith("^");
    long bits = 0;
    for (String name : (inverted ? text.substring(1) : text).split(",", -1)) {
      Long value = name.isBlank() ? Long.valueOf(0) : one(options, name.strip());
      if (value == null) {
        return null;
      }
      bits |= value;
    }
    return inverted ? ~bits : bits;
  }

  /** The name of a value. */
  static String nameOf(List<Option> options, long value) {
    for (Option each : options) {
      if (each.value == value) {
        return each.name;
      }
    }
    return "<unknown>";
  }

  /** The name of a value, or the names of its bits. */
  static String namesOf(List<Option> options, long value) {
    List<String> names = new ArrayList<>();
    for (Option each : options) {
      if (each.value == value) {
        return each.name;
      }
      if (Long.bitCount(each.value) == 1 && (value & each.value) != 0) {
        names.add(each.name);
      }
    }
    return names.isEmpty() ? "NONE" : String.join(",", names);
  }
}
