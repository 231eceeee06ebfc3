package org.jccl.benchmarks.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import org.jccl.CheckLevel;
import org.jccl.benchmarks.cli.option.Numbers;
import org.jccl.benchmarks.simspeed.Soak;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code jccl soak}: whether the simulator's memory stays flat. */
@Command(
    name = "soak",
    description =
        "Makes many calls, communicators and simulators in one JVM; fails if the heap "
            + "grows. Give the JVM little: JCCL_JAVA_OPTS=-Xmx256m ./jccl soak",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class SoakCommand implements Callable<Integer> {
  @Option(
      names = "--operations",
      converter = Numbers.Times.class,
      paramLabel = "N",
      description = "All-reduces. Default: 1000000.")
  private int operations = 1_000_000;

  @Option(
      names = "--communicators",
      converter = Numbers.Times.class,
      paramLabel = "N",
      description = "Communicators that are split and closed. Default: 10000.")
  private int communicators = 10_000;

  @Option(
      names = "--simulators",
      converter = Numbers.Times.class,
      paramLabel = "N",
      description = "Simulators that are built, used and closed. Default: 10000.")
  private int simulators = 10_000;

  @Override
  public Integer call() {
    Soak soak = new Soak(new PrintStream(System.out, true, StandardCharsets.UTF_8));
    boolean flat = true;
    for (CheckLevel level : List.of(CheckLevel.DEFAULT, CheckLevel.FULL)) {
      flat = soak.run(level, operations, communicators, simulators);
    }
    return flat ? 0 : 1;
  }
}
