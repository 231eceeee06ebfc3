package org.jccl.programs;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.function.Consumer;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Graph;
import org.jccl.MisuseKind;
import org.jccl.Rank;
import org.jccl.Ranks;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.config.ConfigField;
import org.jccl.sim.Provokes;
import org.jccl.sim.Simulator;
import org.junit.jupiter.api.Test;

/** Communicators with and without launchOrderImplicit on one GPU (rules CFG-20, SIM-69). */
class LaunchOrderTest {
  private static final CommunicatorConfig IMPLICIT =
      CommunicatorConfig.builder().set(ConfigField.LAUNCH_ORDER_IMPLICIT, 1).build();

  /** What a rank has: two communicators, two streams, two buffers. */
  private record Both(
      Communicator plain, Communicator other, Stream s, Stream t, DeviceBuffer x, DeviceBuffer y) {}

  private static void run(CommunicatorConfig second, Consumer<Both> body) {
    run(Map.of(), second, body);
  }

  private static void run(
      Map<String, String> environment, CommunicatorConfig second, Consumer<Both> body) {
    try (Simulator simulator =
        Simulator.builder()
            .devices(3)
            .ncclVersion("2.31.2")
            .environment(environment)
            .warnings(line -> {})
            .build()) {
      Ranks.run(simulator.backend(), 3, rank -> run(rank, second, body));
    }
  }

  private static void run(Rank rank, CommunicatorConfig second, Consumer<Both> body) {
    try (Communicator other = rank.communicator().split(0, rank.rank(), second);
        Stream s = rank.device().newStream();
        Stream t = rank.device().newStream();
        DeviceBuffer x = rank.device().allocate(DataType.INT32, 3);
        DeviceBuffer y = rank.device().allocate(DataType.INT32, 3)) {
      x.copyFrom(1, 2, 3);
      y.copyFrom(1, 2, 3);
      body.accept(new Both(rank.communicator(), other, s, t, x, y));
      s.synchronize();
      t.synchronize();
    }
  }

  private static void sums(Both b) {
    b.plain.allReduce(b.x, ReduceOp.SUM, b.s);
    b.other.allReduce(b.y, ReduceOp.SUM, b.t);
  }

  @Provokes(reports = MisuseKind.LAUNCH_ORDER_MIXED, leaves = "ranks are stopped by the report")
  @Test
  void aPlainOneBesideAnImplicitOne_isReported() {
    assertThatThrownBy(() -> run(IMPLICIT, LaunchOrderTest::sums))
        .hasMessageContainingAll(
            "LAUNCH_ORDER_MIXED on device",
            "nothing orders work of comm-1 (launchOrderImplicit 0)",
            "and of comm-2 (launchOrderImplicit 1)",
            "all_reduce");
  }

  @Provokes(reports = MisuseKind.LAUNCH_ORDER_MIXED, leaves = "ranks are stopped by the report")
  @Test
  void aGraphBesideAGroupOfMessages_isReported() {
    assertThatThrownBy(
            () ->
                run(
                    IMPLICIT,
                    b -> {
                      b.s.beginCapture();
                      b.plain.broadcast(b.x, 0, b.s);
                      try (Graph graph = b.s.endCapture()) {
                        graph.launch(b.s);
                        int n = b.other.worldSize();
                        int me = b.other.rank();
                        b.other.group(
                            g -> {
                              g.send(b.y.slice(0, 1), (me + 1) % n, b.t);
                              g.recv(b.y.slice(1, 1), (me + n - 1) % n, b.t);
                            });
                        b.s.synchronize();
                        b.t.synchronize();
                      }
                    }))
        .hasMessageContainingAll("LAUNCH_ORDER_MIXED", "broadcast", "send");
  }

  @Test
  void oneOrder_orOneKind_isFine() {
    run(
        IMPLICIT,
        b -> {
          sums(new Both(b.plain, b.other, b.s, b.s, b.x, b.y));
          b.s.synchronize();
          b.other.allReduce(b.y, ReduceOp.SUM, b.t);
          b.t.synchronize();
          b.plain.allReduce(b.x, ReduceOp.SUM, b.s);
        });
    run(CommunicatorConfig.defaults(), LaunchOrderTest::sums);
    run(Map.of("NCCL_LAUNCH_ORDER_IMPLICIT", "1"), IMPLICIT, LaunchOrderTest::sums);
  }
}
