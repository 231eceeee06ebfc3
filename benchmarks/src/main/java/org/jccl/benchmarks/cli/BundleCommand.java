package org.jccl.benchmarks.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jccl.benchmarks.bundle.Bundle;
import org.jccl.benchmarks.bundle.BundleException;
import org.jccl.benchmarks.cli.option.Paths;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code jccl bundle}: the whole program with a Java runtime, for hosts that have neither. */
@Command(
    name = "bundle",
    description =
        "Packs program and Java runtime into one archive for hosts without JDK, Maven or "
            + "network. Unpack it anywhere and run ./jccl there.",
    mixinStandardHelpOptions = true)
final class BundleCommand implements Callable<Integer> {
  @Option(
      names = "--out",
      converter = Paths.FileToWrite.class,
      required = true,
      paramLabel = "FILE",
      description = "Archive to write: FILE.tar.xz (smaller) or FILE.tar.gz.")
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private Path out;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter err = spec.commandLine().getErr();
    Bundle bundle;
    try {
      bundle = Bundle.plan(out);
    } catch (BundleException impossible) {
      throw new ParameterException(spec.commandLine(), "--out: " + impossible.getMessage());
    }
    long bytes =
        bundle.write(
            step -> {
              err.println("jccl bundle: " + step);
              err.flush();
            });
    PrintWriter screen = spec.commandLine().getOut();
    screen.printf("%s: %.1f MiB (%,d bytes)%n", out, bytes / 1048576.0, bytes);
    screen.flush();
    return 0;
  }
}
