package org.jccl.benchmarks.cli;

import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jccl.BackendUnavailableException;
import org.jccl.CleanText;
import org.jccl.CollectiveException;
import org.jccl.RanksFailedException;
import org.jccl.benchmarks.cli.option.Words;
import org.jccl.benchmarks.machine.ProgramVersion;
import org.jccl.benchmarks.screen.ReportColors;
import org.jccl.benchmarks.screen.Screen;
import org.jccl.benchmarks.screen.StandardError;
import org.jccl.file.BoundedFile;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The root command: what stands behind {@code ./jccl}. */
@Command(
    name = "jccl",
    description = "Collective communication for the JVM: on GPUs through NCCL, or simulated.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    subcommands = {
      BenchCommand.class,
      TuneCommand.class,
      PredictCommand.class,
      CalibrateCommand.class,
      RunCommand.class,
      FaultsCommand.class,
      ExploreCommand.class,
      ReplayCommand.class,
      PlantedCommand.class,
      DoctorCommand.class,
      BundleCommand.class,
      JmhCommand.class,
      VerifyCommand.class,
      RecordCommand.class,
      ReportCommand.class,
      SiteCommand.class,
      ExplainCommand.class,
      WatchCommand.class,
      MisuseCommand.class,
      DifferentialCommand.class,
      SoakCommand.class
    },
    exitCodeListHeading = "%nExit codes of all commands:%n",
    exitCodeList = {
      "0:all was done, and is right",
      "1:something is wrong or differs: a result, a rule, a program, a file that cannot be written",
      "2:nothing was done: bad input, or what it asks for is not here, as a backend or a file",
      "3:tune alone: a setting hangs; what was measured before is kept",
      "128 and more:a signal, of the process or of the rank that failed first"
    },
    footer = {
      "",
      "The launcher also knows: javac, java; in a source tree build, test, install, stage, site, javadoc,",
      "samples, format (the head of the file jccl says what each does).",
      "JCCL_JAVA_OPTS holds further options for the JVM, JCCL_CLASS_PATH further folders and jars, as",
      "those with a backend or rules of your own."
    })
public final class Main implements Runnable {
  private static final String FAULTS = "--faults";

  @Option(
      names = "--stacktrace",
      description = "Print the whole stack trace of a failure.",
      scope = ScopeType.INHERIT)
  private boolean stacktrace;

  @Option(
      names = "--color",
      converter = Words.ColorWhen.class,
      paramLabel = "WHEN",
      description = "Colours: auto (on a terminal, unless NO_COLOR is set), always or never.",
      scope = ScopeType.INHERIT)
  @SuppressWarnings("UnusedMethod") // picocli calls it
  private void color(String when) {
    Screen.When chosen = Screen.When.valueOf(when.toUpperCase(Locale.ROOT));
    Screen.color(chosen);
    if (chosen != Screen.When.AUTO) { // of the help
      System.setProperty("picocli.ansi", Boolean.toString(chosen == Screen.When.ALWAYS));
    }
  }

  @Spec private CommandSpec spec;

