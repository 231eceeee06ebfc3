package org.jccl.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.LinkedBlockingQueue;
import org.jccl.CheckLevel;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Graph;
import org.jccl.MisuseKind;
import org.jccl.RankProgram;
import org.jccl.Ranks;
import org.jccl.ReduceOp;
import org.jccl.ReportedMisuse;
import org.jccl.Stream;
import org.jccl.sim.Provokes;
import org.jccl.sim.Simulator;
import org.junit.jupiter.api.Test;

class SimulatorTest {
  private static void run(int ranks, RankProgram program) {
    try (Simulator simulator = Simulator.builder().devices(ranks).build()) {
      Ranks.run(simulator.backend(), ranks, program);
    }
  }

  @Test
  void allReduce_sumsOverRanks() {
    run(
        4,
        rank -> {
          try (DeviceBuffer in = rank.device().allocate(DataType.FLOAT32, 1000);
              DeviceBuffer out = rank.device().allocate(DataType.FLOAT32, 1000)) {
            float[] data = new float[1000];
            Arrays.fill(data, rank.rank() + 1);
            in.copyFrom(data);
            rank.communicator().allReduce(in, out, ReduceOp.SUM);
            rank.communicator().defaultStream().synchronize();
            out.copyTo(data);
            assertThat(data).containsOnly(10f);
          }
        });
  }

  /** Rank 0 looks at its buffer while its all-reduce still waits for rank 1. */
  private static void lookEarly(CheckLevel checks, int[] early, int[] late) {
    try (Simulator simulator = Simulator.builder().devices(2).checks(checks).build()) {
      Ranks.run(
          simulator.backend(),
          2,
          rank -> {
            try (DeviceBuffer buffer = rank.device().allocate(DataType.INT32, 1)) {
              buffer.copyFrom(1);
              if (rank.rank() == 0) {
                rank.communicator().allReduce(buffer, ReduceOp.SUM);
                buffer.copyTo(early); // on another stream, not ordered behind the all-reduce
              }
              rank.processGroup().barrier(Duration.ofMinutes(1));
              if (rank.rank() == 1) {
                rank.communicator().allReduce(buffer, ReduceOp.SUM);
              }
              rank.communicator().defaultStream().synchronize();
              buffer.copyTo(late);
            }
          });
    }
  }

  @Test
  void nothingIsVisible_beforeTheStreamHasRunIt() {
    int[] early = new int[1];
    int[] late = new int[1];
    lookEarly(CheckLevel.NONE, early, late);
    assertThat(early).containsExactly(1);
    assertThat(late).containsExactly(2);
  }

  @Test
  @Provokes(reports = MisuseKind.BUFFER_REUSE)
  void lookingAtABufferInFlight_isReported() {
    assertThatThrownBy(() -> lookEarly(CheckLevel.DEFAULT, new int[1], new int[1]))
        .hasMessageContaining("BUFFER_REUSE")
        .hasMessageContaining("all_reduce")
        .hasMessageContaining("SIM-28");
  }

  @Test
  @Provokes(reports = MisuseKind.BUFFER_FREED)
  void freeingABufferInFlight_isReported() {
    assertThatThrownBy(
            () ->
                run(
                    2,
                    rank -> {
                      DeviceBuffer buffer = rank.device().allocate(DataType.INT32, 8);
                      rank.communicator().allReduce(buffer, ReduceOp.SUM);
                      buffer.close();
                    }))
        .hasMessageContaining("BUFFER_FREED")
        .hasMessageContaining("SIM-29");
  }

  @Test
  @Provokes(leaves = "what it looks for")
  void whatIsLeftOpen_isListedAsALeak() {
    Simulator simulator = Simulator.builder().devices(1).warnings(line -> {}).build();
    simulator.backend().devices().getFirst().allocate(DataType.INT8, 100);
    simulator.close();
    assertThat(simulator.leaks())
        .singleElement()
        .asString()
        .startsWith("device 0: 1 buffer (100 bytes) was never closed, made at ");
  }

