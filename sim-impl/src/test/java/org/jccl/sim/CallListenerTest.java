package org.jccl.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import org.jccl.CallListener;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.IssuedCall;
import org.jccl.Rank;
import org.jccl.Ranks;
import org.jccl.ReduceOp;
import org.junit.jupiter.api.Test;

/** What a listener hears of the calls of its communicator. */
class CallListenerTest {
  /** What the listeners of all ends have heard, by communicator and rank. */
  private final Map<String, List<String>> heard = new ConcurrentSkipListMap<>();

  private CallListener listen(CallListener.Endpoint where) {
    List<String> lines = new CopyOnWriteArrayList<>();
    String end = where.communicator() + ":" + where.rank();
    heard.put(heard.containsKey(end) ? end + " again" : end, lines);
    return new CallListener() {
      @Override
      public void before(IssuedCall call) {
        lines.add("before " + words(call));
      }

      @Override
      public void after(IssuedCall call) {
        lines.add("after " + words(call));
      }

      @Override
      public void failed(IssuedCall call, Throwable failure) {
        lines.add("failed " + words(call) + " " + failure.getClass().getSimpleName());
      }

      @Override
      public void aborted() {
        lines.add("aborted");
      }

      @Override
      public void closed() {
        lines.add("closed");
      }
    };
  }

  private static String words(IssuedCall call) {
    return call.number()
        + (call.isMessage() ? "m " : " ")
        + call.method()
        + (call.method().equals(call.operation()) ? "" : "=" + call.operation())
        + " "
        + call.type()
        + " "
        + call.bytes()
        + (call.rootOrPeer() == IssuedCall.NO_RANK ? "" : " with " + call.rootOrPeer())
        + (call.groupSize() == 1 ? "" : " of " + call.groupSize());
  }

  private void run(int ranks, CommunicatorConfig config, BiConsumer<Rank, Communicator> body) {
    try (Simulator simulator = Simulator.builder().devices(4).warnings(line -> {}).build()) {
      Ranks.run(
          simulator.backend(),
          ranks,
          rank -> {
            try (Communicator comm =
                Communicator.open(rank.processGroup(), rank.device(), config)) {
              body.accept(rank, comm);
            }
          });
    }
  }

  private CommunicatorConfig.Builder config() {
    return CommunicatorConfig.builder().name("c").warmUp(false).listener(this::listen);
  }

  @Test
  void calls_areToldBeforeAndAfter_withTheirNumber() {
    run(
        2,
        config().build(),
        (rank, comm) -> {
          try (DeviceBuffer buffer = comm.device().allocate(DataType.FLOAT32, 8)) {
            comm.allReduce(buffer, buffer, ReduceOp.SUM, comm.defaultStream());
            comm.broadcast(buffer, 1, comm.defaultStream());
            comm.barrier();
            comm.defaultStream().synchronize();
          }
        });

    assertThat(heard.keySet()).containsExactly("c:0", "c:1");
    assertThat(heard.get("c:0"))
        .isEqualTo(heard.get("c:1"))
        .containsExactly(
            "before 0 all_reduce FLOAT32 32",
            "after 0 all_reduce FLOAT32 32",
            "before 1 broadcast FLOAT32 32 with 1",
            "after 1 broadcast FLOAT32 32 with 1",
            "before 2 barrier=all_reduce INT32 4",
            "after 2 barrier=all_reduce INT32 4",
            "closed");
  }

  @Test
  void groups_tellAllCallsBefore_thenAllAfter() {
    run(
        2,
        config().build(),
        (rank, comm) -> {
          try (DeviceBuffer buffer = comm.device().allocate(DataType.INT32, 4)) {
            comm.group(
                g -> {
                  g.send(buffer.slice(0, 2), 1 - rank.rank(), comm.defaultStream());
                  g.recv(buffer.slice(2, 2), 1 - rank.rank(), comm.defaultStream());
                });
            comm.defaultStream().synchronize();
          }
        });

    assertThat(heard.get("c:0"))
        .containsExactly(
            "before 0m send INT32 8 with 1 of 2",
            "before 1m recv INT32 8 with 1 of 2",
            "after 0m send INT32 8 with 1 of 2",
            "after 1m recv INT32 8 with 1 of 2",
            "closed");
  }

  @Test
  void refusedCalls_areNotTold_andChildrenAreHeard() {
    run(
        2,
        config().build(),
        (rank, comm) -> {
          try (DeviceBuffer buffer = comm.device().allocate(DataType.INT32, 4);
              Communicator child = comm.split(0, 0)) {
            assertThatThrownBy(() -> comm.broadcast(buffer, 7, comm.defaultStream()))
                .isInstanceOf(IllegalArgumentException.class);
            child.allReduce(buffer, buffer, ReduceOp.MAX, child.defaultStream());
            child.defaultStream().synchronize();
          }
        });

    assertThat(heard.get("c:1")).containsExactly("closed");
    assertThat(heard.get("c:1 again"))
        .containsExactly("before 0 all_reduce INT32 16", "after 0 all_reduce INT32 16", "closed");
  }

  @Test
  void failedCalls_giveTheirNumberBack() {
    run(
        2,
        config().build(),
        (rank, comm) -> {
          comm.abort();
        });

    assertThat(heard.get("c:0")).containsExactly("aborted", "closed");
  }

  @Test
  void listenerThatThrows_isToldNoMore_andTheCallGoesOn() {
    List<Long> asked = new CopyOnWriteArrayList<>();
    CommunicatorConfig config =
        config()
            .listener(
                where ->
                    new CallListener() {
                      @Override
                      public void before(IssuedCall call) {
                        asked.add(call.number());
                        throw new IllegalStateException("listener");
                      }
                    })
            .build();

    run(
        2,
        config,
        (rank, comm) -> {
          try (DeviceBuffer buffer = comm.device().allocate(DataType.INT32, 4)) {
            buffer.copyFrom(1, 2, 3, 4);
            for (int i = 0; i < 3; i++) {
              comm.allReduce(buffer, buffer, ReduceOp.SUM, comm.defaultStream());
            }
            comm.defaultStream().synchronize();
            int[] sums = new int[4];
            buffer.copyTo(sums);
            assertThat(sums).containsExactly(8, 16, 24, 32);
          }
        });

    assertThat(asked).containsExactly(0L, 0L);
    assertThat(heard.get("c:0")).hasSize(7);
  }
}
