package org.jccl.conformance.loopback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.function.Consumer;
import org.jccl.CheckLevel;
import org.jccl.CollectiveException;
import org.jccl.Communicator;
import org.jccl.CommunicatorAbortedException;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.PreMulSum;
import org.jccl.Ranks;
import org.jccl.RanksFailedException;
import org.jccl.ReduceOp;
import org.jccl.ReportedMisuse;
import org.jccl.ResultCode;
import org.jccl.config.Algorithm;
import org.jccl.config.ConfigField;
import org.jccl.config.Protocol;
import org.jccl.ops.NcclFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the other side refuses, reports or throws comes back as an exception with its words. */
@Timeout(20)
class LoopbackRefusalTest {
  private static final CommunicatorConfig UNCHECKED =
      CommunicatorConfig.builder().checks(CheckLevel.NONE).build();

  private static void alone(CommunicatorConfig config, Consumer<Communicator> body) {
    try (Loopback loopback = Loopback.open(1)) {
      Ranks.run(loopback.backend(), 1, config, List.of(), rank -> body.accept(rank.communicator()));
    }
  }

  private static CollectiveException refusal(Runnable call) {
    return catchThrowableOfType(CollectiveException.class, call::run);
  }

  @Test
  void uncheckedArguments_areRefusedByTheLibrary_whichStaysUsable() {
    alone(
        UNCHECKED,
        comm -> {
          DeviceBuffer ints = comm.device().allocate(DataType.INT32, 1);
          ints.copyFrom(5);
          DeviceBuffer floats = comm.device().allocate(DataType.FLOAT32, 1);
          PreMulSum ofInts = comm.preMulSum(DataType.INT32, 2);
          PreMulSum gone = comm.preMulSum(DataType.INT32, 2);
          gone.close();
          List<Runnable> wrong =
              List.of(
                  () -> comm.broadcast(ints, 1),
                  () -> comm.reduce(ints, ints, ReduceOp.SUM, -1),
                  () -> comm.send(ints, 7),
                  () -> comm.broadcast(null, null, 0),
                  () -> comm.allReduce(floats, ofInts),
                  () -> comm.allReduce(ints, gone));
          for (Runnable call : wrong) {
            CollectiveException refusal = refusal(call);
            assertThat(refusal.code()).isEqualTo(ResultCode.INVALID_ARGUMENT);
            assertThat(refusal).hasMessageContaining("the library says: ");
          }
          assertThat(refusal(() -> comm.send(ints, 7))).hasMessageContaining("root or peer 7");
          comm.allReduce(ints, ReduceOp.SUM); // ERR-05
          assertThat(comm.state()).isEqualTo(Communicator.State.READY);
        });
  }

  @Test
  void pinsOfOneCommunicator_areRefused_withTheVariablesThatPinTheProcess() {
    CommunicatorConfig ring = CommunicatorConfig.builder().algorithm(Algorithm.RING).build();
    CommunicatorConfig low = CommunicatorConfig.builder().protocol(Protocol.LL128).build();
    assertThatThrownBy(() -> alone(ring, comm -> {}))
        .hasRootCauseInstanceOf(UnsupportedOperationException.class)
        .rootCause()
        .hasMessageContaining("start it with NCCL_ALGO=Ring and leave");
    alone(
        CommunicatorConfig.defaults(),
        comm -> {
          assertThatThrownBy(() -> comm.split(0, 0, low))
              .isInstanceOf(UnsupportedOperationException.class)
              .hasMessageContaining("start it with NCCL_PROTO=LL128 and leave");
          assertThat(comm.state()).isEqualTo(Communicator.State.READY);
        });
  }

  @Test
  void checkedArguments_neverReachTheLibrary() {
    alone(
        CommunicatorConfig.defaults(),
        comm -> {
          DeviceBuffer ints = comm.device().allocate(DataType.INT32, 1);
          assertThatThrownBy(() -> comm.broadcast(ints, 1))
              .isInstanceOf(IllegalArgumentException.class);
        });
  }

  @Test
  void group_withAWrongCall_launchesNothing_andNamesTheCall() {
    alone(
        UNCHECKED,
        comm -> {
          DeviceBuffer ints = comm.device().allocate(DataType.INT32, 1);
          ints.copyFrom(5);
          DeviceBuffer copy = comm.device().allocate(DataType.INT32, 1);
          copy.copyFrom(0);
          CollectiveException refusal =
              refusal(
                  () ->
                      comm.group(
                          g -> {
                            g.send(ints, 0);
                            g.recv(copy, 0);
                            g.broadcast(ints, 9);
                          }));
          assertThat(refusal.code()).isEqualTo(ResultCode.INVALID_ARGUMENT);
          assertThat(refusal).hasMessageContaining("call 3 of 3");
          comm.defaultStream().synchronize();
          int[] value = new int[1];
          copy.copyTo(value);
          assertThat(value).containsExactly(0); // GRP-11
          comm.sendRecv(ints, 0, copy, 0); // GRP-15
          comm.defaultStream().synchronize();
          copy.copyTo(value);
          assertThat(value).containsExactly(5);
        });
  }

  @Test
  void selfSendWithoutReceive_isInvalidUsageOfTheGroup() {
    alone(
        CommunicatorConfig.defaults(),
        comm -> {
          DeviceBuffer ints = comm.device().allocate(DataType.INT32, 1);
          assertThat(refusal(() -> comm.group(g -> g.send(ints, 0))).code())
              .isEqualTo(ResultCode.INVALID_USAGE); // P2P-05
        });
  }

