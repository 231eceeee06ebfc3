package org.jccl.benchmarks.launch;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jccl.CleanText;
import org.jccl.config.TimeLimit;
import org.jspecify.annotations.Nullable;

/**
 * Starts a process a rank on this host, with the variables by which they find each other and a
 * secret of their own; passes on what they write, with the rank in front, and the end of this
 * process. When one fails, the others are given a while, asked to end, and killed.
 */
public final class ProcessRun {
  /** The process that started a rank: when it is gone, the rank ends too. */
  public static final String PARENT = "JCCL_RUN_PARENT";

  /** The exit code of a rank that failed because another one had. */
  public static final int CONSEQUENCE = 75;

  private static final String LOOPBACK = "127.0.0.1";
  private static final int SECRET_BYTES = 32;

  /** How long the outputs of processes that have ended may stand still. */
  private static final Duration DRAIN = Duration.ofSeconds(1);

  private static final Duration LONGEST_DRAIN = Duration.ofSeconds(30);

  /** From here on an exit code is a signal's number. */
  private static final int SIGNALLED = 128;

  private final ProcessPlan plan;
  private final PrintStream out;
  private final PrintStream err;
  private final List<Child> children = new ArrayList<>();
  private final BlockingQueue<Child> ended = new LinkedBlockingQueue<>();
  private boolean stopping;

  /** One rank's process. */
  private record Child(
      int rank, Process process, List<Thread> pumps, LineTagger words, LineTagger results) {
    long passed() {
      return words.passed() + results.passed();
    }

    boolean failed() {
      return process.exitValue() != 0;
    }

    String fate() {
      int code = process.exitValue();
      return code > SIGNALLED && code <= SIGNALLED + 64
          ? "was killed by signal " + (code - SIGNALLED)
          : "ended with exit code " + code;
    }
  }

  /**
   * A run that has not begun.
   *
   * @param plan what is run
   * @param out gets what the processes write to standard output
   * @param err gets their standard error, and this run's own words
   */
  public ProcessRun(ProcessPlan plan, PrintStream out, PrintStream err) {
    this.plan = plan;
    this.out = out;
    this.err = err;
  }

