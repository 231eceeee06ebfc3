package org.jccl.benchmarks.flight;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.spi.ToolProvider;
import org.jccl.Communicator;
import org.jccl.observe.FlightRecorder;
import org.jccl.sim.Simulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program that explain writes: it compiles, and the simulator reports the same. */
class ReplayProgramTest {
  private static final int RANKS = 3;

  @TempDir Path folder;

  private final FlightRecorder recorder = FlightRecorder.builder().lines(false).calls(64).build();

  private Recorded end(int rank) {
    return new Recorded(recorder, "world", rank, RANKS);
  }

  /** What the program prints that is written of the recordings. */
  private String replayed(String className) throws Exception {
    return replayed(recorder, className);
  }

  private String replayed(FlightRecorder recorded, String className) throws Exception {
    recorded.write(folder, "a test asked");
    Path source = folder.resolve(className + ".java");
    Files.writeString(source, Explanation.of(folder).program(className));
    return printed(source, className);
  }

  private String printed(Path source, String className) throws Exception {
    Set<String> places = new LinkedHashSet<>();
    for (Class<?> each : new Class<?>[] {Communicator.class, Simulator.class}) {
      places.add(
          Path.of(each.getProtectionDomain().getCodeSource().getLocation().toURI()).toString());
    }
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said, true);
    int failed =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(
                out,
                out,
                "-proc:none",
                "-cp",
                String.join(System.getProperty("path.separator"), places),
                "-d",
                folder.toString(),
                source.toString());
    assertThat(failed).describedAs("%s", said).isZero();
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream before = System.out;
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
      System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
      loader
          .loadClass(className)
          .getMethod("main", String[].class)
          .invoke(null, (Object) new String[0]);
    } finally {
      System.setOut(before);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }

  @Test
  void mismatch_isReportedAgain_withTheLineOfTheProgram() throws Exception {
    for (int rank = 0; rank < RANKS; rank++) {
      Recorded end = end(rank);
      for (int i = 0; i < 300; i++) {
        end.sum(16);
      }
      if (rank == 1) {
        end.max(16);
      } else {
        end.sum(16);
      }
    }

    assertThat(replayed("Mismatch"))
        .contains("MISMATCH(reduction) in recorded")
        .contains("Mismatch.java:");
    assertThat(Files.readString(folder.resolve("Mismatch.java")))
        .contains("for (int i = 0; i < ")
        .contains("It begins with collective #");
  }

  @Test
  void cycleOfMessages_isReportedAgain_andGroupsStayGroups() throws Exception {
    for (int rank = 0; rank < RANKS; rank++) {
      int next = (rank + 1) % RANKS;
      int before = (rank + RANKS - 1) % RANKS;
      end(rank)
          .sum(16)
          .exchange(next, before, 8)
          .message("send", next, 4)
          .message("recv", before, 4);
    }

    assertThat(replayed("Cycle")).contains("DEADLOCK").contains("cycle: rank 0");
    assertThat(Files.readString(folder.resolve("Cycle.java"))).contains("comm.group(");
  }

  @Test
  void rightCalls_areNotReported_andMissingRanksAreSaid() throws Exception {
    end(0).sum(16).gather(8).broadcast(2);
    end(2).sum(16).gather(8).broadcast(2);

    assertThat(replayed("Missing")).contains("MISSING_RANK");
    assertThat(Files.readString(folder.resolve("Missing.java")))
        .contains("// There is no recording of rank 1: they call nothing here.");

    end(1).sum(16).gather(8).broadcast(2);
    assertThat(replayed("Right")).isEqualTo("nothing is reported" + System.lineSeparator());
  }

  @Test
  void manyDifferentCalls_areSplitOverMethods() throws Exception {
    FlightRecorder large = FlightRecorder.builder().lines(false).calls(4096).build();
    for (int rank = 0; rank < RANKS; rank++) {
      Recorded end = new Recorded(large, "world", rank, RANKS);
      for (int i = 1; i < 3_000; i++) {
        end.sum(i % 7 + 1);
      }
    }
    assertThat(replayed(large, "Many")).contains("nothing is reported");
  }

  @Test
  void textsOfARecording_areNoCode() throws Exception {
    String text =
        """
        {"format":"jccl-flight-recorder-1","host":"h","pid":1,"written":"","reason":"r",
        "communicators":[{"name":"x\\\\u000a}; System.exit(3); //\\n*/","rank":0,"world_size":1,
        "device":0,"state":"open","collectives":1,"messages":0,"calls":[{"number":0,
        "message":false,"operation":"all_reduce","method":"all_reduce","type":"INT32",
        "reduction":0,"root_or_peer":-1,"count":4,"bytes":16,"group_size":1,"stream":1,"age_ns":1,
        "state":"ENQUEUED","site":"\\\\u000a System.exit(4); // \\r\\u2028"}]}]}
        """;
    Files.writeString(folder.resolve("jccl-a-1.json"), text);
    Path source = folder.resolve("Harmless.java");
    Files.writeString(source, Explanation.of(folder).program("Harmless"));

    assertThat(printed(source, "Harmless")).contains("nothing is reported");
    assertThat(Files.readString(source)).doesNotContain("\\u");
  }
}