  @Test
  @Provokes(reports = MisuseKind.MISMATCH)
  void differingCounts_areReportedAtOnce() {
    assertThatThrownBy(
            () ->
                run(
                    2,
                    rank -> {
                      try (DeviceBuffer b =
                          rank.device().allocate(DataType.FLOAT32, 7 + rank.rank())) {
                        rank.communicator().allReduce(b, ReduceOp.SUM);
                        rank.communicator().defaultStream().synchronize();
                      }
                    }))
        .hasMessageContaining("MISMATCH(count)")
        .hasMessageContaining("rank 0 has count 7, rank 1 has count 8")
        .hasMessageContaining("SimulatorTest.java");
  }

  @Test
  @Provokes(reports = MisuseKind.MISMATCH)
  void aCountOfZeroOnOneRank_isReportedOnceNothingMoves() {
    assertThatThrownBy(() -> run(2, rank -> sums(rank.communicator(), 4 * rank.rank())))
        .hasMessageContaining("MISMATCH(count)")
        .hasMessageContaining("rank 0 has count 0, rank 1 has count 4")
        .hasMessageContaining("SimulatorTest.java");
  }

  @Test
  @Provokes(reports = MisuseKind.MISMATCH)
  void aCountOfZeroOnOneRank_isReportedWhenTheNextCallDiffers() {
    assertThatThrownBy(
            () ->
                run(
                    2,
                    rank -> {
                      sums(rank.communicator(), 4 * rank.rank());
                      sums(rank.communicator(), 8);
                    }))
        .hasMessageContaining("MISMATCH(count)")
        .hasMessageContaining("rank 0 has count 0, rank 1 has count 4");
  }

  @Test
  void callsOfCountZeroByOneRank_areLegal() {
    run(
        2,
        rank -> {
          sums(rank.communicator(), 4);
          if (rank.rank() == 0) {
            sums(rank.communicator(), 0);
            sums(rank.communicator(), 0);
          }
          sums(rank.communicator(), 4);
        });
  }

  private static void sums(Communicator comm, int count) {
    try (DeviceBuffer buffer = comm.device().allocate(DataType.FLOAT32, count)) {
      comm.allReduce(buffer, ReduceOp.SUM);
      comm.defaultStream().synchronize();
    }
  }

  @Test
  @Provokes(reports = MisuseKind.DEADLOCK)
  void ungroupedExchange_isADeadlock() {
    assertThatThrownBy(
            () ->
                run(
                    2,
                    rank -> {
                      int peer = 1 - rank.rank();
                      try (DeviceBuffer b = rank.device().allocate(DataType.FLOAT32, 8)) {
                        rank.communicator().send(b.slice(0, 4), peer);
                        rank.communicator().recv(b.slice(4, 4), peer);
                        rank.communicator().defaultStream().synchronize();
                      }
                    }))
        .hasMessageContaining("DEADLOCK")
        .hasMessageContaining("rank 0 → rank 1 → rank 0")
        .hasMessageContaining("SimulatorTest.java");
  }

  @Test
  @Provokes(reports = MisuseKind.MISSING_RANK)
  void missingRank_isReported() {
    assertThatThrownBy(
            () ->
                run(
                    3,
                    rank -> {
                      if (rank.rank() == 1) {
                        return;
                      }
                      try (DeviceBuffer b = rank.device().allocate(DataType.FLOAT32, 8)) {
                        rank.communicator().allReduce(b, ReduceOp.SUM);
                        rank.communicator().defaultStream().synchronize();
                      }
                    }))
        .hasMessageContaining("MISSING_RANK")
        .hasMessageContaining("waits for rank 1");
  }

  @Test
  void groupedExchange_works() {
    run(
        2,
        rank -> {
          int peer = 1 - rank.rank();
          try (DeviceBuffer b = rank.device().allocate(DataType.INT32, 2)) {
            b.copyFrom(rank.rank() + 5, -1);
            rank.communicator().sendRecv(b.slice(0, 1), peer, b.slice(1, 1), peer);
            rank.communicator().defaultStream().synchronize();
            int[] seen = new int[2];
            b.copyTo(seen);
            assertThat(seen[1]).isEqualTo(peer + 5);
          }
        });
  }

  @Test
  void sameSeed_sameTrace() {
    assertThat(hash(42)).isEqualTo(hash(42)).isNotEqualTo(hash(43));
  }

