package org.jccl.conformance.loopback;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.BiConsumer;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Graph;
import org.jccl.Rank;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.observe.CrossRankCheck;
import org.jccl.observe.NanCheck;
import org.jccl.observe.NotFiniteException;
import org.jccl.observe.ResultHash;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The check of numbers; and all checks at once in a right program. */
@Timeout(60)
class NanCheckedTest extends ListenerRuns {
  private String told(int rank) {
    return causes(thrown.get(rank));
  }

  @ParameterizedTest
  @EnumSource
  void nanInAnInput_isNamedWithRankCallElementAndLine(Where where) {
    run(
        where,
        config(new NanCheck()),
        (rank, comm) -> {
          float[] values = new float[64];
          if (rank.rank() == 1) {
            values[17] = Float.NaN;
          }
          try (DeviceBuffer buffer = comm.device().allocate(DataType.FLOAT32, 64)) {
            buffer.copyFrom(new float[64]);
            comm.allReduce(buffer, buffer, ReduceOp.SUM, comm.defaultStream());
            comm.defaultStream().synchronize();
            buffer.copyFrom(values);
            comm.allReduce(buffer, buffer, ReduceOp.SUM, comm.defaultStream());
            comm.defaultStream().synchronize();
          }
        });

    assertThat(told(1))
        .contains("world, rank 1/3: all_reduce #1 at ")
        .contains("NanCheckedTest.java:")
        .contains("input, element 17 of 64 is NaN (FLOAT32)");
    assertThat(thrown.get(1)).hasRootCauseInstanceOf(NotFiniteException.class);
  }

  @ParameterizedTest
  @EnumSource
  void infinityInAnOutput_isNamedWithTheBlockOfItsRank_unlessItIsAllowed(Where where) {
    BiConsumer<Rank, Communicator> body =
        (rank, comm) -> {
          double[] values = new double[4];
          values[2] = rank.rank() == 2 ? Double.NEGATIVE_INFINITY : 0;
          try (DeviceBuffer send = comm.device().allocate(DataType.FLOAT64, 4);
              DeviceBuffer recv = comm.device().allocate(DataType.FLOAT64, 4 * RANKS)) {
            send.copyFrom(values);
            comm.allGather(send, recv, comm.defaultStream());
            comm.defaultStream().synchronize();
          }
        };

    run(where, config(NanCheck.allowingInfinities()), body);
    assertThat(thrown).isEmpty();

    run(where, config(new NanCheck()), body);
    assertThat(thrown.values().stream().map(ListenerRuns::causes))
        .anyMatch(
            words ->
                words.contains(
                        "output, element 10 of 12 (element 2 of rank 2's block) is -infinity")
                    || (words.contains("rank 2/3: all_gather #0 at ")
                        && words.contains("input, element 2 of 4 is -infinity (FLOAT64)")));
  }

  @ParameterizedTest
  @EnumSource
  void graphs_areCheckedAtEachLaunch(Where where) {
    run(
        where,
        config(new NanCheck()),
        (rank, comm) -> {
          Stream stream = comm.defaultStream();
          try (DeviceBuffer buffer = comm.device().allocate(DataType.FLOAT32, 4)) {
            buffer.copyFrom(new float[4]);
            stream.beginCapture();
            comm.allReduce(buffer, buffer, ReduceOp.MAX, stream);
            try (Graph graph = stream.endCapture()) {
              graph.launch(stream);
              stream.synchronize();
              float bad = rank.rank() == 2 ? Float.POSITIVE_INFINITY : 1;
              buffer.copyFrom(new float[] {1, bad, 1, 1});
              graph.launch(stream);
              stream.synchronize();
            }
          }
        });

    assertThat(thrown.values().stream().map(ListenerRuns::causes))
        .anyMatch(words -> words.contains("put, element 1 of 4 is +infinity (FLOAT32)"));
  }

  @ParameterizedTest
  @EnumSource
  void rightProgram_passes_alsoWithGroupsGraphsChildrenAndASecondCommunicator(Where where) {
    CommunicatorConfig config =
        config(
            CrossRankCheck.every(3),
            ResultHash.every(4),
            new NanCheck(),
            new CompletionToldTest.Timers());
    run(
        where,
        config,
        (rank, comm) -> {
          Stream stream = comm.defaultStream();
          try (DeviceBuffer buffer = comm.device().allocate(DataType.FLOAT32, 12);
              Communicator second = Communicator.open(rank.processGroup(), rank.device(), config)) {
            buffer.fill((byte) 0, stream);
            for (int i = 0; i < 5; i++) {
              comm.allReduce(buffer, buffer, ReduceOp.SUM, stream);
              second.broadcast(buffer, 0, stream);
              comm.group(
                  group -> {
                    group.allReduce(buffer.slice(0, 6), buffer.slice(0, 6), ReduceOp.MAX, stream);
                    group.broadcast(buffer.slice(6, 6), 1, stream);
                  });
            }
            stream.synchronize();
            try (Communicator child = comm.split(rank.rank() % 2, 0)) {
              child.allReduce(buffer, buffer, ReduceOp.MAX, stream);
            }
            stream.beginCapture();
            comm.allReduce(buffer, buffer, ReduceOp.MAX, stream);
            try (Graph graph = stream.endCapture()) {
              graph.launch(stream);
              stream.synchronize();
            }
          }
        });

    assertThat(thrown).isEmpty();
  }
}
