package org.jccl.nccl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.jccl.UniqueId;
import org.jccl.nccl.ffi.ExitAlarm;
import org.jccl.nccl.ffi.ExitHolder;
import org.jccl.nccl.ffi.FakeNccl;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SIGTERM always ends the JVM, whatever the library hangs in. */
@Timeout(120)
class EndOfTheProcessTest {
  private static final String INSIDE = "inside";

  private static Process start(String function) throws IOException {
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-Djccl.exit.seconds=2",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath(),
                Hanging.class.getName(),
                function))
        .redirectErrorStream(true)
        .start();
  }

  private static String classPath() {
    return Stream.of(Hanging.class, NcclBackend.class, Communicator.class)
        .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
        .map(place -> Path.of(URI.create(place.toString())).toString())
        .distinct()
        .collect(Collectors.joining(File.pathSeparator));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ncclGetUniqueId",
        "ncclCommInitRankConfig",
        "ncclAllReduce",
        "ncclGroupEnd",
        "ncclCommGetAsyncError",
        "ncclCommDestroy",
        "ncclCommAbort"
      })
  void sigtermEndsIt(String function) throws Exception {
    Assumptions.assumeTrue(System.getProperty("os.name").equals("Linux"));
    Process child = start(function);
    try (BufferedReader lines = child.inputReader(StandardCharsets.UTF_8)) {
      String line = lines.readLine();
      while (line != null && !line.equals(INSIDE)) {
        line = lines.readLine();
      }
      assertThat(line).isEqualTo(INSIDE);
      child.destroy(); // SIGTERM
      assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      child.destroyForcibly();
    }
  }

  @Test
  void exitThatALibraryHolds_endsByTheAlarm() throws Exception {
    Assumptions.assumeTrue(System.getProperty("os.name").equals("Linux"));
    Process child = start("exit");
    try {
      assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(child.exitValue()).isEqualTo(128 + 14); // SIGALRM
    } finally {
      child.destroyForcibly();
    }
  }

  @Test
  void whatIsLeftOpen_isToldWithItsLine() throws Exception {
    Process child = start("leaks");
    try (BufferedReader lines = child.inputReader(StandardCharsets.UTF_8)) {
      assertThat(String.join("\n", lines.lines().toList()))
          .contains("jccl: not closed when the JVM ended:")
          .containsPattern(
              "communicator comm-\\w+, rank 0/1, made at .*EndOfTheProcessTest.java:\\d+");
      assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      child.destroyForcibly();
    }
  }

  /** The child. */
  static final class Hanging {
    private Hanging() {}

    /** Hangs in the function that the argument names; in a function that runs at exit: "exit". */
    public static void main(String[] arguments) {
      if (arguments[0].equals("exit")) {
        ExitHolder.hold();
        ExitAlarm.arm(2);
        return;
      }
      CountDownLatch never = new CountDownLatch(1);
      FakeNccl fake = new FakeNccl(22809);
      fake.on(
          arguments[0],
          call -> {
            System.out.println(INSIDE);
            System.out.flush();
            while (true) {
              try {
                never.await();
              } catch (InterruptedException goesOn) {
                // No interrupt takes a native call back.
              }
            }
          });
      NcclBackend backend = NcclBackend.over(fake.library(), owner -> FakeDevices.of(owner, 1));
      backend.newUniqueId();
      Communicator comm =
          backend.newCommunicator(
              UniqueId.of(new byte[UniqueId.BYTES]),
              0,
              1,
              backend.devices().getFirst(),
              CommunicatorConfig.defaults());
      DeviceBuffer one = comm.device().allocate(DataType.FLOAT32, 1);
      comm.allReduce(one, one, ReduceOp.SUM);
      comm.group(g -> g.allReduce(one, one, ReduceOp.SUM));
      comm.asyncError();
      if (arguments[0].equals("leaks")) {
        return; // nothing is closed
      }
      if (arguments[0].equals("ncclCommAbort")) {
        comm.abort();
      }
      comm.close();
    }
  }
}
