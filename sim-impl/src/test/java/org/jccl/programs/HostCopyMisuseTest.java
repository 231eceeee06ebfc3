package org.jccl.programs;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jccl.MisuseKind.BUFFER_FREED;
import static org.jccl.MisuseKind.BUFFER_REUSE;
import static org.jccl.programs.Lab.PLAIN;
import static org.jccl.programs.Lab.ints;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Graph;
import org.jccl.HostBuffer;
import org.jccl.MisuseKind;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.Ranks;
import org.jccl.ReduceOp;
import org.jccl.ReportedMisuse;
import org.jccl.Stream;
import org.jccl.sim.Provokes;
import org.jccl.sim.Simulator;
import org.junit.jupiter.api.Test;

/** The host side of enqueued copies: changed, read or freed too early (SIM-28, SIM-29). */
class HostCopyMisuseTest {
  private static final int RANKS = 3;
  private static final int SEEDS = 12;

  /** One rank's part: what it has, and whether it does the right thing. */
  private record Part(
      Rank rank, boolean waits, Stream s, Stream t, DeviceBuffer a, DeviceBuffer b, Event event) {
    void sum() {
      rank.communicator().allReduce(a, a, ReduceOp.SUM, s);
    }

    void waitIfRight() {
      if (waits) {
        s.synchronize();
      }
    }
  }

  @FunctionalInterface
  private interface Body {
    void run(Part part, MemorySegment host) throws Exception;
  }

  private static RankProgram program(boolean waits, Body body) {
    return rank -> {
      try (Arena arena = Arena.ofShared();
          Stream s = rank.device().newStream();
          Stream t = rank.device().newStream();
          Event event = rank.device().newEvent();
          DeviceBuffer a = ints(rank, 1);
          DeviceBuffer b = ints(rank, 1)) {
        MemorySegment host = arena.allocate(JAVA_INT);
        host.set(JAVA_INT, 0, 1);
        body.run(new Part(rank, waits || rank.rank() != 1, s, t, a, b, event), host);
        s.synchronize();
        t.synchronize();
      }
    };
  }

  /** In every schedule rank 1 is reported with its line, and nobody if all wait. */
  private static void found(MisuseKind kind, Body body) {
    ReportedMisuse report = PLAIN.finds(kind, RANKS, program(false, body));
    assertThat(report.ranks()).containsExactly(1);
    assertThat(report).hasMessageContaining("host").hasMessageContaining("HostCopyMisuseTest.java");
    for (long seed = 1; seed <= SEEDS; seed++) {
      assertThat(Lab.seeded(seed).finds(kind, RANKS, program(false, body)).ranks())
          .containsExactly(1);
    }
    legal(body);
  }

  private static void legal(Body body) {
    PLAIN.accepts(RANKS, program(true, body));
    for (long seed = 1; seed <= SEEDS; seed++) {
      Lab.seeded(seed).accepts(RANKS, program(true, body));
    }
  }

  @Test
  void SIM_28_theSourceIsFilledAnewTooEarly() {
    found(
        BUFFER_REUSE,
        (part, host) -> {
          for (int batch = 0; batch < 2; batch++) {
            part.a.copyFrom(host, part.s);
            part.sum();
            part.waitIfRight();
            host.set(JAVA_INT, 0, 10 + batch);
          }
          part.s.synchronize();
        });
  }

  @Test
  void SIM_28_theSourceIsFilledAnewBetweenLaunches() {
    found(
        BUFFER_REUSE,
        (part, host) -> {
          part.s.beginCapture();
          part.a.copyFrom(host, part.s);
          part.sum();
          try (Graph graph = part.s.endCapture()) {
            for (int batch = 0; batch < 3; batch++) {
              host.set(JAVA_INT, 0, batch);
              graph.launch(part.s);
              part.waitIfRight();
            }
            part.s.synchronize();
          }
        });
  }

  @Test
  void SIM_28_theTargetIsWrittenTooEarly() {
    found(
        BUFFER_REUSE,
        (part, host) -> {
          part.sum();
          part.a.copyTo(host, part.s);
          part.waitIfRight();
          host.set(JAVA_INT, 0, 7);
        });
  }

  @Test
  void SIM_29_theArenaIsClosedTooEarly() {
    found(
        BUFFER_FREED,
        (part, host) -> {
          try (Arena arena = Arena.ofShared()) {
            MemorySegment own = arena.allocate(JAVA_INT);
            part.a.copyFrom(own, part.s);
            part.waitIfRight();
          }
          part.sum();
        });
  }

