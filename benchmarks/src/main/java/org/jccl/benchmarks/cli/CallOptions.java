package org.jccl.benchmarks.cli;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jccl.DataType;
import org.jccl.benchmarks.bench.SizeRange;
import org.jccl.benchmarks.bench.TypeNames;
import org.jccl.benchmarks.bench.Workload;
import org.jccl.benchmarks.cli.option.Numbers;
import org.jccl.benchmarks.cli.option.OptionValue;
import org.jccl.benchmarks.cli.option.Texts;
import org.jccl.benchmarks.cli.option.Words;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * Which calls of which sizes: options that several commands have, by nccl-tests' names where it has
 * them. A command takes those that it needs, and says what counts without them.
 */
final class CallOptions {
  private static final String MIN_BYTES = "--min-bytes";
  private static final String MAX_BYTES = "--max-bytes";
  private static final String UNITS = "BKMGT";

  private final CommandSpec spec = CommandSpec.create();
  private List<Workload> usualWorkloads = List.of();
  private List<DataType> usualTypes = List.of();
  private long usualLeast;
  private long usualMost;
  private long usualMostOnNccl;

  /** The options, to be mixed in. */
  CommandSpec spec() {
    return spec;
  }

  /** {@code --op}, where {@code usual} is what counts without it. */
  CallOptions operations(List<Workload> usual) {
    usualWorkloads = usual;
    String names = usual.stream().map(Workload::label).collect(Collectors.joining(","));
    return list(
        new Words.OperationName(), "OPERATION", "Operations, or all. Default: " + names, "--op");
  }

  /** {@code --datatype}, where {@code usual} is what counts without it. */
  CallOptions types(List<DataType> usual) {
    usualTypes = usual;
    String names = usual.stream().map(TypeNames::of).collect(Collectors.joining(","));
    return list(
        new Words.TypeName(),
        "TYPE",
        "Data types, or all. Default: " + names,
        "-d",
        "--dtype",
        "--datatype");
  }

  /** {@code --datatype} of a command that takes one alone. */
  CallOptions type(DataType usual) {
    usualTypes = List.of(usual);
    return one(
        new Words.OneTypeName(),
        String.class,
        "TYPE",
        "Data type. Default: " + TypeNames.of(usual),
        "-d",
        "--dtype",
        "--datatype");
  }

  /** {@code --min-bytes}, where {@code usual} is what counts without it. */
  CallOptions least(long usual) {
    usualLeast = usual;
    return one(
        new Texts.SomeBytes(),
        Long.class,
        "SIZE",
        "Smallest size: 8, 1K, 4MiB, 1G. Default: " + size(usual),
        "-b",
        MIN_BYTES);
  }

  /** {@code --max-bytes}, where {@code usual} is what counts without it. */
  CallOptions most(long usual) {
    return most(usual, usual);
  }

  /** The same where it depends on the backend what counts without it. */
  CallOptions most(long usualOnNccl, long usual) {
    usualMostOnNccl = usualOnNccl;
    usualMost = usual;
    return one(
        new Texts.SomeBytes(),
        Long.class,
        "SIZE",
        usual == usualOnNccl
            ? "Largest size. Default: " + size(usual)
            : "Largest size. Default: %s on nccl, %s on sim"
                .formatted(size(usualOnNccl), size(usual)),
        "-e",
        MAX_BYTES);
  }

  /** {@code --step-factor}, where {@code usual} says what counts without it. */
  CallOptions factor(String usual) {
    return one(
        new Numbers.Factor(),
        Long.class,
        "N",
        "Each size is N times the one before. Default: " + usual,
        "-f",
        "--step-factor");
  }

  private CallOptions list(
      ITypeConverter<?> converter, String label, String description, String... names) {
    spec.addOption(
        option(converter, label, description, names)
            .type(String[].class)
            .splitRegex(OptionValue.LIST)
            .splitRegexSynopsisLabel(",")
            .build());
    return this;
  }

  private CallOptions one(
      ITypeConverter<?> converter,
      Class<?> type,
      String label,
      String description,
      String... names) {
    spec.addOption(option(converter, label, description, names).type(type).build());
    return this;
  }

  private static OptionSpec.Builder option(
      ITypeConverter<?> converter, String label, String description, String... names) {
    return OptionSpec.builder(names)
        .converters(converter)
        .paramLabel(label)
        .description(description + ".");
  }

  /** {@code 4M} for 4 times 1024 times 1024. */
  private static String size(long bytes) {
    int unit = Long.numberOfTrailingZeros(bytes) / 10;
    return (bytes >> (10 * unit)) + (unit == 0 ? "" : UNITS.substring(unit, unit + 1));
  }

  /** What stands for {@code option} on the command line; null if it was not given. */
  private <T> @Nullable T given(String option) {
    return spec.findOption(option).getValue();
  }

  /** Whether operations were named. */
  boolean hasOperations() {
    return given("--op") != null;
  }

  /** The operations, each once. */
  List<Workload> workloads() {
    return named(given("--op"), usualWorkloads, Workload.ALL, Workload::ofLabel);
  }

  /** The data types, each once. */
  List<DataType> types() {
    return named(given("--datatype"), usualTypes, List.of(DataType.values()), Words::type);
  }

  /** The data type of a command that takes one alone. */
  DataType type() {
    String given = given("--datatype");
    return given == null ? usualTypes.getFirst() : Words.type(given);
  }

  private static <T> List<T> named(
      String @Nullable [] names, List<T> usual, List<T> all, Function<String, T> parser) {
    if (names == null) {
      return usual;
    }
    return Arrays.asList(names).contains(Words.ALL)
        ? all
        : Arrays.stream(names).map(parser).distinct().toList();
  }

  /** The smallest size. */
  long least() {
    Long given = given(MIN_BYTES);
    return given == null ? usualLeast : given;
  }

  /** The largest size if it was given. */
  @Nullable Long givenMost() {
    return given(MAX_BYTES);
  }

  /** The largest size of a command that has one for all backends. */
  long most() {
    return most(false);
  }

  /** The largest size, by whether NCCL is measured. */
  long most(boolean onNccl) {
    Long given = givenMost();
    return given == null ? (onNccl ? usualMostOnNccl : usualMost) : given;
  }

  /** What each size is multiplied by for the next, if it was given. */
  @Nullable Long givenFactor() {
    return given("--step-factor");
  }

  /**
   * The sizes from the smallest to {@code most}, each {@code factor} times the one before, or,
   * where it is not null, {@code step} bytes more.
   *
   * @throws ParameterException of the {@code command} if there are none, or too many
   */
  SizeRange sizes(CommandSpec command, long most, long factor, @Nullable Long step) {
    try {
      return step == null
          ? SizeRange.byFactor(least(), most, factor)
          : SizeRange.byStep(least(), most, step);
    } catch (IllegalArgumentException wrong) {
      String option = most < least() ? MAX_BYTES : "--step-bytes";
      throw new ParameterException(command.commandLine(), option + ": " + wrong.getMessage());
    }
  }

  /** What is wrong where no size up to {@code most} can be measured. */
  static String tooSmall(long most) {
    return MAX_BYTES + ": no size up to " + most + " bytes holds one element a rank: raise it";
  }

  /** What is wrong with the file of tuned settings that {@code option} names. */
  static String said(String option, IllegalArgumentException broken) {
    return option + ": " + String.valueOf(broken.getMessage()).replaceFirst("^tuning: ", "");
  }
}
