package org.jccl.benchmarks.jmh;

import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jccl.BackendConfig;
import org.jccl.BackendProvider.Availability;
import org.jccl.nccl.cuda.NcclProvider;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/** Leaves out, with the reason, what this machine has no GPUs for. */
public final class GpuBenchmarks {
  private static final String NAME = NcclHostCostBenchmark.class.getName();

  private GpuBenchmarks() {}

  /**
   * Options for JMH to be added to {@code options}.
   *
   * @param notes told of each thing that is left out
   */
  public static List<String> leftOut(List<String> options, Consumer<String> notes) {
    if (!isAskedFor(options)) {
      return List.of();
    }
    Availability one = available(1);
    if (!one.available()) {
      notes.accept(NAME + " is skipped: " + one.reason());
      return List.of("-e", Pattern.quote(NAME));
    }
    Availability two = available(2);
    if (!two.available() && options.stream().noneMatch(option -> option.startsWith("gpus="))) {
      notes.accept(NAME + " with gpus=2 is skipped: " + two.reason());
      return List.of("-p", "gpus=1");
    }
    return List.of();
  }

  private static boolean isAskedFor(List<String> options) {
    try {
      List<String> includes = new CommandLineOptions(options.toArray(String[]::new)).getIncludes();
      return includes.isEmpty()
          || includes.stream().anyMatch(each -> Pattern.compile(each).matcher(NAME).find());
    } catch (CommandLineOptionException unreadable) {
      return false; // JMH says what is wrong.
    }
  }

  private static Availability available(int gpus) {
    return new NcclProvider().availability(BackendConfig.ofDevices(gpus));
  }
}
