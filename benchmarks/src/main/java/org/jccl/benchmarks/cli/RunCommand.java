package org.jccl.benchmarks.cli;

import java.io.File;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jccl.BackendConfig;
import org.jccl.CheckLevel;
import org.jccl.CleanText;
import org.jccl.RankProgram;
import org.jccl.Ranks;
import org.jccl.sim.SimProvider;
import org.jccl.sim.Simulator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code jccl run}: a user's program, once per rank, on simulated or real devices. */
@Command(
    name = "run",
    description = "Runs a class that implements org.jccl.RankProgram, once per rank.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class RunCommand implements Callable<Integer> {
  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private BackendOptions backendOptions;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description =
          "Seed of the simulator's schedule; without it ranks run first come, first served.")
  private @Nullable Long seed;

  @Option(
      names = "--timeline",
      paramLabel = "FILE",
      description = "Write what the simulator does in virtual time into FILE, for Perfetto (JSON).")
  private @Nullable Path timeline;

  @Option(
      names = "--trace",
      paramLabel = "FILE",
      description = {
        "Write what the simulator decides into FILE, one event a line. report trace A B",
        "says where two runs part."
      })
  private @Nullable Path trace;

  @Option(
      names = {"-cp", "--class-path"},
      paramLabel = "PATH",
      description = "Folders and jars that hold the program, separated as for java. Default: here.",
      defaultValue = ".")
  private String classPath = ".";

  @Parameters(
      index = "0",
      paramLabel = "CLASS",
      description = "The program; its constructor takes nothing.")
  private String className = "";

  @Parameters(index = "1..*", paramLabel = "ARG", description = "What Rank.args() gives.")
  private List<String> args = new ArrayList<>();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    URL[] urls = urls();
    try (URLClassLoader loader =
        new URLClassLoader("program", urls, RunCommand.class.getClassLoader())) {
      RankProgram program = program(loader);
      try (BackendOptions.Opened opened = open()) {
        System.err.println(
            "jccl run: "
                + opened.ranks()
                + " ranks on "
                + opened.backend().description()
                + " ("
                + opened.why()
                + ")");
        runOn(opened, program, loader);
      }
    }
    return 0;
  }

  private BackendOptions.Opened open() {
    try {
      BackendOptions.Opened opened = backendOptions.open(config());
      if (timeline != null && Simulator.of(opened.backend()).isEmpty()) {
        opened.close();
        throw bad("--timeline: only simulated time can be drawn: add --backend sim");
      }
      if (trace != null) {
        writeTrace(opened, trace);
      }
      return opened;
    } catch (UncheckedIOException notThere) {
      throw bad("--timeline: " + notThere.getMessage());
    }
  }

  private void writeTrace(BackendOptions.Opened opened, Path file) {
    try {
      Simulator.of(opened.backend())
          .orElseThrow(() -> bad("--trace: only a simulator has a trace: add --backend sim"))
          .writeTrace(file);
    } catch (UncheckedIOException notThere) {
      opened.close();
      throw bad("--trace: " + notThere.getMessage());
    } catch (ParameterException notSimulated) {
      opened.close();
      throw notSimulated;
    }
  }

  private BackendConfig config() {
    BackendConfig.Builder config = BackendConfig.builder();
    // A run is for finding bugs: with full checks reports name the line of every call.
    if (System.getProperty(SimProvider.CHECKS_PROPERTY) == null) {
      config.checks(CheckLevel.FULL);
    }
    if (seed != null) {
      config.seed(seed);
    }
    if (timeline != null) {
      config.timeline(timeline);
    }
    return config.build();
  }

  private void runOn(BackendOptions.Opened opened, RankProgram program, ClassLoader loader) {
    try {
      Ranks.run(
          opened.backend(),
          opened.ranks(),
          args,
          rank -> {
            Thread.currentThread().setContextClassLoader(loader);
            program.run(rank);
          });
    } finally {
      Simulator.of(opened.backend()).ifPresent(RunCommand::tellTrace);
    }
  }

  /** Equal hashes mean that two runs took the same decisions in the same order. */
  private static void tellTrace(Simulator simulator) {
    System.err.printf(
        "jccl run: trace %016x, %d events, %s%s%n",
        simulator.traceHash(),
        simulator.traceEvents(),
        simulator.schedule(),
        simulator.isRepeatable()
            ? ""
            : ", not repeatable: threads outside the simulator took part");
  }

  private RankProgram program(ClassLoader loader) throws Exception {
    try {
      return loadClass(loader).asSubclass(RankProgram.class).getConstructor().newInstance();
    } catch (ClassCastException other) {
      throw bad(className + " does not implement org.jccl.RankProgram");
    } catch (NoSuchMethodException | IllegalAccessException | InstantiationException closed) {
      throw bad(
          className + " needs to be a public class with a public constructor without arguments");
    } catch (InvocationTargetException failure) {
      throw failed("its constructor", failure.getTargetException());
    } catch (ExceptionInInitializerError failure) {
      Throwable cause = failure.getCause();
      throw failed("its static initializer", cause == null ? failure : cause);
    } catch (LinkageError broken) {
      throw failed("the class cannot be used", broken);
    }
  }

  private Class<?> loadClass(ClassLoader loader) {
    try {
      return Class.forName(className, false, loader);
    } catch (ClassNotFoundException missing) {
      throw bad("no class " + className + " on the class path " + classPath + ": give -cp PATH");
    } catch (UnsupportedClassVersionError newer) {
      throw failed("it is compiled for a newer Java than " + Runtime.version().feature(), newer);
    } catch (NoClassDefFoundError other) { // another name than the file's, or a class it needs
      throw bad(
          "no class "
              + className
              + " on the class path "
              + classPath
              + " ("
              + CleanText.messageOf(other)
              + "): give -cp PATH");
    } catch (LinkageError broken) {
      throw failed("its file is broken", broken);
    }
  }

  /** The program cannot even begin: one line, with what is behind it for {@code --stacktrace}. */
  private IllegalStateException failed(String what, Throwable why) {
    return new IllegalStateException(
        className + ": " + what + ": " + CleanText.line(CleanText.of(why)), why);
  }

  private URL[] urls() {
    return Stream.of(classPath.split(File.pathSeparator))
        .filter(entry -> !entry.isEmpty())
        .flatMap(this::entries)
        .map(RunCommand::url)
        .toArray(URL[]::new);
  }

  /** One entry as java understands it: a folder, a jar, or all jars of a folder. */
  private Stream<Path> entries(String entry) {
    if (entry.endsWith(File.separator + "*")) {
      File[] jars = new File(entry).getParentFile().listFiles((dir, name) -> name.endsWith(".jar"));
      return jars == null ? Stream.empty() : Stream.of(jars).map(File::toPath);
    }
    Path path = Path.of(entry);
    if (!Files.exists(path)) {
      throw bad("-cp: there is no '" + entry + "'");
    }
    return Stream.of(path);
  }

  private static URL url(Path path) {
    try {
      return path.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private ParameterException bad(String what) {
    return new ParameterException(spec.commandLine(), what);
  }
}
