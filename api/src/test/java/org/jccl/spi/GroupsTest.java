package org.jccl.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.groups.Tuple;
import org.jccl.Collectives;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.GroupScope;
import org.jccl.ReduceOp;
import org.jccl.ResultCode;
import org.jccl.ops.Operation;
import org.jccl.testing.Crew;
import org.jccl.testing.FakeBackend;
import org.jccl.testing.FakeCommunicator;
import org.jccl.testing.FakeCommunicator.Issued;
import org.junit.jupiter.api.Test;

class GroupsTest {
  private final FakeBackend backend = new FakeBackend(4);
  private final FakeCommunicator comm = backend.lone(1, 4);
  private final DeviceBuffer buffer = floats(8);

  @Test
  void group_isIssuedOnce_inOrder_whenTheBodyReturns() {
    comm.group(
        g -> {
          g.send(buffer, 2);
          g.recv(floats(8), 0);
          assertThat(backend.groups()).isEmpty();
        });

    assertThat(backend.groups()).hasSize(1);
    assertThat(operations(0)).containsExactly(Operation.SEND, Operation.RECV);
    assertThat(comm.issued()).isEmpty();
  }

  @Test
  void aFailure_countsTheCallsBeforeIt_thoseOfGroupsToo() {
    comm.allReduce(buffer, ReduceOp.SUM);
    comm.group(
        g -> {
          g.send(buffer, 0);
          g.send(buffer, 2);
        });
    comm.sendRecv(buffer, 2, floats(8), 0);
    assertThatThrownBy(
            () ->
                comm.group(
                    g -> {
                      g.send(buffer, 0);
                      g.send(buffer, 99);
                    }))
        .isInstanceOf(IllegalArgumentException.class);

    assertThat(comm.failure(ResultCode.INTERNAL_ERROR.code(), "a call"))
        .hasMessageContaining("a call after 5 calls");
  }

  @Test
  void callsOnTheCommunicatorItself_joinToo() {
    comm.group(g -> comm.allReduce(buffer, ReduceOp.SUM));

    assertThat(operations(0)).containsExactly(Operation.ALL_REDUCE);
  }

  @Test
  void nestedGroups_joinTheOutermost() {
    comm.group(
        g -> {
          g.send(buffer, 0);
          comm.group(inner -> inner.send(buffer, 2));
          g.sendRecv(buffer, 3, floats(8), 3);
          assertThat(backend.groups()).isEmpty();
        });

    assertThat(backend.groups()).hasSize(1);
    assertThat(operations(0))
        .containsExactly(Operation.SEND, Operation.SEND, Operation.SEND, Operation.RECV);
  }

  @Test
  void barriersOfOneGroup_reduceDifferentElements_GRP20() {
    comm.barrier();
    comm.group(
        g -> {
          g.barrier();
          g.barrier();
        });
    comm.barrier();

    List<Issued> grouped = backend.groups().getFirst();
    assertThat(grouped.get(0).send()).isNotEqualTo(grouped.get(1).send());
    assertThat(comm.issued().get(0).send()).isEqualTo(comm.issued().get(1).send());
  }

  @Test
  void emptyGroup_issuesNothing() {
    comm.group(g -> {});

    assertThat(backend.groups()).isEmpty();
  }

  @Test
  void bodyThatThrows_issuesNothing_andTheExceptionGoesOn() {
    assertThatThrownBy(
            () ->
                comm.group(
                    g -> {
                      g.send(buffer, 2);
                      throw new ArithmeticException("mine");
                    }))
        .isInstanceOf(ArithmeticException.class)
        .hasMessage("mine");

    assertThat(backend.groups()).isEmpty();
    comm.group(g -> g.send(buffer, 2));
    assertThat(operations(0)).as("nothing is left over").containsExactly(Operation.SEND);
  }

