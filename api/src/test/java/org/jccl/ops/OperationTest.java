package org.jccl.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jccl.ReduceOp;
import org.jccl.ops.Operation.Argument;
import org.jccl.ops.Operation.BusFactor;
import org.jccl.ops.Operation.DataFlow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The table against a second writing-down of the rule book's chapter 6 and of nccl-tests. */
class OperationTest {
  /** Count 10 on 4 ranks, root 2: elements that rank 1 and the root send and receive. */
  @ParameterizedTest
  @CsvSource({
    "all_reduce,     ncclAllReduce,     10, 10, 10, 10",
    "broadcast,      ncclBroadcast,      0, 10, 10, 10",
    "reduce,         ncclReduce,        10,  0, 10, 10",
    "all_gather,     ncclAllGather,     10, 40, 10, 40",
    "reduce_scatter, ncclReduceScatter, 40, 10, 40, 10",
    "all_to_all,     ncclAlltoAll,      40, 40, 40, 40",
    "gather,         ncclGather,        10,  0, 10, 40",
    "scatter,        ncclScatter,        0, 10, 40, 10",
    "send,           ncclSend,          10,  0, 10,  0",
    "recv,           ncclRecv,           0, 10,  0, 10",
  })
  void buffers_holdWhatChapter6Says(
      String label, String symbol, long send, long recv, long rootSend, long rootRecv) {
    Operation operation = Operation.ofLabel(label);

    assertThat(operation.function().symbol()).isEqualTo(symbol);
    assertThat(operation.sendsAt(1, 2) ? operation.sendElements(10, 4) : 0).isEqualTo(send);
    assertThat(operation.receivesAt(1, 2) ? operation.receiveElements(10, 4) : 0).isEqualTo(recv);
    assertThat(operation.sendsAt(2, 2) ? operation.sendElements(10, 4) : 0).isEqualTo(rootSend);
    assertThat(operation.receivesAt(2, 2) ? operation.receiveElements(10, 4) : 0)
        .isEqualTo(rootRecv);
  }

  @ParameterizedTest
  @CsvSource({
    "all_reduce,     SAME_ADDRESS,      true,  false, ALL_TO_ALL",
    "broadcast,      SAME_ADDRESS,      false, true,  ROOT_TO_ALL",
    "reduce,         SAME_ADDRESS,      true,  true,  ALL_TO_ROOT",
    "all_gather,     SEND_IS_OWN_BLOCK, false, false, ALL_TO_ALL",
    "reduce_scatter, RECV_IS_OWN_BLOCK, true,  false, ALL_TO_ALL",
    "all_to_all,     NEVER,             false, false, ALL_TO_ALL",
    "gather,         SEND_IS_OWN_BLOCK, false, true,  ALL_TO_ROOT",
    "scatter,        RECV_IS_OWN_BLOCK, false, true,  ROOT_TO_ALL",
  })
  void collectives_agreeOnCallCountTypeOpAndRoot_COL01(
      String label, InPlace inPlace, boolean reduces, boolean rooted, DataFlow flow) {
    Operation operation = Operation.ofLabel(label);

    assertThat(operation.inPlace()).isEqualTo(inPlace);
    assertThat(operation.reduces()).isEqualTo(reduces);
    assertThat(operation.hasRoot()).isEqualTo(rooted);
    assertThat(operation.hasPeer()).isFalse();
    assertThat(operation.dataFlow()).isEqualTo(flow);
    assertThat(operation.agreeing()).contains(Argument.OPERATION, Argument.COUNT, Argument.TYPE);
    assertThat(operation.agreeing().contains(Argument.REDUCTION)).isEqualTo(reduces);
    assertThat(operation.agreeing().contains(Argument.ROOT)).isEqualTo(rooted);
  }

  @ParameterizedTest
  @CsvSource({
    "all_reduce,     10, 1.75",
    "broadcast,      10, 1",
    "reduce,         10, 1",
    "all_gather,     80, 0.875",
    "reduce_scatter, 80, 0.875",
    "all_to_all,     80, 0.875",
    "gather,         80, 0.875",
    "scatter,        80, 0.875",
    "send,           10, 1",
    "recv,           10, 1",
  })
  void bandwidths_areNcclTests(String label, long elements, double factor) {
    Operation operation = Operation.ofLabel(label);

    assertThat(operation.measuredBytes(10, 8, 4)).isEqualTo(elements * 4);
    assertThat(operation.busFactor().of(8)).isEqualTo(factor);
  }