  @Test
  void misuseFoundBySimulator_comesOutAsInternalError_withItsReport() {
    try (Loopback loopback = Loopback.open(2)) {
      var ranks =
          loopback.backend().openAll(loopback.backend().devices(), CommunicatorConfig.defaults());
      Communicator second = ranks.get(1);
      ranks.getFirst().allReduce(zeros(ranks.getFirst(), 1), ReduceOp.SUM);

      CollectiveException failure = refusal(() -> second.allReduce(zeros(second, 2), ReduceOp.SUM));

      assertThat(failure.code()).isEqualTo(ResultCode.INTERNAL_ERROR);
      assertThat(failure).hasMessageContaining("MISMATCH(count)");
      assertThat(loopback.failures()).singleElement().isInstanceOf(ReportedMisuse.class);
      assertThat(ranks).allMatch(rank -> rank.state() == Communicator.State.FAILED); // ERR-04
      ranks.forEach(Communicator::close);
    }
  }

  private static DeviceBuffer zeros(Communicator comm, int count) {
    DeviceBuffer buffer = comm.device().allocate(DataType.FLOAT32, count);
    buffer.copyFrom(new float[count]);
    return buffer;
  }

  @Test
  void bugOnTheOtherSide_isNeitherLostNorTheEndOfTheJvm() {
    try (Loopback loopback =
        Between.showing(
            Loopback.VERSION,
            "reduce",
            arguments -> {
              throw new StackOverflowError("made up");
            })) {
      Ranks.run(
          loopback.backend(),
          1,
          rank -> {
            DeviceBuffer data = rank.device().allocate(DataType.INT8, 1);
            assertThatThrownBy(() -> rank.communicator().reduce(data, data, ReduceOp.SUM, 0))
                .isInstanceOf(CollectiveException.class)
                .hasMessageContaining("made up");
          });
      assertThat(loopback.failures()).singleElement().isInstanceOf(StackOverflowError.class);
    }
  }

  @Test
  void closedLibrary_refuses() {
    Loopback loopback = Loopback.open(1);
    loopback.close();
    assertThat(loopback.raw().groupStart()).isEqualTo(ResultCode.INTERNAL_ERROR.code());
    assertThat(loopback.raw().getLastError(0)).contains("closed");
  }

  @Test
  void wrongConfiguration_isRefusedAtCreation() {
    CommunicatorConfig crossed = // CFG-05: what one field alone does not show
        CommunicatorConfig.builder()
            .set(ConfigField.MIN_CTAS, 8)
            .set(ConfigField.MAX_CTAS, 4)
            .build();
    Throwable failed = catchThrowable(() -> alone(crossed, comm -> {}));
    assertThat(failed)
        .isInstanceOf(RanksFailedException.class)
        .hasMessageContaining("INVALID_ARGUMENT")
        .hasMessageContaining("minCTAs 8 > 4");
  }

  @Test
  void olderLibrary_lacksFunctions_andSaysSo() {
    try (Loopback loopback = Loopback.open(1, 22703)) {
      assertThat(loopback.backend().ncclVersion()).isEqualTo(22703);
      assertThat(loopback.backend().binding().library().missing())
          .contains(NcclFunction.ALL_TO_ALL, NcclFunction.GATHER, NcclFunction.SCATTER)
          .allSatisfy(function -> assertThat(function.isIn(22703)).isFalse());
      assertThatThrownBy(() -> loopback.raw().allToAll(0, 0, 0, 0, 0, 0))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("ncclAlltoAll")
          .hasMessageContaining("2.28.3")
          .hasMessageContaining("2.27.3");
    }
  }

  @Test
  void olderLibrary_refusesFieldsThatItDoesNotKnow() {
    CommunicatorConfig newer =
        CommunicatorConfig.builder().set(ConfigField.NVLINK_CENTRIC_SCHED, 1).build();
    try (Loopback loopback = Loopback.open(1, 22703)) {
      assertThatThrownBy(() -> Ranks.run(loopback.backend(), 1, newer, List.of(), rank -> {}))
          .hasMessageContaining("nvlinkCentricSched");
    }
  }

  @Test
  void abort_endsTheWaitOfItsOwnRank_andLaterCalls() {
    try (Loopback loopback = Loopback.open(2)) {
      var ranks =
          loopback.backend().openAll(loopback.backend().devices(), CommunicatorConfig.defaults());
      Communicator first = ranks.getFirst();
      DeviceBuffer data = first.device().allocate(DataType.INT32, 1);
      first.allReduce(data, ReduceOp.SUM); // the other rank never comes
      first.abort();
      assertThat(first.state()).isEqualTo(Communicator.State.ABORTED);
      assertThatThrownBy(() -> first.allReduce(data, ReduceOp.SUM))
          .isInstanceOf(CommunicatorAbortedException.class);
      ranks.get(1).abort();
      ranks.forEach(Communicator::close);
      assertThat(ranks).allMatch(rank -> rank.state() == Communicator.State.CLOSED);
      data.close();
    }
  }

  @Test
  void close_waitsForWork_andLeavesNothing() {
    Loopback loopback = Loopback.open(2);
    Ranks.run(
        loopback.backend(),
        2,
        rank -> {
          try (DeviceBuffer data = rank.device().allocate(DataType.INT32, 64)) {
            data.fill((byte) 0, rank.communicator().defaultStream());
            rank.communicator().allReduce(data, ReduceOp.SUM);
            rank.communicator().close();
            assertThat(rank.communicator().state()).isEqualTo(Communicator.State.CLOSED);
          }
        });
    loopback.close();
    assertThat(loopback.leaks()).isEmpty();
    assertThat(loopback.failures()).isEmpty();
  }
}
