package org.jccl.benchmarks.flight;

import java.util.Map;
import org.jccl.DataType;
import org.jspecify.annotations.Nullable;

/** torch's names of element types. */
final class TorchTypes {
  private static final Map<String, DataType> BY_NAME =
      Map.ofEntries(
          Map.entry("Float", DataType.FLOAT32),
          Map.entry("Double", DataType.FLOAT64),
          Map.entry("Half", DataType.FLOAT16),
          Map.entry("BFloat16", DataType.BFLOAT16),
          Map.entry("Int", DataType.INT32),
          Map.entry("Long", DataType.INT64),
          Map.entry("Char", DataType.INT8),
          Map.entry("Byte", DataType.UINT8),
          Map.entry("Bool", DataType.UINT8),
          Map.entry("UInt32", DataType.UINT32),
          Map.entry("UInt64", DataType.UINT64),
          Map.entry("Float8_e4m3fn", DataType.FLOAT8_E4M3),
          Map.entry("Float8_e5m2", DataType.FLOAT8_E5M2));

  private TorchTypes() {}

  /** jccl's name of a type, or torch's own where NCCL has none. */
  static String jccl(String name) {
    DataType type = BY_NAME.get(name);
    return type == null ? name : type.name();
  }

  /** Bytes of an element; 1 of what is not known. */
  static int bytes(@Nullable String type) {
    for (DataType each : DataType.values()) {
      if (each.name().equals(type)) {
        return each.bytes();
      }
    }
    return 1;
  }
}
