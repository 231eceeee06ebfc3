package org.jccl.programs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.Ranks;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.sim.Simulator;
import org.junit.jupiter.api.Test;

/**
 * Same seed, same trace: in other processes, with other garbage collectors, with either compiler,
 * and beside other simulations in the same JVM. {@code -Djccl.trace.seeds=10000} runs all of it for
 * so many seeds; unless set, few seeds are run in two processes.
 */
class RepeatedTraceTest {
  private static final String SEEDS = "jccl.trace.seeds";
  private static final int FEW = 25;
  private static final int RANKS = 4;
  private static final int COUNT = 64;
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private static final List<String> COLLECTORS =
      List.of("-XX:+UseSerialGC", "-XX:+UseParallelGC", "-XX:+UseG1GC");
  private static final List<String> COMPILERS =
      List.of("-XX:TieredStopAtLevel=1", "-XX:-TieredCompilation");

  /** The hashes of {@code seeds} worlds in a process of its own. */
  static final class Traces {
    private Traces() {}

    public static void main(String[] args) {
      System.out.println(hash(Integer.parseInt(args[0])));
    }

    static String hash(int seeds) {
      long all = 17;
      for (int seed = 0; seed < seeds; seed++) {
        try (Simulator world =
            Simulator.builder().devices(RANKS).seed(seed).strict(seed % 2 == 1).build()) {
          Ranks.run(world.backend(), RANKS, RepeatedTraceTest::program);
          all = 31 * (31 * all + world.traceHash()) + world.traceEvents();
        }
      }
      return Long.toHexString(all);
    }
  }

  private static void program(Rank rank) {
    Communicator world = rank.communicator();
    int next = (rank.rank() + 1) % RANKS;
    int before = (rank.rank() + RANKS - 1) % RANKS;
    try (DeviceBuffer send = rank.device().allocate(DataType.FLOAT32, COUNT);
        DeviceBuffer recv = rank.device().allocate(DataType.FLOAT32, COUNT);
        Stream side = rank.device().newStream()) {
      send.fill((byte) 0, world.defaultStream());
      for (int call = 0; call < 5; call++) {
        world.allReduce(send, recv, ReduceOp.SUM, world.defaultStream());
      }
      world.defaultStream().synchronize();
      world.group(
          calls -> {
            calls.send(send, next, side);
            calls.recv(recv, before, side);
          });
      while (!side.isIdle()) {
        Thread.onSpinWait();
      }
      try (Communicator half = world.split(rank.rank() % 2, rank.rank())) {
        half.allReduce(send, recv, ReduceOp.MAX, half.defaultStream());
        half.defaultStream().synchronize();
      }
      rank.processGroup().barrier(LIMIT);
    }
  }

  @Test
  void inOtherProcesses_itIsTheSame() throws IOException, InterruptedException {
    int seeds = Integer.getInteger(SEEDS, FEW);
    List<List<String>> settings = new ArrayList<>();
    if (seeds <= FEW) {
      settings.add(List.of(COLLECTORS.getFirst(), COMPILERS.getFirst()));
    } else {
      for (String collector : COLLECTORS) {
        for (String compiler : COMPILERS) {
          settings.add(List.of(collector, compiler));
          settings.add(List.of(collector, compiler));
        }
      }
    }
    String own = Traces.hash(seeds);
    for (List<String> flags : settings) {
      String other = inProcess(flags, seeds);
      if (seeds > FEW) {
        System.out.printf("%,d seeds, %s: %s%n", seeds, String.join(" ", flags), other);
      }
      assertThat(other).describedAs("%d seeds, %s", seeds, flags).isEqualTo(own);
    }
  }

  @Test
  void besideOthersInTheSameJvm_itIsTheSame() throws InterruptedException {
    String own = Traces.hash(FEW);
    List<String> found = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    String hash = Traces.hash(FEW);
                    synchronized (found) {
                      found.add(hash);
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(found).hasSize(3).containsOnly(own);
  }

  private static String inProcess(List<String> flags, int seeds)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(List.of("-cp", classPath(), Traces.class.getName(), "" + seeds));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (InputStream out = process.getInputStream()) {
      String said = new String(out.readAllBytes(), StandardCharsets.UTF_8).strip();
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
      return said;
    } finally {
      process.destroyForcibly();
    }
  }

  /** Where the classes of the simulator, of the API and of this test lie. */
  private static String classPath() {
    String modules = System.getProperty("jdk.module.path", "");
    return String.join(
        System.getProperty("path.separator"),
        place(RepeatedTraceTest.class),
        place(Simulator.class),
        place(Ranks.class),
        System.getProperty("java.class.path"),
        modules);
  }

  private static String place(Class<?> type) {
    return Path.of(URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString()))
        .toString();
  }
}
