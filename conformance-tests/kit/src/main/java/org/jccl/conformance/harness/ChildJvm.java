package org.jccl.conformance.harness;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A child JVM for what may hang, crash or spoil a process: this JVM's class path, a main class of
 * its own, and an end by force when its time is up.
 */
public final class ChildJvm {
  /** As a JVM tells of a signal that it dies of. */
  private static final Pattern FATAL = Pattern.compile("^#\\s+(SIG[A-Z]+) \\(0x");

  private static final int SIGNALLED = 128;
  private static final int MAX_LINES = 5_000;
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final String mainClass;
  private final List<String> arguments = new ArrayList<>();
  private final List<String> options = new ArrayList<>();
  private final Map<String, String> environment = new LinkedHashMap<>();
  private Consumer<String> listener = line -> {};

  private ChildJvm(String mainClass) {
    this.mainClass = mainClass;
  }

  /**
   * What became of a child.
   *
   * @param exitCode what it returned; 128 + n if signal n ended it
   * @param killed whether it was ended because its time was up
   * @param lines what it wrote, standard output and standard error in the order they came
   * @param millis how long it lived
   */
  public record Result(int exitCode, boolean killed, List<String> lines, long millis) {
    /** Copies the lines. */
    public Result {
      lines = List.copyOf(lines);
    }

    /** The signal that ended it, or 0 if it ended by itself. */
    public int signal() {
      return exitCode > SIGNALLED && exitCode <= SIGNALLED + 64 ? exitCode - SIGNALLED : 0;
    }

    /**
     * What crashed it: the signal that the JVM told of before it ended, as in {@code SIGSEGV}, or
     * the one that ended it without a word; empty if it did not crash.
     */
    public Optional<String> crash() {
      if (killed) {
        return Optional.empty();
      }
      for (String line : lines) {
        Matcher told = FATAL.matcher(line);
        if (told.find()) {
          return Optional.of(told.group(1));
        }
      }
      return signal() == 0 ? Optional.empty() : Optional.of("signal " + signal());
    }

    /** How it ended, for people. */
    public String ending() {
      return killed
          ? "killed after " + millis + " ms"
          : crash().orElseGet(() -> "exit code " + exitCode);
    }
  }

  /** A child that will run the {@code main} of that class. */
  public static ChildJvm of(Class<?> main) {
    return new ChildJvm(main.getName());
  }

  /** Arguments of the program. */
  public ChildJvm args(String... values) {
    return args(List.of(values));
  }

  /** Arguments of the program. */
  public ChildJvm args(List<String> values) {
    arguments.addAll(values);
    return this;
  }

  /** Options of the JVM, besides those that every jccl program needs. */
  public ChildJvm options(String... values) {
    options.addAll(List.of(values));
    return this;
  }

  /** Environment variables besides this process's own. */
  public ChildJvm environment(Map<String, String> values) {
    environment.putAll(values);
    return this;
  }

  /** Told each line as it comes, on a thread of its own. */
  public ChildJvm listener(Consumer<String> value) {
    listener = value;
    return this;
  }

  /**
   * Runs the child and returns when it and its children are gone.
   *
   * @throws IOException if it cannot be started
   * @throws InterruptedException if this thread is interrupted; the child is gone then, too
   */
  public Result run(Duration limit) throws IOException, InterruptedException {
    long start = System.nanoTime();
    ProcessBuilder builder = new ProcessBuilder(command()).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    List<String> lines = Collections.synchronizedList(new ArrayList<>());
    Thread reader = Thread.ofPlatform().daemon().start(() -> read(process, lines));
    boolean inTime;
    try {
      inTime =
          FairTime.await(
              process.pid(), limit, time -> process.waitFor(time.toNanos(), TimeUnit.NANOSECONDS));
    } finally {
      end(process);
    }
    process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS);
    reader.join(GRACE.toMillis());
    int code = process.isAlive() ? -1 : process.exitValue();
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    synchronized (lines) {
      return new Result(code, !inTime, lines, millis);
    }
  }

  private List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--add-modules",
            "jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseSerialGC",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:ErrorFile=" + File.separator + "dev" + File.separator + "null"));
    for (String name : System.getProperties().stringPropertyNames()) {
      if (name.startsWith("jccl.")) {
        command.add("-D" + name + "=" + System.getProperty(name));
      }
    }
    command.addAll(options);
    command.add("-cp");
    command.add(classPath());
    command.add(mainClass);
    command.addAll(arguments);
    return command;
  }

  /** Modules are put on the class path too: a child needs no module boundaries. */
  private static String classPath() {
    List<String> parts = new ArrayList<>();
    for (String property : List.of("java.class.path", "jdk.module.path")) {
      String value = System.getProperty(property, "");
      if (!value.isEmpty()) {
        parts.add(value);
      }
    }
    return String.join(File.pathSeparator, parts);
  }

  private void read(Process process, List<String> lines) {
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (lines.size() < MAX_LINES) {
          lines.add(line);
        }
        listener.accept(line);
      }
    } catch (IOException closedByForce) {
      lines.add("(the rest of the output is lost: " + closedByForce.getMessage() + ")");
    }
  }

  /** The children first: once their parent is gone they could not be found any more. */
  private static void end(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
