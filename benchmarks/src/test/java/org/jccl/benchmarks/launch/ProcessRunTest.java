package org.jccl.benchmarks.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jccl.process.ProcessGroups;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class ProcessRunTest {
  private static final Duration SHORT = Duration.ofMillis(500);
  private static final Duration LONG = Duration.ofMinutes(2);

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @TempDir private Path folder;

  @Test
  void eachProcess_knowsItsPlace_andIsTagged() throws Exception {
    int code = run(3, LONG, "echo $RANK/$WORLD_SIZE $LOCAL_RANK/$LOCAL_WORLD_SIZE; echo oh >&2");

    assertThat(code).isZero();
    assertThat(lines(out)).containsExactlyInAnyOrder("[0] 0/3 0/3", "[1] 1/3 1/3", "[2] 2/3 2/3");
    assertThat(lines(err)).containsExactlyInAnyOrder("[0] oh", "[1] oh", "[2] oh");
  }

  @Test
  void allGetOnePlace_andOneSecretOfThisRun() throws Exception {
    String tell = "echo $MASTER_ADDR:$MASTER_PORT $JCCL_GROUP_SECRET";
    run(2, LONG, tell);
    List<String> first = lines(out).stream().map(line -> line.substring(4)).distinct().toList();
    out.reset();
    run(2, LONG, tell);
    List<String> second = lines(out).stream().map(line -> line.substring(4)).distinct().toList();

    assertThat(first).hasSize(1).allMatch(line -> line.matches("127.0.0.1:\\d+ [0-9a-f]{64}"));
    assertThat(second).hasSize(1).doesNotContainAnyElementsOf(first);
  }

  @Test
  void jvms_joinByTheirEnvironment_andADeathIsNamedByTheOthers() throws Exception {
    assertThat(new ProcessRun(meeting(), stream(out), stream(err)).run()).isZero();
    assertThat(lines(out)).containsExactlyInAnyOrder("[0] from 1", "[1] from 1", "[2] from 1");
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("rank 0 of 3 (RANK, WORLD_SIZE)", "secret (JCCL_GROUP_SECRET)")
        .contains("rank 0 listens at 127.0.0.1:");

    assertThat(new ProcessRun(meeting("2"), stream(out), stream(err)).run()).isEqualTo(9);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("rank 2 failed first: it ended with exit code 9")
        .contains("rank 2 will not come to barrier #1: it closed the connection");
  }

  private static ProcessPlan meeting(String... args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp"));
    command.add(place(MeetingProcess.class) + File.pathSeparator + place(ProcessGroups.class));
    command.add(MeetingProcess.class.getName());
    command.addAll(List.of(args));
    return new ProcessPlan(3, command, LONG);
  }

  private static String place(Class<?> type) {
    return Path.of(URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString()))
        .toString();
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  @Test
  void lastWords_needNoLineEnd_andBytesStayAsTheyAre() throws Exception {
    run(1, LONG, "printf 'a\\303\\244\\nno end'");

    assertThat(lines(out)).containsExactly("[0] aä", "[0] no end");
  }

  @Test
  void theFirstFailure_endsAll_andIsToldFirst() throws Exception {
    int code = run(3, SHORT, "if [ $RANK = 1 ]; then echo no data >&2; exit 7; fi; exec sleep 600");

    assertThat(code).isEqualTo(7);
    String words = err.toString(StandardCharsets.UTF_8);
    assertThat(words)
        .contains("jccl run: rank 1 ended with exit code 7; the others are given 0.5 s to end")
        .contains("jccl run: rank 1 failed first: it ended with exit code 7\n    no data\n")
        .contains("jccl run: then rank 0 was killed by signal 15")
        .contains("jccl run: then rank 2 was killed by signal 15");
  }

  @Test
  void whoOnlyNoticed_isNotTheCause() throws Exception {
    Path noticed = folder.resolve("noticed");
    int code =
        run(
            2,
            LONG,
            "if [ $RANK = 1 ]; then touch %s; exit 75; fi; while [ ! -e %s ]; do sleep 0.05; done; sleep 0.3; exit 9"
                .formatted(noticed, noticed));

    assertThat(code).isEqualTo(9);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("rank 0 failed first: it ended with exit code 9")
        .contains("then rank 1 ended with exit code 75");
  }

  @Test
  void killedProcess_isToldAsSuch_andWhoDoesNotListenIsKilled() throws Exception {
    int code =
        run(
            2,
            SHORT,
            "if [ $RANK = 0 ]; then kill -9 $$; fi; trap '' TERM; while :; do sleep 1; done");

    assertThat(code).isEqualTo(128 + 9);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("rank 0 failed first: it was killed by signal 9")
        .contains("then rank 1 was killed by signal 9");
  }

  @Test
  void outputWithoutAnEnd_passesWhole_andIsQuotedInPart() throws Exception {
    int code = run(2, LONG, "head -c 300000 /dev/zero | tr '\\0' x >&2; exit 3");

    assertThat(code).isEqualTo(3);
    String words = err.toString(StandardCharsets.UTF_8);
    assertThat(words.chars().filter(each -> each == 'x').count()).isBetween(600_000L, 620_000L);
    assertThat(words).contains("xxx…\n");
  }

  @Test
  void grandchildThatHoldsThePipes_holdsNobody() throws Exception {
    int code = run(16, LONG, "sleep 600 & echo $! > %s/$RANK; echo end".formatted(folder));

    assertThat(code).isZero();
    assertThat(lines(out)).hasSize(16).allMatch(line -> line.endsWith("] end"));
    for (int rank = 0; rank < 16; rank++) {
      String pid = Files.readString(folder.resolve(String.valueOf(rank))).strip();
      ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  @Test
  void orphanWhoseExitHangs_endsAllTheSame() throws Exception {
    Process parent = new ProcessBuilder("sleep", "600").start();
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Djccl.exit.seconds=1",
            "-cp",
            String.join(
                File.pathSeparator,
                place(Orphan.class),
                place(RankProcess.class),
                place(ProcessGroups.class)),
            Orphan.class.getName());
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put(ProcessRun.PARENT, String.valueOf(parent.pid()));
    Process child = builder.start();
    try (var lines = child.inputReader(StandardCharsets.UTF_8)) {
      assertThat(lines.readLine()).isEqualTo("ready");
      parent.destroyForcibly();
      assertThat(lines.readLine()).as("its exit hangs").isEqualTo("exits");
      assertThat(child.waitFor()).isEqualTo(143);
    } finally {
      parent.destroyForcibly();
      child.destroyForcibly();
    }
  }

  /** A rank whose exit hangs. */
  static final class Orphan {
    private Orphan() {}

    public static void main(String[] args) throws InterruptedException {
      CountDownLatch never = new CountDownLatch(1);
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    System.out.println("exits");
                    try {
                      never.await();
                    } catch (InterruptedException goesOn) {
                      throw new IllegalStateException(goesOn);
                    }
                  }));
      RankProcess.endWithParent();
      System.out.println("ready");
      never.await();
    }
  }

  @Test
  void interruptedRun_endsItsProcesses() throws Exception {
    Path pids = Files.createDirectory(folder.resolve("pids"));
    Thread run =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    run(2, LONG, "touch " + pids + "/$$; exec sleep 600");
                  } catch (InterruptedException expected) {
                    // It is what the test does.
                  }
                });
    List<Path> started = List.of();
    while (started.size() < 2) {
      Thread.onSpinWait();
      try (var files = Files.list(pids)) {
        started = files.toList();
      }
    }

    run.interrupt();
    run.join();

    for (Path pid : started) {
      long number = Long.parseLong(pid.getFileName().toString());
      assertThat(ProcessHandle.of(number).filter(ProcessHandle::isAlive)).isEmpty();
    }
  }

  @Test
  void whatCannotStart_isOneSentence() {
    ProcessPlan plan = new ProcessPlan(2, List.of("/no/such/program"), SHORT);

    assertThatThrownBy(() -> new ProcessRun(plan, System.out, System.err).run())
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("cannot start a process");
    assertThatThrownBy(() -> new ProcessPlan(0, List.of("x"), SHORT))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private int run(int processes, Duration grace, String script) throws InterruptedException {
    ProcessPlan plan = new ProcessPlan(processes, List.of("sh", "-c", script), grace);
    return new ProcessRun(plan, stream(out), stream(err)).run();
  }

  private static List<String> lines(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
