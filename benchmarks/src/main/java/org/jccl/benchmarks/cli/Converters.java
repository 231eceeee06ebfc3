package org.jccl.benchmarks.cli;

import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jccl.DataType;
import org.jccl.ReduceOp.Builtin;
import org.jccl.benchmarks.bench.ByteSize;
import org.jccl.benchmarks.bench.TypeNames;
import org.jccl.benchmarks.bench.Workload;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Turns words of the command line into what they name; a wrong one is answered with the right ones.
 */
final class Converters {
  /** The word that stands for every possible value of a list option. */
  static final String ALL = "all";

  private Converters() {}

  /** A size in bytes. */
  static final class Size implements ITypeConverter<Long> {
    @Override
    public Long convert(String value) {
      return explained(ByteSize::parse, value);
    }
  }

  static Workload workload(String name) {
    return explained(Workload::ofLabel, name);
  }

  static DataType type(String name) {
    return explained(TypeNames::parse, name.toLowerCase(Locale.ROOT));
  }

  static Builtin reduction(String name) {
    for (Builtin op : Builtin.values()) {
      if (op.label().equals(name.toLowerCase(Locale.ROOT))) {
        return op;
      }
    }
    String known = Stream.of(Builtin.values()).map(Builtin::label).collect(Collectors.joining(","));
    throw new TypeConversionException(
        "no reduction is called '" + name + "': use all or some of " + known);
  }

  private static <T> T explained(Function<String, T> parser, String value) {
    try {
      return parser.apply(value);
    } catch (IllegalArgumentException wrong) {
      throw new TypeConversionException(String.valueOf(wrong.getMessage()));
    }
  }
}
