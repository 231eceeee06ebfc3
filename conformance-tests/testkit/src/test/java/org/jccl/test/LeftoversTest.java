package org.jccl.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.ReduceOp;
import org.jccl.ReportedMisuse;
import org.jccl.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is looked for behind a test that has thrown nothing. */
class LeftoversTest {
  private static final CountDownLatch NEVER = new CountDownLatch(1);

  private static void awaitNothing() {
    try {
      NEVER.await();
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "communicator; left open: devices 0, 1: 2 communicators were never closed",
        "buffer; left open: devices 0, 1: 2 buffers (16 bytes) were never closed",
        "stream; left open: devices 0, 1: 2 streams were never closed",
        "event; left open: devices 0, 1: 2 events were never closed",
        "graph; left open: devices 0, 1: 2 graphs were never closed",
        "capture; left open: device 0: the capture of stream 2 of device 0, begun at",
        "window; left open: devices 0, 1: 2 windows were never closed",
        "registration; left open: devices 0, 1: 2 registrations were never closed",
        "reduction; left open: devices 0, 1: 2 custom reductions were never closed",
        "message; UNMATCHED",
        "caughtReport; MISMATCH",
        "thread; thread 'forgotten' is still alive",
        "threadOfARank; thread 'forgotten' is still alive",
      })
  void isNamed_withItsLine(String method, String says) {
    Throwable failure = Executed.failure(Samples.class, method);

    assertThat(failure)
        .hasMessageStartingWith(method + " failed with ranks=2 fifo\n")
        .hasMessageContaining(says)
        .hasMessageContaining("LeftoversTest.java:")
        .hasMessageContaining("replay: @RankTest(replay = \"ranks=2 fifo\")");
  }

  @Test
  void isNoFailure_whereItIsAllowed() {
    for (String method : List.of("bufferOnPurpose", "threadOnPurpose", "reportOnPurpose")) {
      assertThat(Executed.run(Samples.class, method).testEvents().failed().list())
          .describedAs(method)
          .isEmpty();
    }
  }

  @Test
  void whereTestsRunAtTheSameTime_onlyThreadsOfItsOwnCodeCount() throws Exception {
    Map<String, String> parallel = Map.of("junit.jupiter.execution.parallel.enabled", "true");

    assertThat(Executed.failure(Executed.run(Samples.class, "thread", parallel)))
        .hasMessageContaining("thread 'forgotten' is still alive");
    assertThat(Executed.run(Samples.class, "foreignThread", parallel).testEvents().failed().list())
        .isEmpty();
  }

  /** Tests that are run by the tests above. */
  static class Samples {
    @RankTest(seeds = 0, strict = Strictness.OFF)
    void threadOfARank(Rank rank) {
      forgetIn(rank);
    }

    private static void forgetIn(Rank rank) {
      if (rank.rank() == 0) {
        // A daemon, as a rank is a virtual thread.
        new Thread(LeftoversTest::awaitNothing, "forgotten").start();
      }
    }

    @RankTest(seeds = 0, strict = Strictness.OFF)
    void foreignThread(World world) {
      Thread.ofPlatform().daemon(false).start(LockSupport::park);
    }

    private static DeviceBuffer zeros(Device device, int count) {
      DeviceBuffer buffer = device.allocate(DataType.FLOAT32, count);
      buffer.copyFrom(new float[count]);
      return buffer;
    }

    @RankTest(seeds = 0)
    void communicator(Communicator comm) {
      comm.split(0, 0);
    }

    @RankTest(seeds = 0)
    void buffer(Device device) {
      device.allocate(DataType.FLOAT32, 2);
    }

    @RankTest(seeds = 0)
    @Allow(Remains.LEAK)
    void bufferOnPurpose(Device device) {
      device.allocate(DataType.FLOAT32, 2);
    }

    @RankTest(seeds = 0)
    void stream(Device device) {
      device.newStream();
    }

    @RankTest(seeds = 0)
    void event(Device device) {
      device.newEvent();
    }

    @RankTest(seeds = 0)
    void graph(Device device) {
      try (Stream stream = device.newStream();
          DeviceBuffer buffer = zeros(device, 2)) {
        stream.beginCapture();
        buffer.fill((byte) 1, stream);
        stream.endCapture();
      }
    }

    @RankTest(seeds = 0)
    void capture(Device device) {
      try (Stream stream = device.newStream()) {
        stream.beginCapture();
      }
    }

    @RankTest(seeds = 0)
    void window(Device device, Communicator comm) {
      comm.registerWindow(device.allocateRegistrable(DataType.FLOAT32, 4));
    }

    @RankTest(seeds = 0)
    void registration(Device device, Communicator comm) {
      comm.register(device.allocateRegistrable(DataType.FLOAT32, 4));
    }

    @RankTest(seeds = 0)
    void reduction(Communicator comm) {
      comm.preMulSum(DataType.FLOAT32, 2);
    }

    @RankTest(seeds = 0)
    @Allow(Remains.LEAK)
    void message(Rank rank, Communicator comm, Device device) {
      DeviceBuffer buffer = zeros(device, 2);
      if (rank.rank() == 0) {
        comm.send(buffer, 1);
      }
    }

    private static void mismatch(Rank rank, Communicator comm) {
      int count = rank.rank() + 1;
      try (DeviceBuffer buffer = zeros(rank.device(), count)) {
        comm.allReduce(buffer, ReduceOp.SUM);
        comm.defaultStream().synchronize();
      } catch (ReportedMisuse caught) {
        // As a program that goes on whatever happens.
      }
    }

    @RankTest(seeds = 0)
    void caughtReport(Rank rank, Communicator comm) {
      mismatch(rank, comm);
    }

    @RankTest(seeds = 0)
    @Allow(Remains.FINDING)
    void reportOnPurpose(Rank rank, Communicator comm) {
      mismatch(rank, comm);
    }

    private static void forget() {
      Thread thread = new Thread(() -> awaitNothing(), "forgotten");
      thread.setDaemon(false);
      thread.start();
    }

    @RankTest(seeds = 0, strict = Strictness.OFF)
    void thread(World world) {
      forget();
    }

    @RankTest(seeds = 0, strict = Strictness.OFF)
    @Allow(Remains.THREAD)
    void threadOnPurpose(World world) {
      forget();
    }
  }
}