  @ParameterizedTest
  @EnumSource(Operation.class)
  void countFor_givesTheLargestCountThatFits(Operation operation) {
    for (long bytes : new long[] {0, 4, 1000, 4096, 1 << 20}) {
      long count = operation.countFor(bytes, 3, 4);

      assertThat(operation.measuredBytes(count, 3, 4)).isLessThanOrEqualTo(bytes);
      assertThat(operation.measuredBytes(count + 1, 3, 4)).isGreaterThan(bytes);
    }
  }

  @ParameterizedTest
  @EnumSource(Operation.class)
  void labels_leadBack(Operation operation) {
    assertThat(Operation.ofLabel(operation.label())).isSameAs(operation);
  }

  @Test
  void pointToPoint_agreesOnNothing_andVersionsAreThoseOfVER05() {
    assertThat(Operation.SEND.agreeing()).isEmpty();
    assertThat(Operation.RECV.agreeing()).isEmpty();
    assertThat(Operation.SEND.function().since()).isEqualTo(20703);
    assertThat(Operation.ALL_TO_ALL.function().since()).isEqualTo(22803);
    assertThat(Operation.GATHER.function().since()).isEqualTo(22803);
    assertThat(Operation.SCATTER.function().since()).isEqualTo(22803);
  }

  @ParameterizedTest
  @CsvSource({
    "all_reduce,     2, false, false",
    "broadcast,      1, false, false",
    "reduce,         1, false, false",
    "all_gather,     8, false, true",
    "reduce_scatter, 8, false, true",
    "all_to_all,     1, true,  true",
    "gather,         1, true,  true",
    "scatter,        1, true,  true",
    "send,           1, true,  false",
    "recv,           1, true,  false",
  })
  void planningKnows_trafficMessagesAndBlocks(
      String label, int traffic, boolean messages, boolean blocks) {
    Operation operation = Operation.ofLabel(label);

    assertThat(operation.traffic().of(8)).isEqualTo(traffic);
    assertThat(operation.isMadeOfMessages()).isEqualTo(messages);
    assertThat(operation.hasBlocks()).isEqualTo(blocks);
  }

  @ParameterizedTest
  @EnumSource(Operation.class)
  void theInPlaceForm_isWhereItsOffsetsSay_COL05(Operation operation) {
    InPlace form = operation.inPlace();
    long send = 4096 + form.sendOffset(256);
    long recv = 4096 + form.recvOffset(256);

    assertThat(operation.isInPlace(send, recv, 256)).isEqualTo(form.exists());
    assertThat(operation.isInPlace(send + 4, recv, 256)).isFalse();
    assertThat(operation.isInPlace(send, recv + 4, 256)).isFalse();
    assertThat(form.words()).startsWith("must be disjoint");
  }

  @ParameterizedTest
  @EnumSource(ReduceOp.Builtin.class)
  void reductionCodes_leadBack_RED01(ReduceOp.Builtin reduction) {
    assertThat(ReduceOp.Builtin.isCode(reduction.code())).isTrue();
    assertThat(ReduceOp.Builtin.ofCode(reduction.code())).isSameAs(reduction);
  }

  @Test
  void otherCodes_areNoBuiltins_RED01() {
    assertThat(ReduceOp.Builtin.COUNT).isEqualTo(ReduceOp.Builtin.values().length);
    assertThat(ReduceOp.Builtin.isCode(-1)).isFalse();
    assertThat(ReduceOp.Builtin.isCode(Call.PRE_MUL_SUM)).isFalse();
    assertThatThrownBy(() -> ReduceOp.Builtin.ofCode(5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("5 not in 0..4");
  }

  @Test
  void oneRank_movesNothingOverTheBus() {
    assertThat(BusFactor.OTHERS.of(1)).isZero();
    assertThat(BusFactor.TWICE_OTHERS.of(1)).isZero();
    assertThat(BusFactor.ONE.of(1)).isEqualTo(1);
  }

  @Test
  void unknownLabel_isRefused() {
    assertThatThrownBy(() -> Operation.ofLabel("allreduce"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'allreduce'");
  }
}