  /**
   * Runs all processes to their end.
   *
   * @return 0, or the exit code of the process that failed first
   * @throws InterruptedException if the thread is interrupted; the processes are ended
   */
  public int run() throws InterruptedException {
    Thread hook = new Thread(this::stop, "jccl: end of run");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      start();
      return await();
    } finally {
      stop();
      removeHook(hook);
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException endsAlready) {
      // The hook itself is running.
    }
  }

  private void start() {
    Map<String, String> shared = shared();
    for (int rank = 0; rank < plan.processes(); rank++) {
      ProcessBuilder builder = new ProcessBuilder(plan.command());
      Map<String, String> environment = builder.environment();
      environment.keySet().removeIf(name -> name.startsWith("TORCHELASTIC_"));
      environment.putAll(shared);
      environment.put("RANK", String.valueOf(rank));
      environment.put("LOCAL_RANK", String.valueOf(rank));
      builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
      synchronized (children) {
        if (stopping) {
          return;
        }
        children.add(child(rank, started(builder)));
      }
    }
  }

  private static Process started(ProcessBuilder builder) {
    try {
      return builder.start();
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot start a process: " + failure.getMessage(), failure);
    }
  }

  private Map<String, String> shared() {
    byte[] secret = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(secret);
    String size = String.valueOf(plan.processes());
    return Map.of(
        "WORLD_SIZE",
        size,
        "LOCAL_WORLD_SIZE",
        size,
        "MASTER_ADDR",
        LOOPBACK,
        "MASTER_PORT",
        String.valueOf(freePort()),
        "JCCL_GROUP_SECRET",
        HexFormat.of().formatHex(secret),
        PARENT,
        String.valueOf(ProcessHandle.current().pid()));
  }

  private static int freePort() {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
      return free.getLocalPort();
    } catch (IOException failure) {
      throw new UncheckedIOException("no port is free: " + failure.getMessage(), failure);
    }
  }

  private Child child(int rank, Process process) {
    String tag = "[" + rank + "] ";
    LineTagger words = new LineTagger(process.getErrorStream(), err, tag);
    LineTagger results = new LineTagger(process.getInputStream(), out, tag);
    List<Thread> pumps =
        List.of(
            Thread.ofPlatform().daemon().name("jccl: output of rank " + rank).start(results),
            Thread.ofPlatform().daemon().name("jccl: errors of rank " + rank).start(words));
    Child child = new Child(rank, process, pumps, words, results);
    process.onExit().thenRun(() -> ended.add(child));
    return child;
  }

  private int await() throws InterruptedException {
    List<Child> failed = new ArrayList<>();
    long deadline = 0;
    for (int left = children.size(); left > 0; left--) {
      Child next = failed.isEmpty() ? ended.take() : nextUntil(deadline);
      if (next == null) {
        break; // They had their time.
      }
      if (next.failed()) {
        failed.add(next);
      }
      if (next.failed() && failed.size() == 1 && left > 1 && !isStopping()) {
        deadline = System.nanoTime() + plan.grace().toNanos();
        say(
            "rank %d %s; the others are given %s to end"
                .formatted(next.rank(), next.fate(), new TimeLimit(plan.grace())));
      }
    }
    boolean isStopped = isStopping();
    stop();
    drain();
    if (failed.isEmpty()) {
      return 0;
    }
    Child first = cause(failed);
    if (!isStopped) { // else this process is ending, and has asked them to end
      tell(first);
    }
    return first.process().exitValue();
  }

  /** The first that failed of itself: the one that broke down may end later than who noticed it. */
  private static Child cause(List<Child> failed) {
    return failed.stream()
        .filter(child -> child.process().exitValue() != CONSEQUENCE)
        .findFirst()
        .orElse(failed.getFirst());
  }

  private @Nullable Child nextUntil(long deadline) throws InterruptedException {
    return ended.poll(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
  }

  /**
   * What the processes have written is passed on, as long as that goes on. Their children may still
   * hold the pipes, and write into them.
   */
  private void drain() throws InterruptedException {
    long deadline = System.nanoTime() + LONGEST_DRAIN.toNanos();
    for (Thread pump = pumping(); pump != null; pump = pumping()) {
      long before = passed();
      boolean hasEnded = pump.join(DRAIN);
      if (!hasEnded && (passed() == before || System.nanoTime() - deadline > 0)) {
        return;
      }
    }
  }

  private long passed() {
    return children.stream().mapToLong(Child::passed).sum();
  }

  private @Nullable Thread pumping() {
    return children.stream()
        .flatMap(child -> child.pumps().stream())
        .filter(Thread::isAlive)
        .findFirst()
        .orElse(null);
  }

  /** The first failure first; the others' failures are most likely its consequence. */
  private void tell(Child first) {
    say("rank " + first.rank() + " failed first: it " + first.fate());
    for (String line : first.words().lastLines()) {
      err.println("    " + CleanText.line(line));
    }
    for (Child child : children) {
      if (child != first && child.failed()) {
        say("then rank " + child.rank() + " " + child.fate());
      }
    }
  }

  private void say(String text) {
    synchronized (err) {
      err.println("jccl run: " + text);
      err.flush();
    }
  }

  private boolean isStopping() {
    synchronized (children) {
      return stopping;
    }
  }

  /** Ends what still runs: first it is asked, then it is killed. */
  private void stop() {
    List<Child> living;
    synchronized (children) {
      stopping = true;
      living = children.stream().filter(child -> child.process().isAlive()).toList();
    }
    living.forEach(child -> child.process().destroy());
    long deadline = System.nanoTime() + plan.grace().toNanos();
    for (Child child : living) {
      try {
        if (!child.process().waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          child.process().descendants().forEach(ProcessHandle::destroyForcibly);
          child.process().destroyForcibly();
          child.process().waitFor(1, TimeUnit.SECONDS);
        }
      } catch (InterruptedException hurry) {
        child.process().destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
  }
}
