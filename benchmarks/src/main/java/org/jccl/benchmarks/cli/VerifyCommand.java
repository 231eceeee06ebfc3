package org.jccl.benchmarks.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jccl.conformance.run.ConformanceRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code jccl verify}: the conformance suite on one backend, without Maven. */
@Command(
    name = "verify",
    description = "Runs the conformance suite: every rule on one backend.",
    mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {
  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = "sim",
      description = "sim, sim-free (threads of their own), loopback or nccl. Default: sim.")
  private String backend = "sim";

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "target/conformance",
      description = "Where conformance-NAME.tsv goes, a line a rule. Default: target/conformance.")
  private Path out = Path.of("target/conformance");

  @Override
  public Integer call() {
    System.setProperty("jccl.quiet", "true"); // rules open many backends
    return ConformanceRun.run(
        backend, out, new PrintStream(System.out, true, StandardCharsets.UTF_8));
  }
}
