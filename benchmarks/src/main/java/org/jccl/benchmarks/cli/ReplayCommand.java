package org.jccl.benchmarks.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jccl.CleanText;
import org.jccl.benchmarks.cli.option.Texts;
import org.jccl.benchmarks.screen.ReportColors;
import org.jccl.benchmarks.screen.Screen;
import org.jccl.sim.explore.ChoiceStream;
import org.jccl.sim.explore.ExploredRun;
import org.jccl.sim.explore.Explorer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code jccl replay}: one schedule of {@code jccl explore} again. */
@Command(
    name = "replay",
    description = "Runs a program in the one schedule that explore has told.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ReplayCommand implements Callable<Integer> {
  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private ExploreOptions program;

  @Option(
      names = "--choices",
      converter = Texts.Choices.class,
      required = true,
      paramLabel = "STREAM",
      description = "The choices of the schedule, as explore tells them, such as 1.0x14.2.")
  private ChoiceStream choices = ChoiceStream.FIFO;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Override
  public Integer call() {
    Explorer explorer = program.explorer();
    ExploredRun run;
    try {
      run = explorer.replay(choices);
    } catch (IllegalArgumentException others) {
      throw new ParameterException(spec.commandLine(), "--choices: " + others.getMessage());
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(ReportColors.mark(CleanText.report(run.report()), Screen.get().out()));
    if (run.choices().length() < choices.length()) {
      out.println(
          "it ended before the last of these choices: they are another program's, or this one has"
              + " changed");
    }
    out.flush();
    return run.isFailed() ? 1 : 0;
  }
}
