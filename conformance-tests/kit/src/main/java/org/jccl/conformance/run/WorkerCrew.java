package org.jccl.conformance.run;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jccl.conformance.harness.Lockstep;
import org.jccl.conformance.loopback.LoopbackHost;
import org.jspecify.annotations.Nullable;

/**
 * The processes in which rules run: one that has all ranks, or one for each rank, which meet as a
 * launcher's processes do. What they say comes out line by line, each with the rank.
 */
final class WorkerCrew implements AutoCloseable {
  private static final String LOOPBACK = "127.0.0.1";
  private static final int SECRET_BYTES = 32;

  private final List<Process> processes = new ArrayList<>();
  private final BlockingQueue<Line> lines = new LinkedBlockingQueue<>();
  private final @Nullable LoopbackHost host;

  /** What a process said; null when its output has ended. */
  record Line(int rank, @Nullable String text) {}

  private WorkerCrew(@Nullable LoopbackHost host) {
    this.host = host;
  }

  /**
   * Starts them.
   *
   * @param command what each of them runs, besides the JVM and its options
   * @param environment variables of each
   * @param ranks how many processes, each with a rank; 0 for one that has all
   * @param errors where their standard error goes
   */
  static WorkerCrew start(
      List<String> command, Map<String, String> environment, int ranks, Path errors)
      throws IOException {
    WorkerCrew crew = new WorkerCrew(ranks == 0 ? null : LoopbackHost.start());
    try {
      Map<String, String> shared = new TreeMap<>(environment);
      if (ranks > 0) {
        shared.putAll(crew.meeting(ranks));
      }
      for (int rank = 0; rank < Math.max(1, ranks); rank++) {
        if (ranks > 0) {
          shared.put("RANK", String.valueOf(rank));
          shared.put("LOCAL_RANK", String.valueOf(rank));
        }
        crew.add(rank, command, shared, errors);
      }
    } catch (IOException | RuntimeException failed) {
      crew.close();
      throw failed;
    }
    return crew;
  }

  private Map<String, String> meeting(int ranks) throws IOException {
    SecureRandom random = new SecureRandom();
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(secret);
    Map<String, String> shared = new TreeMap<>();
    if (host != null) {
      shared.putAll(host.environment());
    }
    shared.put(Lockstep.VARIABLE, String.valueOf(random.nextLong()));
    shared.put("WORLD_SIZE", String.valueOf(ranks));
    shared.put("LOCAL_WORLD_SIZE", String.valueOf(ranks));
    shared.put("MASTER_ADDR", LOOPBACK);
    shared.put("JCCL_GROUP_SECRET", HexFormat.of().formatHex(secret));
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
      shared.put("MASTER_PORT", String.valueOf(free.getLocalPort()));
    }
    return shared;
  }

  private void add(int rank, List<String> command, Map<String, String> environment, Path errors)
      throws IOException {
    List<String> all = new ArrayList<>();
    all.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    all.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    all.addAll(List.of("-cp", System.getProperty("java.class.path")));
    all.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(all);
    builder.environment().keySet().removeIf(name -> name.startsWith("TORCHELASTIC_"));
    builder.environment().putAll(environment);
    builder.redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()));
    Process process = builder.start();
    processes.add(process);
    Thread.ofPlatform().daemon().name("conformance-output").start(() -> read(rank, process));
  }

  private void read(int rank, Process process) {
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      reader.lines().forEach(line -> lines.add(new Line(rank, line)));
    } catch (IOException | UncheckedIOException closed) {
      Thread.onSpinWait(); // The process was killed; that is said elsewhere.
    } finally {
      lines.add(new Line(rank, null));
    }
  }

  /** How many processes there are. */
  int size() {
    return processes.size();
  }

  /** The next line; null if none comes in that time. */
  @Nullable Line next(long nanos) {
    try {
      return lines.poll(Math.max(1, nanos), TimeUnit.NANOSECONDS);
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  /** With which code a process has ended, in words; empty if it has not. */
  String exit(int rank) {
    Process process = processes.get(rank);
    try {
      process.waitFor(5, TimeUnit.SECONDS);
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
    }
    return process.isAlive() ? "" : " with exit code " + process.exitValue();
  }

  /** Kills what is left of them. */
  @Override
  public void close() {
    for (Process process : processes) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    for (Process process : processes) {
      try {
        process.waitFor(20, TimeUnit.SECONDS); // its GPU memory is free afterwards
      } catch (InterruptedException interrupt) {
        Thread.currentThread().interrupt();
      }
    }
    if (host != null) {
      host.close();
    }
  }
}