  private static long hash(long seed) {
    try (Simulator simulator = Simulator.builder().devices(8).seed(seed).build()) {
      Ranks.run(
          simulator.backend(),
          8,
          rank -> {
            try (DeviceBuffer b = rank.device().allocate(DataType.INT64, 64)) {
              b.copyFrom(new long[64]);
              for (int i = 0; i < 10; i++) {
                rank.communicator().allReduce(b, ReduceOp.SUM);
                rank.communicator().barrier();
              }
              rank.communicator().defaultStream().synchronize();
            }
          });
      return simulator.traceHash();
    }
  }

  @Test
  void graph_replaysCollectives() {
    run(
        2,
        rank -> {
          Stream stream = rank.communicator().defaultStream();
          try (DeviceBuffer b = rank.device().allocate(DataType.INT32, 1)) {
            b.copyFrom(1);
            stream.beginCapture();
            rank.communicator().allReduce(b, ReduceOp.SUM);
            try (Graph graph = stream.endCapture()) {
              int[] seen = new int[1];
              b.copyTo(seen);
              assertThat(seen[0]).isEqualTo(1);
              for (int i = 0; i < 3; i++) {
                graph.launch(stream);
              }
              stream.synchronize();
              b.copyTo(seen);
              assertThat(seen[0]).isEqualTo(8);
            }
          }
        });
  }

  @Test
  void events_orderStreams() {
    run(
        1,
        rank -> {
          try (Stream one = rank.device().newStream();
              Stream two = rank.device().newStream();
              Event event = rank.device().newEvent();
              DeviceBuffer b = rank.device().allocate(DataType.INT8, 4)) {
            b.fill((byte) 7, one);
            event.record(one);
            two.waitFor(event);
            b.fill((byte) 8, two);
            two.synchronize();
            byte[] seen = new byte[4];
            b.copyTo(seen);
            assertThat(seen).containsOnly((byte) 8);
          }
        });
  }

  @Test
  void confinedMemory_isCopiedByAnyRank() {
    run(
        4,
        rank -> {
          try (Arena arena = Arena.ofConfined();
              DeviceBuffer b = rank.device().allocate(DataType.INT32, 64)) {
            MemorySegment host = arena.allocate(256);
            for (int i = 0; i < 20; i++) {
              host.fill((byte) (rank.rank() + i));
              b.copyFrom(host);
              host.fill((byte) 0);
              b.copyTo(host);
              assertThat(host.get(ValueLayout.JAVA_BYTE, 77)).isEqualTo((byte) (rank.rank() + i));
              rank.communicator().barrier();
              rank.communicator().defaultStream().synchronize();
            }
          }
        });
  }

  @Test
  @Provokes(reports = MisuseKind.BUFFER_FREED)
  void failureOfADeviceStep_endsTheRankThatWaits_notTheOneThatRunsIt() {
    assertThatThrownBy(
            () ->
                run(
                    2,
                    rank -> {
                      Arena arena = Arena.ofShared();
                      MemorySegment host = arena.allocate(64);
                      try (DeviceBuffer b = rank.device().allocate(DataType.INT8, 64)) {
                        b.fill((byte) 1, rank.device().defaultStream());
                        b.copyTo(host, rank.device().defaultStream());
                        arena.close(); // while the copy is still enqueued
                        rank.device().defaultStream().synchronize();
                      }
                    }))
        .hasMessageContaining("copy to host of 64 bytes")
        .hasMessageContaining("rank 0")
        .hasMessageContaining("rank 1");
  }

  @Test
  @Provokes(reports = MisuseKind.HOST_BLOCKED)
  void blockedOutside_isReported() {
    try (Simulator simulator =
        Simulator.builder()
            .devices(2)
            .stallLimit(Duration.ofMillis(50))
            .checks(CheckLevel.FULL)
            .build()) {
      LinkedBlockingQueue<Integer> neverFed = new LinkedBlockingQueue<>();
      assertThatThrownBy(
              () ->
                  Ranks.run(
                      simulator.backend(),
                      2,
                      rank -> {
                        if (rank.rank() == 0) {
                          neverFed.take();
                        }
                      }))
          .hasMessageContaining("HOST_BLOCKED: rank 0")
          .hasMessageContaining("LinkedBlockingQueue.take");
      assertThat(simulator.findings())
          .extracting(ReportedMisuse::kind)
          .containsExactly(MisuseKind.HOST_BLOCKED);
      assertThat(simulator.isRepeatable()).isFalse();
    }
  }
}
