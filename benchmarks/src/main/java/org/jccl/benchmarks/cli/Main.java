package org.jccl.benchmarks.cli;

import java.io.PrintWriter;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The root command: what stands behind {@code ./jccl}. */
@Command(
    name = "jccl",
    description = "Collective communication for the JVM: on GPUs through NCCL, or simulated.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    footer = {
      "",
      "In a source tree the launcher also knows: build, format, test [maven arguments].",
      "JCCL_JAVA_OPTS holds further options for the JVM."
    })
public final class Main implements Runnable {
  @Option(
      names = "--stacktrace",
      description = "Print the whole stack trace of a failure.",
      scope = ScopeType.INHERIT)
  private boolean stacktrace;

  @Spec private CommandSpec spec;

  // picocli fills the fields
  @SuppressWarnings("NullAway.Init")
  private Main() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    Main main = new Main();
    return new CommandLine(main)
        .setParameterExceptionHandler(main::explainBadInput)
        .setExecutionExceptionHandler(main::explainFailure);
  }

  /** Without a command there is nothing to do but to say what could be done. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  private int explainBadInput(ParameterException badInput, String[] args) {
    CommandLine command = badInput.getCommandLine();
    PrintWriter err = command.getErr();
    String name = command.getCommandSpec().qualifiedName();
    err.printf("%s: %s (see ./%s --help)%n", name, oneLine(badInput), name);
    if (stacktrace) {
      badInput.printStackTrace(err);
    }
    return command.getCommandSpec().exitCodeOnInvalidInput();
  }

  private int explainFailure(Exception failure, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    err.printf("%s: %s%n", command.getCommandSpec().qualifiedName(), oneLine(failure));
    if (stacktrace) {
      failure.printStackTrace(err);
    }
    return command.getCommandSpec().exitCodeOnExecutionException();
  }

  private static String oneLine(Exception e) {
    String message = Optional.ofNullable(e.getMessage()).orElseGet(e::toString);
    return message.lines().findFirst().orElse(message);
  }

  /** The version that the build wrote into the jar's manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"jccl " + Optional.ofNullable(version).orElse("(built from classes)")};
    }
  }
}
