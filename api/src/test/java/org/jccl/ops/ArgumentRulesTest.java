package org.jccl.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jccl.CheckLevel;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.PreMulSum;
import org.jccl.ReduceOp;
import org.jccl.testing.FakeBackend;
import org.jccl.testing.FakeCommunicator;
import org.junit.jupiter.api.Test;

class ArgumentRulesTest {
  private final FakeBackend backend = new FakeBackend(4);
  private final FakeCommunicator comm = backend.lone(2, 4);

  @Test
  void properCalls_reachTheImplementation_withNcclsCounts() {
    comm.allReduce(floats(8), floats(8), ReduceOp.AVG);
    comm.allGather(floats(2), floats(8));
    comm.reduceScatter(floats(8), floats(2), ReduceOp.SUM);
    comm.allToAll(floats(8), floats(8));
    comm.gather(floats(3), null, 0);
    comm.gather(floats(3), floats(12), 2);
    comm.scatter(null, floats(3), 0);
    comm.scatter(floats(12), floats(3), 2);
    comm.broadcast(null, floats(5), 0);
    comm.reduce(floats(5), null, ReduceOp.MIN, 0);
    comm.send(floats(0), 2);
    comm.recv(floats(7), 0);

    assertThat(comm.issued())
        .extracting(FakeCommunicator.Issued::count)
        .containsExactly(8L, 2L, 2L, 2L, 3L, 3L, 3L, 3L, 5L, 5L, 0L, 7L);
  }

  @Test
  void rootAndPeer_mustBeRanks_COL08() {
    refused(() -> comm.broadcast(floats(1), 4), "broadcast: root 4 is not a rank: pass 0 to 3");
    refused(() -> comm.broadcast(floats(1), -1), "broadcast: root -1 is not a rank");
    refused(() -> comm.send(floats(1), 4), "send: peer 4 is not a rank: pass 0 to 3");
    refused(() -> comm.recv(floats(1), -1), "recv: peer -1 is not a rank");
  }

  @Test
  void neededBuffers_mustBeThere_COL03() {
    refused(() -> comm.allReduce(null, floats(1), ReduceOp.SUM), "all_reduce: send buffer is null");
    refused(() -> comm.allReduce(floats(1), null, ReduceOp.SUM), "all_reduce: recv buffer is null");
    refused(
        () -> comm.broadcast(null, floats(1), 2),
        "broadcast: send buffer is null, but it is needed on the root (rank 2)");
    refused(() -> comm.gather(floats(1), null, 2), "gather: recv buffer is null");
  }

  @Test
  void counts_mustFit_namingBothAndWhatToDo() {
    refused(
        () -> comm.allReduce(floats(8), floats(7), ReduceOp.SUM),
        "all_reduce: recv count 7, expected 8: pass a larger buffer");
    refused(
        () -> comm.allGather(floats(2), floats(9)),
        "all_gather: recv count 9, expected 8: pass a slice of 8 elements");
    refused(
        () -> comm.reduceScatter(floats(7), floats(2), ReduceOp.SUM),
        "reduce_scatter: send count 7, expected 8");
    refused(() -> comm.allToAll(floats(7), floats(7)), "all_to_all: send count 7, expected 4");
  }

  @Test
  void types_mustAgree_namingBoth() {
    DeviceBuffer doubles = comm.device().allocate(DataType.FLOAT64, 4);

    refused(
        () -> comm.allReduce(floats(4), doubles, ReduceOp.SUM),
        "all_reduce: send type FLOAT32, recv type FLOAT64");
  }

  @Test
  void buffersAndStreams_mustBeOnTheCommunicatorsDevice() {
    DeviceBuffer elsewhere = backend.devices().get(1).allocate(DataType.FLOAT32, 4);

    refused(
        () -> comm.allReduce(elsewhere, floats(4), ReduceOp.SUM),
        "all_reduce: send buffer belongs to fake device 1, the communicator to fake device 2");
    refused(
        () -> comm.send(floats(1), 0, backend.devices().get(3).newStream()),
        "send: stream belongs to fake device 3");
  }

  @Test
  void closedBuffers_areRefused() {
    DeviceBuffer closed = floats(4);
    closed.close();

    assertThatThrownBy(() -> comm.allReduce(closed, ReduceOp.SUM))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("fake, rank 2/4, all_reduce: send buffer is closed");
  }

  @Test
  void onlyTheExactInPlaceForms_mayOverlap_COL05() {
    DeviceBuffer memory = floats(16);
    comm.allReduce(memory, ReduceOp.SUM);
    comm.allGather(memory.slice(8, 4), memory);
    comm.reduceScatter(memory, memory.slice(8, 4), ReduceOp.SUM);
    comm.gather(memory.slice(8, 4), memory, 2);
    comm.scatter(memory, memory.slice(8, 4), 2);
    comm.allReduce(memory.slice(0, 8), memory.slice(8, 8), ReduceOp.SUM);

    refused(
        () -> comm.allReduce(memory.slice(0, 8), memory.slice(4, 8), ReduceOp.SUM),
        "all_reduce: send and recv overlap (send starts -16 bytes from recv)");
    refused(
        () -> comm.allGather(memory.slice(4, 4), memory),
        "must be disjoint, or send be the own block of recv (COL-05)");
    refused(
        () -> comm.reduceScatter(memory, memory.slice(0, 4), ReduceOp.SUM),
        "must be disjoint, or recv be the own block of send (COL-05)");
    refused(() -> comm.allToAll(memory, memory), "must be disjoint (COL-05)");
  }

  @Test
  void overlapOfUnusedBuffers_doesNotMatter_COL13() {
    DeviceBuffer memory = floats(8);

    comm.reduce(memory.slice(0, 4), memory.slice(2, 4), ReduceOp.SUM, 0);

    assertThat(comm.issued()).hasSize(1);
  }

  @Test
  void reductions_mustBelongToCommunicatorAndType_PMS04_PMS05() {
    refused(() -> comm.allReduce(floats(1), null), "all_reduce: the reduction is null");
    PreMulSum foreign = backend.lone(3, 4).preMulSum(DataType.FLOAT32, 2);
    refused(() -> comm.allReduce(floats(1), foreign), "belongs to fake, rank 3");
    PreMulSum doubles = comm.preMulSum(DataType.FLOAT64, 2);
    refused(() -> comm.allReduce(floats(1), doubles), "is for FLOAT64, the buffers have FLOAT32");
    PreMulSum closed = comm.preMulSum(DataType.FLOAT32, 2);
    closed.close();
    assertThatThrownBy(() -> comm.allReduce(floats(1), closed))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the reduction is closed");
  }

  @Test
  void withoutChecks_everythingReachesTheImplementation() {
    FakeCommunicator unchecked =
        backend.lone(0, 4, CommunicatorConfig.builder().checks(CheckLevel.NONE).build());

    unchecked.broadcast(unchecked.device().allocate(DataType.INT8, 3), 77);

    assertThat(unchecked.issued().getFirst().rootOrPeer()).isEqualTo(77);
  }

  private void refused(ThrowingCallable call, String words) {
    int before = comm.issued().size();
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("fake, rank 2/4, ")
        .hasMessageContaining(words);
    assertThat(comm.issued()).hasSize(before);
  }

  private DeviceBuffer floats(long count) {
    return comm.device().allocate(DataType.FLOAT32, count);
  }
}
