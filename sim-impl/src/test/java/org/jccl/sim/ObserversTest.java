package org.jccl.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.jccl.CallListener;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
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
          .contains("\"operation\":\"all_reduce\"");
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