  @Test
  void SIM_28_aHostBufferIsFilledAnewTooEarly() {
    found(
        BUFFER_REUSE,
        (part, host) -> {
          try (HostBuffer own = part.rank.device().allocateHost(DataType.INT32, 3)) {
            own.memory().fill((byte) 0);
            for (int batch = 1; batch < 3; batch++) {
              part.a.copyFrom(own.slice(batch, 1), part.s);
              part.sum();
              part.waitIfRight();
              own.memory().setAtIndex(JAVA_INT, batch, 5);
            }
            part.s.synchronize();
          }
        });
  }

  @Test
  void SIM_29_aHostBufferIsClosedTooEarly_isReportedThere() {
    found(
        BUFFER_FREED,
        (part, host) -> {
          HostBuffer own = part.rank.device().allocateHost(DataType.INT32, 1);
          part.sum();
          part.a.copyTo(own.slice(0, 1), part.s);
          part.waitIfRight();
          try {
            own.close();
          } catch (ReportedMisuse found) {
            assertThat(found).hasMessageContaining("is freed after the copy was enqueued");
            throw found;
          }
          part.s.synchronize();
        });
  }

  @Test
  void aHostBufferThatIsClosedByAnExceptionIsNoSecondReport() {
    RankProgram program =
        rank -> {
          try (DeviceBuffer a = ints(rank, 1);
              HostBuffer own = rank.device().allocateHost(DataType.INT32, 1)) {
            a.copyTo(own, rank.device().defaultStream());
            throw new IllegalArgumentException("the program's own");
          }
        };
    assertThatThrownBy(() -> PLAIN.accepts(RANKS, program))
        .hasStackTraceContaining("the program's own");
  }

  @Provokes(leaves = "a host buffer a rank")
  @Test
  void aHostBufferThatIsNeverClosedIsALeak() {
    List<String> told = Collections.synchronizedList(new ArrayList<>());
    try (Simulator simulator = Simulator.builder().devices(2).warnings(told::add).build()) {
      Ranks.run(
          simulator.backend(),
          2,
          rank -> {
            HostBuffer left = rank.device().allocateHost(DataType.INT64, 4);
            left.slice(0, 2).close();
            assertThat(left.isClosed()).isFalse();
          });
    }
    assertThat(told)
        .anyMatch(
            line ->
                line.contains("2 host buffers (64 bytes) were never closed")
                    && line.contains("HostCopyMisuseTest.java"));
  }

  @Test
  void twoHostBuffersThatTakeTurnsByEventsAreLegal() {
    legal(
        (part, host) -> {
          try (HostBuffer one = part.rank.device().allocateHost(DataType.INT32, 1);
              HostBuffer two = part.rank.device().allocateHost(DataType.INT32, 1)) {
            for (int batch = 0; batch < 4; batch++) {
              HostBuffer turn = batch % 2 == 0 ? one : two;
              turn.memory().set(JAVA_INT, 0, batch);
              part.a.copyFrom(turn, part.s);
              part.event.record(part.s);
              part.sum();
              part.event.synchronize();
            }
            part.s.synchronize();
          }
        });
  }

  @Test
  void whoReadsTheTargetTooEarlySeesNonsense() {
    PLAIN.accepts(
        RANKS,
        program(
            true,
            (part, host) -> {
              part.a.copyTo(host, part.s);
              assertThat(host.get(JAVA_INT, 0)).isEqualTo(-1);
              part.s.synchronize();
              assertThat(host.get(JAVA_INT, 0)).isZero();
            }));
  }

  @Test
  void aWaitForAnotherStreamBehindTheCopyCounts() {
    legal(
        (part, host) -> {
          part.a.copyFrom(host, part.t);
          part.event.record(part.t);
          part.s.waitFor(part.event);
          part.sum();
          part.s.synchronize();
          host.set(JAVA_INT, 0, 3);
        });
  }

  @Test
  void copiesOutAndInAgainOfTheSameMemoryAreOrdered() {
    legal(
        (part, host) -> {
          part.sum();
          part.a.copyTo(host, part.s);
          part.b.copyFrom(host, part.s);
          part.s.synchronize();
          int[] seen = new int[1];
          part.b.copyTo(seen);
          assertThat(seen).containsExactly(0);
        });
  }
}
