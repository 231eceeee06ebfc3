package org.jccl.nccl;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.UniqueId;
import org.jccl.nccl.FakeDevices.FakeDevice;
import org.jccl.nccl.ffi.FakeNccl;
import org.jccl.spi.LeakWatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What nobody closes is told with the line that made it, and nothing is freed. */
@Timeout(60)
class LeakWatchTest {
  private final Logger logger = Logger.getLogger("org.jccl");
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord entry) {
          told.add(new SimpleFormatter().formatMessage(entry));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  private final NcclBackend backend =
      NcclBackend.over(new FakeNccl(22809).library(), owner -> FakeDevices.of(owner, 1));
  private final FakeDevice device = (FakeDevice) backend.devices().getFirst();

  @BeforeEach
  void listen() {
    device.watchesLeaks = true;
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
  }

  @AfterEach
  void stop() {
    logger.removeHandler(handler);
    logger.setUseParentHandlers(true);
  }

  private static int line() {
    return StackWalker.getInstance()
        .walk(frames -> frames.skip(1).findFirst().orElseThrow().getLineNumber());
  }

  private int leakABuffer() {
    device.allocate(DataType.FLOAT32, 12);
    return line() - 1;
  }

  @Test
  void bufferThatIsGarbage_isToldWithItsLine() throws InterruptedException {
    int line = leakABuffer();

    String words = null;
    for (int i = 0; words == null && i < 200; i++) {
      System.gc();
      words = told.poll(100, TimeUnit.MILLISECONDS);
    }

    assertThat(words)
        .startsWith("FLOAT32[12] on device 0, made at ")
        .contains("LeakWatchTest.java:" + line)
        .contains("was never closed");
    assertThat(LeakWatch.left(device)).isEmpty();
  }

  @Test
  void whatIsClosed_isNotTold_andAPartOwnsNothing() {
    try (DeviceBuffer whole = device.allocate(DataType.FLOAT32, 12)) {
      whole.slice(1, 2).close();
      assertThat(LeakWatch.left(device)).hasSize(1);
    }
    try (DeviceBuffer other = device.allocate(DataType.FLOAT32, 12)) {
      assertThat(other.isClosed()).isFalse();
    }

    assertThat(LeakWatch.left(device)).isEmpty();
  }

  @Test
  void manyThatHang_areEndedAtOnce() {
    FakeNccl fake = new FakeNccl(22809);
    CountDownLatch never = new CountDownLatch(1);
    fake.on(
        "ncclCommAbort",
        arguments -> {
          try {
            never.await();
          } catch (InterruptedException goesOn) {
            Thread.currentThread().interrupt();
          }
          return 0;
        });
    NcclBackend other = NcclBackend.over(fake.library(), owner -> FakeDevices.of(owner, 1));
    CommunicatorConfig config =
        CommunicatorConfig.builder().closeTimeout(Duration.ofMillis(300)).build();
    for (int i = 0; i < 100; i++) {
      UniqueId id = UniqueId.of(new byte[UniqueId.BYTES]);
      other.newCommunicator(id, 0, 1, other.devices().getFirst(), config);
    }

    long start = System.nanoTime();
    other.close();

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    never.countDown();
  }

  @Test
  void communicatorThatIsLeft_isToldWithItsLine_whenItsBackendCloses() {
    UniqueId id = UniqueId.of(new byte[UniqueId.BYTES]);
    CommunicatorConfig config = CommunicatorConfig.builder().name("forgotten").build();
    Communicator left = backend.newCommunicator(id, 0, 1, device, config);
    int line = line() - 1;

    backend.close();

    assertThat(left.state()).isEqualTo(Communicator.State.CLOSED);
    assertThat(List.copyOf(told))
        .anySatisfy(
            words ->
                assertThat(words)
                    .contains("communicators left")
                    .contains("communicator forgotten, rank 0/1, made at ")
                    .contains("LeakWatchTest.java:" + line));
  }
}
