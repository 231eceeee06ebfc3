package org.jccl.benchmarks.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jccl.CleanText;
import org.jccl.benchmarks.jmh.GpuBenchmarks;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code jccl jmh}: JMH with all its own options. Its forks take the class path from this JVM and,
 * since JMH hands them on, the flags as well.
 */
@Command(
    name = "jmh",
    description =
        "Runs the JMH benchmarks; all options are JMH's (try: jmh -h, jmh -l). 'jmh sim' "
            + "measures the simulator beside its peers (try: jmh sim --help).",
    subcommands = JmhSimCommand.class)
final class JmhCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Parameters(paramLabel = "JMH-OPTION", description = "Handed on to JMH.")
  private List<String> options = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    if (options.equals(List.of("--help"))) {
      spec.commandLine().usage(spec.commandLine().getOut());
      return 0;
    }
    options.addAll(
        GpuBenchmarks.leftOut(
            options, note -> spec.commandLine().getErr().println("jccl: " + note)));
    try {
      new CommandLineOptions(options.toArray(String[]::new));
    } catch (CommandLineOptionException unknown) {
      throw new ParameterException(
          spec.commandLine(), CleanText.messageOf(unknown) + ": ./jccl jmh -h lists JMH's options");
    }
    org.openjdk.jmh.Main.main(options.toArray(String[]::new));
    return 0;
  }
}
