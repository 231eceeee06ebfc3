package org.jccl.benchmarks.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A program that is asked again and again, one question a line, and sleeps between: the simulator's
 * JVM, which stays warm while its peers have their turns, or Python's processes beside NCCL. It
 * starts with the first question, and again with the next one after it had to be stopped.
 */
public final class Resident implements AutoCloseable {
  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
  private static final String ENDED = "ended before it had answered";

  private final List<String> command;
  private final Path errors;
  private @Nullable Running running;

  /** A process, and the lines that it has printed; the last one is empty: the end. */
  private record Running(
      Process process, Thread hook, Writer questions, BlockingQueue<Optional<String>> lines) {}

  /**
   * A program that has not started yet.
   *
   * @param errors where its standard error goes
   */
  public Resident(List<String> command, Path errors) {
    this.command = List.copyOf(command);
    this.errors = errors;
  }

  /** Asks, and waits at most {@code limit} for the answer. */
  public Child.Outcome ask(List<String> question, Duration limit)
      throws IOException, InterruptedException {
    Running now = running();
    ProcessHandle process = now.process.toHandle();
    CpuClock before = CpuClock.read(process);
    StringBuilder output = new StringBuilder();
    String end = write(now, question) ? answer(now, limit, output) : ENDED;
    CpuClock after = CpuClock.read(process);
    String failure = "";
    if (!end.equals(SimSamples.DONE)) {
      failure = end.replace(SimSamples.FAILED, "").strip();
      close();
      if (end.equals(ENDED)) {
        failure += Child.lastWords(errors);
      }
    }
    return new Child.Outcome(
        output.toString(),
        failure,
        (after.nanos() - before.nanos()) / 1e9,
        after.othersSince(before, PROCESSORS));
  }

  /** Whether it is still there to be asked. */
  private static boolean write(Running now, List<String> question) {
    try {
      now.questions.write(String.join(" ", question) + "\n");
      now.questions.flush();
      return true;
    } catch (IOException gone) {
      return false;
    }
  }

  /** Adds the answer's lines to {@code output}; the line behind them, or why there is none. */
  private static String answer(Running now, Duration limit, StringBuilder output)
      throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (true) {
      Optional<String> line =
          now.lines.poll(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
      if (line == null) {
        return "stopped after " + limit.toSeconds() + " s";
      }
      if (line.isEmpty()) {
        return ENDED;
      }
      if (line.get().startsWith("#")) {
        return line.get();
      }
      output.append(line.get()).append('\n');
    }
  }

  private Running running() throws IOException {
    Running now = running;
    if (now == null) {
      Process process =
          new ProcessBuilder(command)
              .redirectError(ProcessBuilder.Redirect.to(errors.toFile()))
              .start();
      BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();
      Thread.ofPlatform().daemon().name("resident").start(() -> read(process, lines));
      now =
          new Running(
              process,
              Child.killedWithUs(process),
              process.outputWriter(StandardCharsets.UTF_8),
              lines);
      running = now;
    }
    return now;
  }

  private static void read(Process process, BlockingQueue<Optional<String>> lines) {
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      reader.lines().map(Optional::of).forEach(lines::add);
    } catch (IOException | UncheckedIOException gone) {
      // Killed: the end, as for any other reason.
    } finally {
      lines.add(Optional.empty());
    }
  }

  @Override
  public void close() {
    Running now = running;
    running = null;
    if (now != null) {
      Child.kill(now.process);
      Child.forget(now.hook);
    }
  }
}
