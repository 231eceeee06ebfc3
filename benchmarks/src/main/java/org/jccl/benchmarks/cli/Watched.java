package org.jccl.benchmarks.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jccl.benchmarks.screen.Progress;
import org.jccl.benchmarks.screen.Screen;
import org.jccl.conformance.harness.RunScreen;
import picocli.CommandLine.Model.CommandSpec;

/** The screen of a command that runs for long: lines on standard output, progress beside them. */
final class Watched implements AutoCloseable {
  private final Progress progress;
  private final RunScreen screen;

  Watched(CommandSpec command) {
    progress = Progress.ticking(command.name(), command.commandLine().getErr());
    screen =
        new RunScreen(
            new PrintStream(System.out, true, StandardCharsets.UTF_8),
            progress,
            Screen.get().out());
  }

  RunScreen screen() {
    return screen;
  }

  @Override
  public void close() {
    progress.close();
  }
}
