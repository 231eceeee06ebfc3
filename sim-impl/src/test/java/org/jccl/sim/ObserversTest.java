package org.jccl.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.jccl.CallListener;
import org.jccl.CollectiveException;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.MisuseKind;
import org.jccl.Ranks;
import org.jccl.ReduceOp;
import org.jccl.observe.CallCounters;
import org.jccl.observe.CallRecord;
import org.jccl.observe.FlightRecorder;
import org.jccl.observe.JfrEvents;
import org.jccl.observe.Observers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The observers that come with jccl: recorder, JFR events, counters. */
class ObserversTest {
  private static void run(CallListener.Factory observer, Consumer<Communicator> body) {
    CommunicatorConfig config =
        CommunicatorConfig.builder().name("world").warmUp(false).listener(observer).build();
    try (Simulator simulator = Simulator.builder().devices(2).warnings(line -> {}).build()) {
      Ranks.run(
          simulator.backend(),
          2,
          rank -> {
            try (Communicator comm =
                Communicator.open(rank.processGroup(), rank.device(), config)) {
              body.accept(comm);
            }
          });
    }
  }

  private static void sums(Communicator comm, int calls) {
    try (DeviceBuffer buffer = comm.device().allocate(DataType.FLOAT32, 16)) {
      for (int i = 0; i < calls; i++) {
        comm.allReduce(buffer, buffer, ReduceOp.SUM, comm.defaultStream());
      }
      comm.defaultStream().synchronize();
    }
  }

  @Test
  void recorder_keepsTheLastCallsOfEachEnd_withTheLineOfTheProgram() {
    FlightRecorder recorder = FlightRecorder.builder().calls(8).build();

    run(recorder, comm -> sums(comm, 20));

    for (int rank = 0; rank < 2; rank++) {
      List<CallRecord> calls = recorder.records("world", rank);
      assertThat(calls)
          .extracting(CallRecord::number)
          .containsExactly(12L, 13L, 14L, 15L, 16L, 17L, 18L, 19L);
      assertThat(calls)
          .allSatisfy(
              call -> {
                assertThat(call.operation()).isEqualTo("all_reduce");
                assertThat(call.bytes()).isEqualTo(64);
                assertThat(call.state()).isEqualTo(CallRecord.State.ENQUEUED);
                assertThat(call.site()).contains("ObserversTest.sums(ObserversTest.java:");
              });
    }
  }

  @Test
  void recorder_writesAFileWhenACommunicatorIsAborted(@TempDir Path folder) throws IOException {
    FlightRecorder recorder = FlightRecorder.builder().directory(folder).build();

    run(
        recorder,
        comm -> {
          sums(comm, 3);
          comm.abort();
        });

    try (var files = Files.list(folder)) {
      List<Path> found = files.toList();
      assertThat(found).hasSize(1);
      assertThat(Files.readString(found.getFirst()))
          .contains("\"format\":\"jccl-flight-recorder-1\"")
          .contains("was aborted")
          .contains("\"rank\":0,\"world_size\":2")
          .contains("\"collectives\":3")
          .contains("\"operation\":\"all_reduce\"")
          .contains("\"memory\":\"plain\",\"own_kernel\":false,\"prepared\":false}");
    }
  }

  @Test
  void jfrEvents_haveWhatACallIs(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("run.jfr");
    try (Recording recording = new Recording()) {
      recording.enable("org.jccl.Collective").withoutThreshold();
      recording.start();
      run(new JfrEvents(), comm -> sums(comm, 5));
      recording.stop();
      recording.dump(file);
    }

    List<RecordedEvent> events =
        RecordingFile.readAllEvents(file).stream()
            .filter(event -> event.getEventType().getName().equals("org.jccl.Collective"))
            .toList();
    assertThat(events).hasSize(10);
    assertThat(events)
        .extracting(event -> event.getInt("rank") + ":" + event.getLong("number"))
        .contains("0:0", "1:4");
    assertThat(events.getFirst().getString("operation")).isEqualTo("all_reduce");
    assertThat(events.getFirst().getString("type")).isEqualTo("FLOAT32");
    assertThat(events.getFirst().getLong("bytes")).isEqualTo(64);
    assertThat(events.getFirst().getString("memory")).isEqualTo("plain");
    assertThat(events.getFirst().getBoolean("prepared")).isFalse();
  }

  /** The settings file that goes with jccl, as -XX:StartFlightRecording:settings= takes it. */
  @Test
  void jfrSettingsOfJccl_addTheDevicesTime(@TempDir Path folder) throws Exception {
    Path settings = Path.of("jccl.jfc");
    for (Path up = Path.of("").toAbsolutePath(); up != null; up = up.getParent()) {
      settings = Files.exists(up.resolve("jccl.jfc")) ? up.resolve("jccl.jfc") : settings;
    }
    Path file = folder.resolve("run.jfr");
    try (Recording recording = new Recording(Configuration.create(settings))) {
      recording.start();
      run(new JfrEvents(), comm -> sums(comm, 5));
      recording.stop();
      recording.dump(file);
    }

    List<RecordedEvent> events = RecordingFile.readAllEvents(file);
    assertThat(events)
        .extracting(event -> event.getEventType().getName())
        .contains("org.jccl.Collective", "org.jccl.CollectiveCompletion");
    assertThat(events)
        .filteredOn(each -> each.getEventType().getName().endsWith(".CollectiveCompletion"))
        .hasSize(10)
        .allSatisfy(
            event -> {
              assertThat(event.getDouble("deviceMicros")).isPositive();
              assertThat(event.getString("method")).isEqualTo("all_reduce");
              assertThat(event.getLong("bytes")).isEqualTo(64);
            });
  }

