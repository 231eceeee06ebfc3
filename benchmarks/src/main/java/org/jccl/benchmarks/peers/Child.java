package org.jccl.benchmarks.peers;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A program that is run once: never longer than allowed, and never left behind. */
public final class Child {
  private static final int SHOWN = 400;

  private Child() {}

  /**
   * What became of it.
   *
   * @param output its standard output, as far as it got
   * @param failure why it counts as failed, one line; empty if it ended by itself with 0
   * @param seconds how long it ran
   * @param others share of the processors that others took meanwhile, NaN if unknown
   */
  public record Outcome(String output, String failure, double seconds, double others) {}

  /** Runs it in {@code folder}, whose files are its output. */
  public static Outcome run(
      List<String> command, Map<String, String> environment, Path folder, Duration limit)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile(folder, "child", ".out");
    Path err = Files.createTempFile(folder, "child", ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().putAll(environment);
    CpuClock before = CpuClock.read();
    Process process = builder.start();
    Thread whenWeDie = killedWithUs(process);
    boolean ended;
    try {
      ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    } finally {
      kill(process);
      forget(whenWeDie);
    }
    process.waitFor(10, TimeUnit.SECONDS);
    CpuClock after = CpuClock.read();
    return new Outcome(
        Files.readString(out, StandardCharsets.ISO_8859_1),
        ended ? failure(process.exitValue(), err) : "stopped after " + limit.toSeconds() + " s",
        (after.nanos() - before.nanos()) / 1e9,
        after.othersSince(before, Runtime.getRuntime().availableProcessors()));
  }

  private static String failure(int exit, Path err) throws IOException {
    if (exit == 0) {
      return "";
    }
    return "exit code " + exit + lastWords(err);
  }

  /** What a program said at last on its standard error, behind a colon; empty if nothing. */
  static String lastWords(Path err) throws IOException {
    String words = Files.readString(err, StandardCharsets.ISO_8859_1).strip();
    String end = words.substring(Math.max(0, words.length() - SHOWN)).replaceAll("\\s+", " ");
    return end.isEmpty() ? "" : ": " + end;
  }

  /** Whatever happens to this program, {@code process} does not outlive it. */
  static Thread killedWithUs(Process process) {
    Thread hook = new Thread(() -> kill(process), "kill-" + process.pid());
    Runtime.getRuntime().addShutdownHook(hook);
    return hook;
  }

  /** The process has ended. */
  static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException dying) {
      // It is running already.
    }
  }

  /** The launcher alone would leave its ranks behind. */
  static void kill(Process process) {
    List<ProcessHandle> all =
        Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    all.forEach(ProcessHandle::destroyForcibly);
  }
}
