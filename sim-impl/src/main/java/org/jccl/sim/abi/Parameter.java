package org.jccl.sim.abi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parameters that NCCL 2.30 has in its registry (rule ARG-35): those of its log. All other
 * variables are not in it, so that asking for them gives InvalidArgument.
 */
enum Parameter {
  /** How much is logged: an enumeration, so raw bytes. */
  NCCL_DEBUG(Type.RAW, true, "0", ParameterOptions.LEVELS),
  /** What is logged about. */
  NCCL_DEBUG_SUBSYS(Type.U64, true, "INIT,BOOTSTRAP,ENV", ParameterOptions.SUBSYSTEMS),
  /** Whether a warning turns the log on. */
  NCCL_WARN_ENABLE_DEBUG_INFO(Type.BOOL, false, "FALSE", List.of()),
  /** Which lines have a time. */
  NCCL_DEBUG_TIMESTAMP_LEVELS(Type.U32, true, "WARN", ParameterOptions.TIMED),
  /** How a time looks. */
  NCCL_DEBUG_TIMESTAMP_FORMAT(Type.TEXT, true, "[%F %T] ", List.of()),
  /** Where the log goes. */
  NCCL_DEBUG_FILE(Type.TEXT, true, "", List.of()),
  /** Whether threads have names. */
  NCCL_SET_THREAD_NAME(Type.BOOL, true, "FALSE", List.of()),
  /** Whether private parameters are listed too. */
  NCCL_PARAM_DUMP_ALL(Type.BOOL, false, "FALSE", List.of()),
  /** Parameters that are read again each time. */
  NCCL_NO_CACHE(Type.TEXT, false, "", List.of());

  /** How a value is stored. */
  enum Type {
    /** Four bytes of an enumeration. */
    RAW(4),
    /** A number of four bytes without sign. */
    U32(4),
    /** A number of eight bytes without sign. */
    U64(8),
    /** One byte. */
    BOOL(1),
    /** Text. */
    TEXT(0);

    private final int bytes;

    Type(int bytes) {
      this.bytes = bytes;
    }
  }

  private final Type type;
  private final boolean published;
  private final String otherwise;
  private final List<ParameterOptions.Option> options;

  Parameter(Type type, boolean published, String otherwise, List<ParameterOptions.Option> options) {
    this.type = type;
    this.published = published;
    this.otherwise = otherwise;
    this.options = options;
  }

  /** How it is stored. */
  Type type() {
    return type;
  }

  /** The one with that key, or null. */
  static @Nullable Parameter of(String key) {
    for (Parameter each : values()) {
      if (each.name().equals(key)) {
        return each;
      }
    }
    return null;
  }

  /** Those that are listed: the published ones, or all if a variable says so. */
  static List<Parameter> listed(Map<String, String> environment) {
    boolean all = NCCL_PARAM_DUMP_ALL.number(environment) == 1;
    List<Parameter> listed = new ArrayList<>();
    for (Parameter each : values()) {
      if (all || each.published) {
        listed.add(each);
      }
    }
    return listed;
  }

  /** Its value as a number: as set, or its default if that makes no sense. */
  long number(Map<String, String> environment) {
    String set = environment.get(name());
    Long parsed = set == null ? null : parse(set);
    Long usual = parsed == null ? parse(otherwise) : parsed;
    return usual == null ? 0 : usual;
  }

  private @Nullable Long parse(String text) {
    return switch (type) {
      case BOOL -> truth(text.toUpperCase(Locale.ROOT));
      case RAW -> text.equals("0") ? Long.valueOf(0) : ParameterOptions.one(options, text.strip());
      case U32, U64 -> ParameterOptions.some(options, text);
      case TEXT -> null;
    };
  }

  private static @Nullable Long truth(String text) {
    return switch (text) {
      case "1", "T", "TRUE" -> 1L;
      case "0", "F", "FALSE" -> 0L;
      default -> null;
    };
  }

  /** Its value in words. */
  String text(Map<String, String> environment) {
    long number = number(environment);
    return switch (type) {
      case TEXT -> environment.getOrDefault(name(), otherwise);
      case BOOL -> number == 1 ? "TRUE" : "FALSE";
      case RAW -> ParameterOptions.nameOf(options, number);
      case U32, U64 -> ParameterOptions.namesOf(options, number);
    };
  }

  /** Its value as it is stored. */
  byte[] bytes(Map<String, String> environment) {
    if (type == Type.TEXT) {
      return (text(environment) + "\0").getBytes(StandardCharsets.UTF_8);
    }
    byte[] all =
        ByteBuffer.allocate(Long.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(number(environment))
            .array();
    return Arrays.copyOf(all, type.bytes);
  }
}
