package org.jccl.benchmarks.bench;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jccl.DataType;

/** The names that nccl-tests gives to data types; jccl's own are understood too. */
public final class TypeNames {
  private TypeNames() {}

  /** nccl-tests' name. */
  public static String of(DataType type) {
    return switch (type) {
      case FLOAT16 -> "half";
      case FLOAT32 -> "float";
      case FLOAT64 -> "double";
      case FLOAT8_E4M3 -> "f8e4m3";
      case FLOAT8_E5M2 -> "f8e5m2";
      case INT8, UINT8, INT32, UINT32, INT64, UINT64, BFLOAT16 -> jcclName(type);
    };
  }

  /** All names, as nccl-tests has them. */
  public static List<String> all() {
    return Stream.of(DataType.values()).map(TypeNames::of).toList();
  }

  /**
   * The type with that name, nccl-tests' or jccl's.
   *
   * @throws IllegalArgumentException if there is none; it lists those there are
   */
  public static DataType parse(String name) {
    for (DataType type : DataType.values()) {
      if (of(type).equals(name) || jcclName(type).equals(name)) {
        return type;
      }
    }
    throw new IllegalArgumentException(
        "no data type is called '" + name + "': use all or some of " + String.join(",", all()));
  }

  private static String jcclName(DataType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }
}