  @Test
  void failedCallThatTheBodySwallows_poisonsTheGroup_GRP11() {
    assertThatThrownBy(
            () ->
                comm.group(
                    g -> {
                      g.send(buffer, 2);
                      swallow(() -> g.send(buffer, 9));
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("GRP-11")
        .hasMessageContaining("peer 9")
        .hasCauseInstanceOf(IllegalArgumentException.class);
    assertThat(backend.groups()).isEmpty();
  }

  @Test
  void refusedUnevenForm_poisonsTheGroupToo_GRP11() {
    assertThatThrownBy(
            () ->
                comm.group(
                    g -> {
                      g.send(buffer, 2);
                      swallow(() -> g.allGatherV(buffer, floats(8), new long[] {1, 2}));
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("GRP-11");
    assertThat(backend.groups()).isEmpty();
  }

  @Test
  void innerBodyThatThrows_poisonsTheOutermost_GRP11() {
    assertThatThrownBy(
            () ->
                comm.group(
                    g -> {
                      g.send(buffer, 2);
                      swallow(
                          () ->
                              comm.group(
                                  inner -> {
                                    throw new ArithmeticException("inner");
                                  }));
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasCauseInstanceOf(ArithmeticException.class);
  }

  @Test
  void viewAfterItsBody_isRefused_inEveryForm() {
    List<Collectives> leaked = new ArrayList<>();
    comm.group(leaked::add);
    Collectives g = leaked.getFirst();

    assertRefused(() -> g.allReduce(buffer, ReduceOp.SUM));
    assertRefused(() -> g.send(buffer, 0, comm.defaultStream()));
    assertRefused(() -> g.sendRecv(buffer, 0, floats(8), 0, comm.defaultStream()));
    assertRefused(() -> g.barrier(comm.defaultStream()));
    assertRefused(
        () -> g.allGatherV(floats(2), floats(8), new long[] {2, 2, 2, 2}, comm.defaultStream()));
    assertThat(backend.groups()).isEmpty();
    assertThat(comm.issued()).isEmpty();
  }

  @Test
  void viewOfAnEarlierGroup_isRefusedInsideALaterOne_whichIssuesNothing_GRP11() {
    List<Collectives> leaked = new ArrayList<>();
    comm.group(leaked::add);

    assertThatThrownBy(
            () ->
                comm.group(
                    g -> {
                      g.send(buffer, 2);
                      assertRefused(() -> leaked.getFirst().send(buffer, 2));
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("nothing of this group was issued");
    assertThat(backend.groups()).isEmpty();
  }

  @Test
  void viewOfAnInnerGroup_worksUntilTheOutermostBodyReturns() {
    comm.group(
        g -> {
          List<Collectives> inner = new ArrayList<>();
          comm.group(inner::add);
          inner.getFirst().send(buffer, 2);
        });

    assertThat(operations(0)).containsExactly(Operation.SEND);
  }

  @Test
  void scopeOfAnEarlierGroup_isRefusedInsideALaterOne() {
    List<GroupScope> leaked = new ArrayList<>();
    backend.group(leaked::add);

    backend.group(g -> assertRefused(() -> leaked.getFirst().on(comm)));
  }

  @Test
  void scopeAfterItsBody_isRefused() {
    List<GroupScope> leaked = new ArrayList<>();
    backend.group(leaked::add);

    assertRefused(() -> leaked.getFirst().on(comm));
  }

  @Test
  void viewOnAnotherThread_isRefused() {
    comm.group(
        g -> {
          Crew<Void> other =
              Crew.run(
                  1,
                  i -> {
                    g.send(buffer, 2);
                    return null;
                  });
          assertThat(other.failure(0)).isInstanceOf(IllegalStateException.class);
        });
  }

  @Test
  void severalCommunicators_shareOneGroup() {
    FakeCommunicator other = backend.lone(2, 4);
    DeviceBuffer there = other.device().allocate(DataType.FLOAT32, 8);

    backend.group(
        g -> {
          g.on(comm).send(buffer, 2);
          g.on(other).recv(there, 1);
        });

    assertThat(backend.groups().getFirst())
        .extracting(Issued::communicator)
        .containsExactly(comm, other);
  }

  @Test
  void communicatorOfAnotherBackend_isRefused() {
    FakeCommunicator foreign = new FakeBackend(1).lone(0, 1);

    assertThatThrownBy(() -> backend.group(g -> g.on(foreign)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("another backend");
    assertThatThrownBy(() -> backend.group(g -> foreign.group(inner -> {})))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("two backends");
  }

  @Test
  void largeGroups_growTheRecording_andKeepTheOrder() {
    comm.group(
        g -> IntStream.range(0, 1000).forEach(i -> g.send(buffer.slice(0, i % 8 + 1), i % 4)));

    List<Issued> calls = backend.groups().getFirst();
    assertThat(calls).hasSize(1000);
    for (int i = 0; i < 1000; i++) {
      assertThat(calls.get(i).rootOrPeer()).isEqualTo(i % 4);
      assertThat(calls.get(i).count()).isEqualTo(i % 8 + 1);
      assertThat(calls.get(i).send()).isEqualTo(buffer.address());
    }
  }

  @Test
  void allGatherV_isAGroupOfBroadcasts_withoutEmptyBlocks_COL24() {
    long[] counts = {3, 2, 0, 1};
    DeviceBuffer recv = floats(6);

    comm.allGatherV(floats(2), recv, counts);

    assertThat(backend.groups().getFirst())
        .extracting(Issued::operation, Issued::count, Issued::rootOrPeer)
        .containsExactly(
            Tuple.tuple(Operation.BROADCAST, 3L, 0),
            Tuple.tuple(Operation.BROADCAST, 2L, 1),
            Tuple.tuple(Operation.BROADCAST, 1L, 3));
    assertThat(backend.groups().getFirst())
        .extracting(Issued::recv)
        .containsExactly(recv.address(), recv.address() + 12, recv.address() + 20);
  }

  @Test
  void reduceScatterV_isAGroupOfReduces_COL24() {
    DeviceBuffer send = floats(6);
    DeviceBuffer recv = floats(2);

    comm.reduceScatterV(send, recv, new long[] {3, 2, 0, 1}, ReduceOp.MAX);

    assertThat(operations(0)).containsOnly(Operation.REDUCE).hasSize(3);
    assertThat(backend.groups().getFirst()).extracting(Issued::rootOrPeer).containsExactly(0, 1, 3);
    assertThat(backend.groups().getFirst().get(1).recv()).isEqualTo(recv.address());
    assertThat(backend.groups().getFirst().get(0).recv()).as("others receive nothing").isZero();
  }

  @Test
  void allToAllV_isAGroupOfSendsAndReceives_COL24() {
    comm.allToAllV(
        floats(3),
        new long[] {1, 0, 2, 0},
        floats(4),
        new long[] {0, 0, 1, 3},
        comm.defaultStream());

    assertThat(backend.groups().getFirst())
        .extracting(Issued::toString)
        .containsExactly(
            "send(count 1, peer 0)",
            "send(count 2, peer 2)",
            "recv(count 1, peer 2)",
            "recv(count 3, peer 3)");
  }

  @Test
  void gatherVAndScatterV_moveTheRootsBlocks_COL24() {
    long[] counts = {1, 2, 3, 4};

    comm.gatherV(floats(2), null, counts, 0);
    comm.gatherV(floats(2), floats(10), counts, 1);
    comm.scatterV(null, floats(2), counts, 3);

    assertThat(operations(0)).containsExactly(Operation.SEND);
    assertThat(operations(1))
        .containsExactly(
            Operation.SEND, Operation.RECV, Operation.RECV, Operation.RECV, Operation.RECV);
    assertThat(operations(2)).containsExactly(Operation.RECV);
  }

  @Test
  void unevenForms_refuseWrongCounts_namingRankAndOperation() {
    assertThatThrownBy(() -> comm.allGatherV(floats(2), floats(8), new long[] {2, 2}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("fake, rank 1/4, all_gather_v: 2 counts");
    assertThatThrownBy(() -> comm.allGatherV(floats(3), floats(8), new long[] {2, 2, 2, 2}))
        .hasMessageContaining("send count 3, expected counts[rank] = 2");
    assertThatThrownBy(() -> comm.allGatherV(floats(2), floats(7), new long[] {2, 2, 2, 2}))
        .hasMessageContaining("block of rank 3 (2 elements at 6) is not inside the recv buffer");
    assertThatThrownBy(() -> comm.gatherV(floats(2), null, new long[] {2, 2, 2, 2}, 1))
        .hasMessageContaining("the root's buffer is null");
    assertThatThrownBy(() -> comm.scatterV(null, floats(2), new long[] {2, 2, 2, 2}, 4))
        .hasMessageContaining("root 4 is not a rank: pass 0 to 3");
    assertThat(backend.groups()).isEmpty();
  }

  private static void assertRefused(Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the group's body has returned on this thread");
  }

  private static void swallow(Runnable call) {
    assertThatThrownBy(call::run).isInstanceOf(RuntimeException.class);
  }

  private List<Operation> operations(int group) {
    return backend.groups().get(group).stream().map(Issued::operation).toList();
  }

  private DeviceBuffer floats(long count) {
    return comm.device().allocate(DataType.FLOAT32, count);
  }
}
