package org.jccl.conformance.loopback;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jccl.CallListener;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.DeviceRange;
import org.jccl.IssuedCall;
import org.jccl.Rank;
import org.jccl.ReduceOp;
import org.jccl.Work;
import org.jccl.observe.ResultHash;
import org.jccl.observe.ResultsDifferException;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The comparison of results across ranks. */
@Timeout(60)
class ResultHashedTest extends ListenerRuns {
  /** Changes what rank 1 has received, before the hash is made. */
  private static CallListener corrupting(CallListener.Endpoint where, long number) {
    return new CallListener() {
      @Override
      public void after(IssuedCall call) {
        if (where.rank() == 1 && call.number() == number) {
          record Range(long address, long bytes) implements DeviceRange {}
          Range range = new Range(call.receiveAddress(), 4);
          call.enqueue(
              Work.named("corrupt").writes(range),
              memory -> memory.of(range).set(ValueLayout.JAVA_INT, 0, 77));
        }
      }
    };
  }

  @ParameterizedTest
  @EnumSource
  void resultThatDiffersOnOneRank_isFoundByVote_atTheNextComparison(Where where) {
    run(
        where,
        config(end -> corrupting(end, 1), ResultHash.every(2)),
        (rank, comm) -> {
          try (DeviceBuffer buffer = comm.device().allocate(DataType.INT32, 16)) {
            buffer.fill((byte) 0, comm.defaultStream());
            for (int i = 0; i < 10; i++) {
              comm.allReduce(buffer, buffer, ReduceOp.MAX, comm.defaultStream());
              comm.defaultStream().synchronize();
            }
          }
        });

    assertThat(thrown).hasSize(RANKS);
    assertThat(thrown.values())
        .allSatisfy(
            failure -> {
              assertThat(failure).isInstanceOf(ResultsDifferException.class);
              assertThat(((ResultsDifferException) failure).number()).isEqualTo(1);
              assertThat(((ResultsDifferException) failure).ranks()).containsExactly(1);
              assertThat(failure)
                  .hasMessageContaining("results of collective #1, all_reduce of 16 INT32 at ")
                  .hasMessageContaining("ResultHashedTest.java:")
                  .hasMessageContaining("against the others: rank 1");
            });
  }

  @ParameterizedTest
  @EnumSource
  void resultThatDiffersInTheLastCalls_isThrownByClose_andEqualOnesAreNot(Where where) {
    BiConsumer<Rank, Communicator> body =
        (rank, comm) -> {
          try (DeviceBuffer send = comm.device().allocate(DataType.FLOAT32, 5);
              DeviceBuffer recv = comm.device().allocate(DataType.FLOAT32, 5 * RANKS)) {
            send.copyFrom(new float[] {rank.rank(), Float.NaN, 1, 2, 3});
            comm.allGather(send, recv, comm.defaultStream());
            comm.reduce(send, send, ReduceOp.SUM, 0, comm.defaultStream());
            comm.broadcast(recv, 2, comm.defaultStream());
            comm.defaultStream().synchronize();
          }
        };

    run(where, config(new ResultHash()), body);
    assertThat(thrown).isEmpty();

    run(where, config(end -> corrupting(end, 2), new ResultHash()), body);
    assertThat(thrown).hasSize(RANKS);
    assertThat(thrown.values())
        .allSatisfy(
            failure ->
                assertThat(failure)
                    .isInstanceOf(ResultsDifferException.class)
                    .hasMessageContaining("collective #2, broadcast of 15 FLOAT32"));
  }

  @ParameterizedTest
  @EnumSource
  void differentResultsInAShrunkCommunicator_areNamed_alsoAfterTheParentWasSplit(Where where) {
    run(
        where,
        config(
            end -> end.worldSize() == 2 ? corrupting(end, 1) : new CallListener() {},
            ResultHash.every(2)),
        (rank, comm) -> {
          if (rank.rank() != 0) {
            // The one that is left out counts no shrink: splits are called the same all the same.
            try (Communicator two = comm.shrink(Set.of(0));
                DeviceBuffer buffer = comm.device().allocate(DataType.INT32, 4)) {
              buffer.fill((byte) 0, two.defaultStream());
              for (int i = 0; i < 4; i++) {
                two.allReduce(buffer, buffer, ReduceOp.MAX, two.defaultStream());
                two.defaultStream().synchronize();
              }
            } catch (ResultsDifferException told) {
              thrown.put(10 + rank.rank(), told);
            }
          }
          try (Communicator child = comm.split(0, 0);
              DeviceBuffer buffer = comm.device().allocate(DataType.INT32, 4)) {
            buffer.fill((byte) 0, child.defaultStream());
            for (int i = 0; i < 5; i++) {
              child.allReduce(buffer, buffer, ReduceOp.MAX, child.defaultStream());
            }
            child.defaultStream().synchronize();
          }
        });
    assertThat(thrown).containsOnlyKeys(11, 12);
    assertThat(thrown.values())
        .allSatisfy(
            failure ->
                assertThat(failure)
                    .isInstanceOf(ResultsDifferException.class)
                    .hasMessageContaining("the ranks are divided evenly"));
  }
}
