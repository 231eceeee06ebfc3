package org.jccl.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jccl.programs.Lab.PLAIN;
import static org.jccl.programs.Lab.ints;

import org.jccl.CollectiveException;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Graph;
import org.jccl.RankProgram;
import org.jccl.Ranks;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.Window;
import org.jccl.sim.Provokes;
import org.jccl.sim.Simulator;
import org.junit.jupiter.api.Test;

/** What a report about a capture says, and what the simulator takes (rules STR-25 to STR-31). */
class CaptureMisuseTest {
  private static RankProgram forked(boolean comesBack) {
    return rank -> {
      try (Stream s = rank.device().newStream();
          Stream t = rank.device().newStream();
          Event fork = rank.device().newEvent();
          Event join = rank.device().newEvent();
          DeviceBuffer a = ints(rank, 1)) {
        s.beginCapture();
        fork.record(s);
        t.waitFor(fork);
        rank.communicator().allReduce(a, a, ReduceOp.SUM, t);
        join.record(t);
        if (comesBack) {
          s.waitFor(join);
          s.endCapture().close();
        } else {
          assertThatThrownBy(s::endCapture)
              .isInstanceOf(CollectiveException.class)
              .hasMessageContaining("of device " + rank.rank() + " joined the capture of stream")
              .hasMessageMatching("(?s).*(CaptureMisuseTest.java:\\d+.*){3}")
              .hasMessageContaining("904");
        }
      }
    };
  }

  @Test
  void theEndSaysWhichStreamDoesNotComeBack() {
    PLAIN.accepts(2, forked(false));
    PLAIN.accepts(2, forked(true));
  }

  @Test
  void theNextCallOfACommunicatorJoinsAStream() {
    PLAIN.accepts(
        2,
        rank -> {
          try (Stream s = rank.device().newStream();
              Stream t = rank.device().newStream();
              Event fork = rank.device().newEvent();
              DeviceBuffer a = ints(rank, 1)) {
            s.beginCapture();
            fork.record(s);
            t.waitFor(fork);
            rank.communicator().allReduce(a, a, ReduceOp.SUM, t);
            rank.communicator().allReduce(a, a, ReduceOp.SUM, s);
            try (Graph graph = s.endCapture()) {
              graph.launch(s);
              graph.launch(s);
              s.synchronize();
            }
          }
        });
  }

  @Test
  void theFirstBarrierMayBeCaptured() {
    PLAIN.accepts(
        2,
        rank -> {
          try (Stream s = rank.device().newStream()) {
            s.beginCapture();
            rank.communicator().barrier(s); // it takes memory of its own
            try (Graph graph = s.endCapture()) {
              graph.launch(s);
              s.synchronize();
            }
          }
        });
  }

  @Test
  void aCapturingThreadRegistersNoWindow() {
    PLAIN.accepts(
        2,
        rank -> {
          try (Stream s = rank.device().newStream();
              DeviceBuffer own = rank.device().allocateRegistrable(DataType.INT32, 4)) {
            s.beginCapture();
            assertThatThrownBy(() -> rank.communicator().registerWindow(own))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("STR-30");
            s.endCapture().close();
            try (Window window = rank.communicator().registerWindow(own)) {
              assertThat(window.buffer()).isSameAs(own);
            }
          }
        });
  }

  @Test
  @Provokes(leaves = "what it looks for")
  void aCaptureThatNobodyEndsIsTold() {
    Simulator simulator = Simulator.builder().build();
    try (simulator) {
      Ranks.run(
          simulator.backend(),
          1,
          rank -> {
            try (Stream s = rank.device().newStream();
                DeviceBuffer a = ints(rank, 1)) {
              s.beginCapture();
              rank.communicator().allReduce(a, a, ReduceOp.SUM, s);
            }
          });
    }
    assertThat(simulator.leaks())
        .singleElement()
        .asString()
        .contains("capture of stream", "never ended", "CaptureMisuseTest.java");
  }
}
