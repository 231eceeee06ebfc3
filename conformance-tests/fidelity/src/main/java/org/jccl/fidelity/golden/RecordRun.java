package org.jccl.fidelity.golden;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jccl.conformance.harness.RunScreen;
import org.jccl.fidelity.golden.RecordPlan.Pin;
import org.jccl.file.TemporaryFolder;
import org.jspecify.annotations.Nullable;

/**
 * Makes recordings: a process for each pin, since NCCL reads its variables from the process. A case
 * that fails is noted and the rest goes on; a process that hangs is ended, and another one goes on
 * behind the case that it hung in.
 */
public final class RecordRun {
  /** Something was recorded. */
  public static final int OK = 0;

  /** Nothing was. */
  public static final int NOTHING = 1;

  /** What can be recorded; all but {@code nccl} only try the program itself. */
  public static final List<String> BACKENDS = List.of("nccl", "sim", "loopback");

  private static final String LOST = "";
  private static final int MOST_ATTEMPTS = 4;
  private static final Duration OPENING = Duration.ofSeconds(60);
  private static final Duration STEP = Duration.ofSeconds(25);

  /**
   * What to record.
   *
   * @param backend {@code nccl}, {@code sim} or {@code loopback}
   * @param ranks of every communicator
   * @param phases a regular expression on their names
   * @param quick whether a few cases of each set are enough
   * @param seed a type's inputs are made from this and the type's code
   * @param budget no process is started, and none runs on, when this has passed
   */
  public record RecordConfig(
      String backend, int ranks, String phases, boolean quick, long seed, Duration budget) {
    /** What a whole recording takes. */
    public static RecordConfig of(String backend, int ranks) {
      return new RecordConfig(
          backend, ranks, "", false, RecordPlan.DEFAULT_SEED, Duration.ofMinutes(10));
    }
  }

  private final RecordConfig config;
  private final RecordPlan plan;
  private final RunScreen screen;
  private final RecordingWriter out;
  private final Path logs;
  private final long end;
  private final long cases;
  private long begun;

  /**
   * Makes sure that a regular expression means at least one phase.
   *
   * @throws IllegalArgumentException if it does not, listing the phases there are
   */
  public static void requirePhases(String phases) {
    RecordPlan.of(2, RecordPlan.DEFAULT_SEED, true, phases);
  }

  private RecordRun(
      RecordConfig config, RecordPlan plan, RecordingWriter out, Path logs, RunScreen screen) {
    this.config = config;
    this.plan = plan;
    this.out = out;
    this.logs = logs;
    this.screen = screen;
    this.end = System.nanoTime() + config.budget().toNanos();
    this.cases =
        plan.pins().stream()
            .flatMap(pin -> pin.communicators().stream())
            .mapToLong(each -> plan.cases(each).size())
            .sum();
  }

  /**
   * Records into {@code folder}: {@code results.jsonl.gz}, {@code summary.json}, {@code
   * nccl_log.txt.gz} and {@code errors.txt}.
   *
   * @return {@link #OK} or {@link #NOTHING}
   * @throws IllegalArgumentException if there are no such phases
   * @throws IOException if the folder cannot be written
   */
  public static int run(RecordConfig config, Path folder, RunScreen screen) throws IOException {
    RecordPlan plan = RecordPlan.of(config.ranks(), config.seed(), config.quick(), config.phases());
    Files.createDirectories(folder);
    try (TemporaryFolder scratch = TemporaryFolder.create("record");
        RecordingWriter out = new RecordingWriter(folder, config);
        AtTheEnd ended = new AtTheEnd(out)) {
      new RecordRun(config, plan, out, scratch.path(), screen).all();
      out.keepLogs(scratch.path());
      screen.println(
          out.cases()
              + " cases, "
              + out.errors()
              + " errors, in "
              + out.seconds()
              + " s: "
              + folder);
      return out.cases() > 0 ? OK : NOTHING;
    }
  }

  /** Leaves whole files also if the program is ended from outside. */
  private static final class AtTheEnd implements AutoCloseable {
    private final Thread hook;

    AtTheEnd(RecordingWriter out) {
      hook =
          Thread.ofPlatform()
              .unstarted(
                  () -> {
                    try {
                      out.close();
                    } catch (IOException lost) {
                      System.err.println("the recording could not be finished: " + lost);
                    }
                  });
      Runtime.getRuntime().addShutdownHook(hook);
    }