  /** A process that is told to end while a communicator is open: its recording is there. */
  @Provokes(reports = MisuseKind.MISMATCH)
  @Test
  void recorder_writesAtASignal_andWhenACallFails_alsoForTorch(@TempDir Path folder)
      throws Exception {
    Path flights = folder.resolve("flights");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djccl.observe=recorder,counters",
                "-Djccl.recorder.dir=" + flights,
                "-Djccl.recorder.torch=true",
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                classPath(Waits.class, Simulator.class, Communicator.class),
                Waits.class.getName())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader said = process.inputReader()) {
      StringBuilder lines = new StringBuilder();
      String line = said.readLine();
      while (line != null && !line.equals("waits")) {
        lines.append(line).append('\n');
        line = said.readLine();
      }
      assertThat(line).describedAs("%s", lines).isEqualTo("waits");
      process.destroy(); // SIGTERM
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    try (var files = Files.list(flights)) {
      assertThat(files.filter(Files::isRegularFile).toList())
          .singleElement()
          .satisfies(
              file ->
                  assertThat(file)
                      .content()
                      .contains("the JVM ends while communicators are open")
                      .contains("\"operation\":\"all_reduce\"")
                      .contains("ObserversTest$Waits"));
    }
    assertThat(flights.resolve("torch").resolve("nccl_trace_rank_0")).exists();
    assertThat(flights.resolve("torch").resolve("nccl_trace_rank_1")).exists();

    FlightRecorder recorder =
        FlightRecorder.builder().directory(folder.resolve("failed")).torch(true).build();
    run(
        recorder,
        comm ->
            assertThatThrownBy(
                    () -> {
                      int root = comm.rank();
                      try (DeviceBuffer buffer = comm.device().allocate(DataType.INT32, 4)) {
                        buffer.fill((byte) 0, comm.defaultStream());
                        comm.broadcast(buffer, root, comm.defaultStream());
                        comm.defaultStream().synchronize();
                        comm.barrier();
                      }
                    })
                .isInstanceOf(CollectiveException.class));
    try (var files = Files.list(folder.resolve("failed"))) {
      assertThat(files.filter(Files::isRegularFile).toList())
          .singleElement()
          .satisfies(file -> assertThat(file).content().contains("FAILED"));
    }
  }

  private static String classPath(Class<?>... classes) throws URISyntaxException {
    StringBuilder all = new StringBuilder(System.getProperty("java.class.path"));
    for (Class<?> each : classes) {
      all.append(System.getProperty("path.separator"));
      all.append(Path.of(each.getProtectionDomain().getCodeSource().getLocation().toURI()));
    }
    return all.toString();
  }

  /** Issues a call on each of two ranks, and waits for its end. */
  static final class Waits {
    private Waits() {}

    public static void main(String[] args) {
      CommunicatorConfig config = CommunicatorConfig.builder().name("world").warmUp(false).build();
      CountDownLatch all = new CountDownLatch(2);
      try (Simulator simulator = Simulator.builder().devices(2).build()) {
        Ranks.run(
            simulator.backend(),
            2,
            config,
            List.of(),
            rank -> {
              Communicator comm = rank.communicator();
              try (DeviceBuffer buffer = comm.device().allocate(DataType.FLOAT32, 16)) {
                buffer.fill((byte) 0, comm.defaultStream());
                comm.allReduce(buffer, buffer, ReduceOp.SUM, comm.defaultStream());
                comm.defaultStream().synchronize();
              }
              all.countDown();
              rank.blocking(
                  () -> {
                    all.await();
                    if (rank.rank() == 0) {
                      System.out.println("waits");
                    }
                    Thread.sleep(60_000);
                    return null;
                  });
            });
      }
    }
  }

  @Test
  void counters_areInJmx_untilTheCommunicatorIsClosed() throws Exception {
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    ObjectName all = new ObjectName("org.jccl:type=Communicator,name=\"world\",*");
    Set<Object> counts = ConcurrentHashMap.newKeySet();

    run(
        new CallCounters(),
        comm -> {
          sums(comm, 7);
          comm.barrier();
          for (ObjectName name : server.queryNames(all, null)) {
            try {
              counts.add(
                  server.getAttribute(name, "Rank")
                      + ": "
                      + server.getAttribute(name, "Collectives")
                      + ", "
                      + server.getAttribute(name, "Bytes")
                      + ", "
                      + server.getAttribute(name, "LastOperation"));
            } catch (JMException gone) {
              throw new AssertionError(gone);
            }
          }
          comm.barrier();
        });

    assertThat(counts).contains("0: 8, 452, barrier", "1: 8, 452, barrier");
    assertThat(server.queryNames(all, null)).isEmpty();
  }

  @Test
  void unknownObserver_isToldBeforeAnythingOpens() {
    assertThat(Observers.named("recorder, jfr,counters,nan,hash:8,crosscheck")).hasSize(6);
    assertThatThrownBy(() -> Observers.named("crosscheck:none"))
        .hasMessage(
            "jccl.observe: 'crosscheck:none': after the colon stands a number of collectives, 1 or"
                + " more");
    assertThatThrownBy(() -> Observers.named("recorder,jrf"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "jccl.observe: 'jrf' is none of recorder, jfr, counters, nan, hash, crosscheck");
  }
}