  // picocli fills the fields
  @SuppressWarnings("NullAway.Init")
  private Main() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] args) {
    StandardError.restore();
    Screen.get().begin();
    CommandLine jccl = commandLine();
    int code = jccl.execute(named(args));
    jccl.getOut().flush();
    if (jccl.getOut().checkError() || System.out.checkError()) {
      System.err.println(
          "jccl: the output cannot be written: is its disk full, or its reader gone?");
      code = code == 0 ? 1 : code;
    }
    System.exit(code);
  }

  /**
   * {@code explore --faults} is the command {@code faults}, with that one's options: wherever it
   * stands before the program's name.
   */
  static String[] named(String[] args) {
    List<String> all = new ArrayList<>(List.of(args));
    int command = 0;
    CommandSpec own = commandLine().getCommandSpec();
    while (command < all.size() && all.get(command).startsWith("-")) {
      OptionSpec option = own.findOption(all.get(command));
      command += option != null && option.arity().min() > 0 ? 2 : 1;
    }
    if (command < all.size() && all.get(command).equals("explore")) {
      int at = ownOption(all, command + 1);
      if (at >= 0) {
        all.remove(at);
        all.set(command, "faults");
      }
    }
    return all.toArray(String[]::new);
  }

  /** Where {@code --faults} stands among the options; -1 if nowhere: the rest is the program's. */
  private static int ownOption(List<String> args, int from) {
    CommandLine jccl = commandLine();
    List<CommandLine> commands = List.of(subcommand(jccl, "faults"), subcommand(jccl, "explore"));
    for (int i = from; i < args.size() && args.get(i).startsWith("-"); i++) {
      String name = args.get(i);
      if (name.equals(FAULTS)) {
        return i;
      }
      boolean hasValue =
          commands.stream()
              .map(command -> command.getCommandSpec().findOption(name))
              .anyMatch(option -> option != null && option.arity().min() > 0);
      i += hasValue ? 1 : 0;
    }
    return -1;
  }

  static CommandLine commandLine() {
    Main main = new Main();
    CommandLine jccl =
        new CommandLine(main)
            .setParameterExceptionHandler(main::explainBadInput)
            .setExecutionExceptionHandler(main::explainFailure)
            .setExecutionStrategy(main::execute)
            .setUsageHelpWidth(Screen.get().helpWidth())
            .setExpandAtFiles(false); // An argument may begin with '@': it names no file.
    // What follows a program's name belongs to the program, what follows jmh belongs to JMH.
    for (String command : List.of("run", "explore", "replay", "faults")) {
      subcommand(jccl, command).setStopAtPositional(true);
    }
    CommandLine jmh = subcommand(jccl, "jmh").setUnmatchedOptionsArePositionalParams(true);
    subcommand(jmh, "sim").setUnmatchedOptionsArePositionalParams(false);
    return jccl;
  }

  private static CommandLine subcommand(CommandLine jccl, String name) {
    return Objects.requireNonNull(jccl.getSubcommands().get(name));
  }

  /** Without a command there is nothing to do but to say what could be done. */
  @Override
  public void run() {
    stacktrace = false; // Nothing failed that a trace would explain.
    throw new ParameterException(
        spec.commandLine(),
        "a command is missing: give one of "
            + String.join(", ", spec.subcommands().keySet().stream().sorted().toList()));
  }

  private int explainBadInput(ParameterException badInput, String[] args) {
    CommandLine command = badInput.getCommandLine();
    PrintWriter err = command.getErr();
    String name = command.getCommandSpec().qualifiedName();
    String failed = Screen.get().err().bad(name + ":");
    err.printf("%s %s (see ./%s --help)%n", failed, words(badInput), name);
    if (stacktrace) {
      badInput.printStackTrace(err);
    }
    return command.getCommandSpec().exitCodeOnInvalidInput();
  }

  /** The option first, then what is wrong with its value and what is allowed. */
  private static String words(ParameterException badInput) {
    ArgSpec option = badInput.getArgSpec();
    return option != null && badInput.getCause() instanceof TypeConversionException refused
        ? nameOf(option) + ": " + CleanText.messageOf(refused)
        : CleanText.messageOf(badInput);
  }

  private static String nameOf(ArgSpec option) {
    return option instanceof OptionSpec named ? named.longestName() : option.paramLabel();
  }

  /** An error is a failure like any other: a class that is broken, memory that is used up. */
  private int execute(ParseResult parsed) {
    if (stacktrace) {
      System.setProperty("jccl.stacktrace", "true");
    }
    try {
      return new CommandLine.RunLast().execute(parsed);
    } catch (Error failure) {
      List<CommandLine> commands = parsed.asCommandLineList();
      return explainFailure(failure, commands.getLast(), parsed);
    }
  }

  private int explainFailure(Throwable failure, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    String failed = Screen.get().err().bad(command.getCommandSpec().qualifiedName() + ":");
    err.printf("%s %s%n", failed, ReportColors.mark(words(failure), Screen.get().err()));
    err.flush();
    if (stacktrace) {
      failure.printStackTrace(err);
    }
    // What was asked for is not here: that is no failure of it.
    return failure instanceof BackendUnavailableException
        ? command.getCommandSpec().exitCodeOnInvalidInput()
        : command.getCommandSpec().exitCodeOnExecutionException();
  }

  /** A report in full; one line of anything else. */
  private static String words(Throwable failure) {
    for (Throwable beside : failure.getSuppressed()) {
      if (beside instanceof RanksFailedException) { // The failure is an assertion of a rank.
        return CleanText.of(failure) + "\n" + CleanText.report(String.valueOf(beside.getMessage()));
      }
    }
    Throwable cause = failure instanceof UncheckedIOException io ? io.getCause() : failure;
    if (cause instanceof FileSystemException file) { // Its own message may be the name alone.
      return CleanText.line("'" + file.getFile() + "' cannot be used: " + BoundedFile.why(file));
    }
    return isReport(failure)
        ? CleanText.report(String.valueOf(failure.getMessage()))
        : failure instanceof Error
            ? CleanText.line(CleanText.of(failure))
            : CleanText.messageOf(failure);
  }

  /** Failures whose message was written to be read by people, over several lines. */
  private static boolean isReport(Throwable failure) {
    return failure instanceof RanksFailedException
        || failure instanceof CollectiveException
        || failure instanceof BackendUnavailableException;
  }

  /** The version of the program. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"jccl " + ProgramVersion.get()};
    }
  }
}
