package org.jccl.nccl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
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
import org.jccl.nccl.FakeDevices.FakeStream;
import org.jccl.nccl.ffi.FakeNccl;
import org.jccl.spi.Captures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Where calls are captured, numbers of calls accuse nobody. A process keeps that in mind, so that
 * each case has a process of its own.
 */
@Timeout(120)
class CapturesTest {
  private static final String TOLD = "@told ";

  /** What the rank that waits is told, in a process that captures or does not. */
  private static String told(boolean captures) throws Exception {
    Process child =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    classPath(),
                    Ranks.class.getName(),
                    String.valueOf(captures)))
            .redirectErrorStream(true)
            .start();
    try (BufferedReader lines = child.inputReader(StandardCharsets.UTF_8)) {
      String all = lines.lines().collect(Collectors.joining("\n"));
      assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(all).contains(TOLD);
      return all.substring(all.indexOf(TOLD));
    } finally {
      child.destroyForcibly();
    }
  }

  private static String classPath() {
    return Stream.of(Ranks.class, NcclBackend.class, Communicator.class)
        .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
        .map(place -> Path.of(URI.create(place.toString())).toString())
        .distinct()
        .collect(Collectors.joining(File.pathSeparator));
  }

  @Test
  void rankThatHasCapturedOneCallForThree_hasNotClosedEarly() throws Exception {
    assertThat(told(true)).contains("operationTimeout").doesNotContain("collective;");
  }

  @Test
  void theSameNumbersWithoutACapture_areTold() throws Exception {
    assertThat(told(false))
        .contains("rank 1 has closed it after 1 collective; this rank has issued 3 and waits");
  }

  /** The child: rank 1 makes one call and closes, rank 0 makes three and waits. */
  static final class Ranks {
    private Ranks() {}

    public static void main(String[] arguments) throws InterruptedException {
      CountDownLatch aborted = new CountDownLatch(1);
      FakeNccl fake =
          new FakeNccl(22809)
              .on(
                  "ncclCommAbort",
                  call -> {
                    aborted.countDown();
                    return 0;
                  });
      NcclBackend backend = NcclBackend.over(fake.library(), owner -> FakeDevices.of(owner, 2));
      Communicator waits = open(backend, 0);
      Communicator early = open(backend, 1);
      if (Boolean.parseBoolean(arguments[0])) {
        Captures.begin(); // as a stream does: the call that follows runs as often as its graph
      }
      sum(early);
      for (int i = 0; i < 3; i++) {
        sum(waits);
      }
      early.close();
      ((FakeStream) waits.defaultStream()).busy = true;
      if (!aborted.await(60, TimeUnit.SECONDS)) {
        throw new IllegalStateException("nobody has ended it");
      }
      try {
        sum(waits);
      } catch (RuntimeException why) {
        System.out.println(TOLD + why.getMessage());
      }
      System.exit(0);
    }

    private static Communicator open(NcclBackend backend, int rank) {
      return backend.newCommunicator(
          UniqueId.of(new byte[UniqueId.BYTES]),
          rank,
          2,
          backend.devices().get(rank),
          CommunicatorConfig.builder()
              .operationTimeout(Duration.ofSeconds(2))
              .closeTimeout(Duration.ofMillis(100))
              .build());
    }

    private static void sum(Communicator comm) {
      DeviceBuffer buffer = comm.device().allocate(DataType.FLOAT32, 4);
      comm.allReduce(buffer, buffer, ReduceOp.SUM);
    }
  }
}