    @Override
    public void close() {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException ending) {
        Thread.onSpinWait(); // The hook runs already.
      }
    }
  }

  private void all() {
    for (int i = 0; i < plan.pins().size(); i++) {
      Pin pin = plan.pins().get(i);
      String name = nameOf(pin);
      if (System.nanoTime() > end) {
        out.error("skipped, the time is used up: " + name);
        continue;
      }
      long started = System.nanoTime();
      int before = out.cases();
      int errors = out.errors();
      record(i, pin);
      screen.printf(
          "%-60s %5d cases, %d errors, %.1f s%n",
          name.length() > 60 ? name.substring(0, 57) + "..." : name,
          out.cases() - before,
          out.errors() - errors,
          (System.nanoTime() - started) / 1e9);
    }
  }

  private static String nameOf(Pin pin) {
    return pin.communicators().stream().map(each -> each.like().name()).toList().toString();
  }

  /** Where a process is. */
  private static final class Progress {
    private int communicator;
    private int nextCase;
    private boolean done;
  }

  private void record(int number, Pin pin) {
    Progress progress = new Progress();
    for (int attempt = 0; attempt < MOST_ATTEMPTS && !progress.done; attempt++) {
      if (progress.communicator >= pin.communicators().size() || System.nanoTime() > end) {
        return;
      }
      try {
        Process process = start(number, attempt, pin, progress);
        try {
          follow(process, pin, progress);
        } finally {
          end(process, progress.done);
        }
      } catch (IOException failed) {
        throw new UncheckedIOException("a process could not be started", failed);
      }
    }
  }

  private Process start(int number, int attempt, Pin pin, Progress progress) throws IOException {
    String own = number + "." + attempt;
    boolean real = config.backend().equals("nccl");
    Path log = logs.resolve("nccl-" + own + ".log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(RecordProcess.class.getName());
    command.addAll(
        List.of(
            config.backend(),
            Integer.toString(plan.ranks()),
            Long.toString(plan.seed()),
            Boolean.toString(plan.quick()),
            config.phases(),
            Integer.toString(number),
            Integer.toString(progress.communicator),
            Integer.toString(progress.nextCase),
            real ? log.toString() : ""));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putIfAbsent("NCCL_NVLS_ENABLE", "0"); // multicast sums have no order
    builder.environment().putAll(pin.environment());
    if (real) {
      builder.environment().putAll(NcclLog.variables(log));
    }
    builder.redirectError(logs.resolve("stderr-" + own + ".log").toFile());
    return builder.start();
  }

  private void follow(Process process, Pin pin, Progress progress) {
    BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    Thread.ofPlatform().daemon().name("record-output").start(() -> read(process, lines));
    Duration patience = OPENING;
    while (true) {
      String line = next(lines, patience);
      if (line == null || line.equals(LOST)) {
        lost(line == null, process, pin, progress);
        return;
      }
      Map<String, Object> fields = parsed(line);
      String type = String.valueOf(fields.get("t"));
      patience = STEP;
      switch (type) {
        case "info" -> out.info(fields);
        case "open" -> {
          patience = OPENING;
          progress.communicator = indexOf(pin, number(fields, "c"));
        }
        case "comm" ->
            out.communicator(
                pin.communicators().get(indexOf(pin, number(fields, "c"))).like(), fields);
        case "begin" -> {
          progress.nextCase = number(fields, "i");
          screen.at(nameOf(pin), ++begun, cases);
        }
        case "err" -> out.error(line);
        case "fatal" -> {
          out.error(line);
          progress.done = true;
          return;
        }
        case RecordProcess.DONE -> {
          progress.done = true;
          return;
        }
        default -> out.entry(type, line);
      }
    }
  }

  private static Map<String, Object> parsed(String line) {
    try {
      return JSON.std.mapFrom(line);
    } catch (IOException noJson) {
      return Map.of("t", "err");
    }
  }

  private static int number(Map<String, Object> fields, String name) {
    return fields.get(name) instanceof Number number ? number.intValue() : 0;
  }

  private static int indexOf(Pin pin, int id) {
    for (int i = 0; i < pin.communicators().size(); i++) {
      if (pin.communicators().get(i).like().id() == id) {
        return i;
      }
    }
    throw new IllegalStateException("the process has no communicator " + id);
  }

  /** A process is gone or hangs: the next one goes on behind the case that it was in. */
  private void lost(boolean hung, Process process, Pin pin, Progress progress) {
    RecordedCommunicator on =
        pin.communicators()
            .get(Math.min(progress.communicator, pin.communicators().size() - 1))
            .like();
    String what = hung ? "it hung" : "its process died" + code(process);
    out.error(on + ", case " + progress.nextCase + ": " + what);
    int cases = plan.cases(pin.communicators().get(progress.communicator)).size();
    progress.nextCase++;
    if (progress.nextCase >= cases) {
      progress.communicator++;
      progress.nextCase = 0;
    }
  }

  private static String code(Process process) {
    try {
      return process.waitFor(5, TimeUnit.SECONDS) ? " with exit code " + process.exitValue() : "";
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  private @Nullable String next(BlockingQueue<String> lines, Duration patience) {
    long left = Math.min(patience.toNanos(), end - System.nanoTime());
    try {
      return lines.poll(Math.max(1, left), TimeUnit.NANOSECONDS);
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  private static void read(Process process, BlockingQueue<String> lines) {
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      reader.lines().filter(line -> !line.isEmpty()).forEach(lines::add);
    } catch (IOException | UncheckedIOException closed) {
      Thread.onSpinWait(); // The process was killed; that is said elsewhere.
    } finally {
      lines.add(LOST);
    }
  }

  /** Ends a process; one that is done gets a moment to go by itself. */
  private static void end(Process process, boolean done) {
    try {
      if (!done || !process.waitFor(10, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
      process.waitFor(20, TimeUnit.SECONDS); // its GPU memory is free afterwards
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
    }
  }
}
