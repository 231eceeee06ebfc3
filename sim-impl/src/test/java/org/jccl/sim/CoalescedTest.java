package org.jccl.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jccl.CallForecast;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Graph;
import org.jccl.MisuseKind;
import org.jccl.PreMulSum;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.Ranks;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.config.Tuning;
import org.junit.jupiter.api.Test;

/** One call made of many small ones (rules GRP-33 to GRP-35). */
class CoalescedTest {
  private static final int PARTS = 5;

  private static void run(int ranks, RankProgram program) {
    run(ranks, CommunicatorConfig.defaults(), program);
  }

  private static void run(int ranks, CommunicatorConfig config, RankProgram program) {
    Simulator simulator = Simulator.builder().devices(ranks).build();
    try (simulator) {
      Ranks.run(simulator.backend(), ranks, config, List.of(), program);
      assertThat(simulator.findings()).isEmpty();
    }
    assertThat(simulator.leaks()).isEmpty();
  }

  private static DeviceBuffer of(Rank rank, float... values) {
    DeviceBuffer made = rank.device().allocate(DataType.FLOAT32, values.length);
    made.copyFrom(values);
    return made;
  }

  private static float[] read(DeviceBuffer buffer) {
    float[] values = new float[Math.toIntExact(buffer.count())];
    buffer.copyTo(values);
    return values;
  }

  private static void closeAll(List<DeviceBuffer> buffers) {
    buffers.forEach(DeviceBuffer::close);
  }

  private static List<DeviceBuffer> separate(Rank rank, int parts) {
    return IntStream.range(0, parts)
        .mapToObj(i -> of(rank, rank.rank() + 1F, 10F * i))
        .collect(Collectors.toCollection(ArrayList::new));
  }

  /** Rank 0's lie side by side, those of the others apart, and one pair the wrong way round. */
  private static List<DeviceBuffer> mixed(Rank rank, List<DeviceBuffer> own) {
    if (rank.rank() == 0) {
      DeviceBuffer whole = rank.device().allocate(DataType.FLOAT32, 2 * PARTS);
      own.add(whole);
      List<DeviceBuffer> parts =
          IntStream.range(0, PARTS).mapToObj(i -> whole.slice(2L * i, 2)).toList();
      IntStream.range(0, PARTS).forEach(i -> parts.get(i).copyFrom(1F, 10F * i));
      return parts;
    }
    List<DeviceBuffer> parts = separate(rank, PARTS);
    own.addAll(parts);
    return parts;
  }

  @Test
  void manyAllReduces_areOne_whereverTheirBuffersLie() {
    run(
        3,
        rank -> {
          Communicator comm = rank.communicator();
          List<DeviceBuffer> own = new ArrayList<>();
          List<DeviceBuffer> parts = mixed(rank, own);
          List<CallForecast> plan =
              comm.plan(c -> comm.coalesced(x -> parts.forEach(p -> x.allReduce(p, ReduceOp.SUM))));
          assertThat(plan).singleElement().matches(each -> each.bytes() == 8 * PARTS);
          comm.coalesced(calls -> parts.forEach(each -> calls.allReduce(each, ReduceOp.SUM)));
          comm.defaultStream().synchronize();
          for (int i = 0; i < PARTS; i++) {
            assertThat(read(parts.get(i))).containsExactly(6, 30F * i);
          }
          closeAll(own);
        });
  }

  @Test
  void outOfPlace_otherKinds_andRoots_areEachOneCall() {
    run(
        4,
        rank -> {
          Communicator comm = rank.communicator();
          try (DeviceBuffer a = of(rank, 1, 2);
              DeviceBuffer b = of(rank, 3);
              DeviceBuffer sums = of(rank, 0, 0, 0);
              DeviceBuffer max = of(rank, rank.rank());
              DeviceBuffer root1 = of(rank, rank.rank(), 7);
              DeviceBuffer gathered = of(rank, 0, 0, 0, 0);
              PreMulSum twice = comm.preMulSum(DataType.FLOAT32, 2);
              DeviceBuffer scaled = of(rank, 1, 1);
              Stream stream = rank.device().newStream()) {
            comm.coalesced(
                stream,
                calls -> {
                  calls.allReduce(a, sums.slice(0, 2), ReduceOp.SUM);
                  calls.broadcast(root1.slice(0, 1), 1);
                  calls.allReduce(max, ReduceOp.MAX);
                  calls.allReduce(b, sums.slice(2, 1), ReduceOp.SUM);
                  calls.broadcast(root1.slice(1, 1), 1);
                  calls.allGather(max.slice(0, 0), gathered.slice(0, 0));
                  calls.allReduce(scaled.slice(0, 1), twice);
                  calls.allReduce(scaled.slice(1, 1), twice);
                });
            stream.synchronize();
            assertThat(read(sums)).containsExactly(4, 8, 12);
            assertThat(read(max)).containsExactly(3);
            assertThat(read(root1)).containsExactly(1, 7);
            assertThat(read(scaled)).containsExactly(8, 8);
          }
        });
  }

  @Test
  void reductionsToARoot_needNoReceiveBufferElsewhere() {
    run(
        3,
        rank -> {
          Communicator comm = rank.communicator();
          List<DeviceBuffer> parts = separate(rank, 3);
          List<DeviceBuffer> sums = rank.rank() == 2 ? separate(rank, 3) : List.of();
          comm.coalesced(
              calls -> {
                for (int i = 0; i < 3; i++) {
                  DeviceBuffer into = sums.isEmpty() ? null : sums.get(i);
                  calls.reduce(parts.get(i), into, ReduceOp.SUM, 2);
                }
              });
          comm.defaultStream().synchronize();
          for (int i = 0; i < sums.size(); i++) {
            assertThat(read(sums.get(i))).containsExactly(6, 30F * i);
          }
          closeAll(parts);
          closeAll(sums);
        });
  }

  @Test
  void aSequenceAndACapture_keepTheirCopies() {
    run(
        2,
        rank -> {
          Communicator comm = rank.communicator();
          List<DeviceBuffer> parts = separate(rank, PARTS);
          Stream stream = comm.defaultStream();
          Graph prepared =
              comm.prepare(
                  c -> {
                    comm.coalesced(calls -> parts.forEach(p -> calls.allReduce(p, ReduceOp.SUM)));
                    c.broadcast(parts.getFirst(), 1);
                  });
          assertThat(prepared.size()).isEqualTo(2);
          stream.beginCapture();
          comm.coalesced(calls -> parts.forEach(each -> calls.allReduce(each, ReduceOp.MAX)));
          try (Graph captured = stream.endCapture();
              prepared) {
            prepared.launch(stream);
            captured.launch(stream);
            prepared.launch(stream);
            stream.synchronize();
            for (int i = 0; i < PARTS; i++) {
              assertThat(read(parts.get(i))).containsExactly(6, 40F * i);
            }
          }
          closeAll(parts);
        });
  }

  /** A group of several calls is NCCL's; one call of them is small enough for own kernels. */
  @Test
  void theOneCall_isCarriedOutByAnOwnKernel() {
    run(
        3,
        CommunicatorConfig.builder().tuning(Tuning.OFF.kernels()).build(),
        rank -> {
          Communicator comm = rank.communicator();
          List<DeviceBuffer> parts = separate(rank, PARTS);
          List<CallForecast> plan =
              comm.plan(
                  c -> {
                    comm.coalesced(calls -> parts.forEach(p -> calls.allReduce(p, ReduceOp.SUM)));
                    comm.group(calls -> parts.forEach(p -> calls.allReduce(p, ReduceOp.SUM)));
                  });
          assertThat(plan).hasSize(1 + PARTS);
          assertThat(plan.getFirst().isOwnKernel()).isTrue();
          assertThat(plan.getLast().isOwnKernel()).isFalse();
          comm.coalesced(calls -> parts.forEach(each -> calls.allReduce(each, ReduceOp.SUM)));
          comm.defaultStream().synchronize();
          assertThat(read(parts.getLast())).containsExactly(6, 120);
          closeAll(parts);
        });
  }

  @Test
  void whatCannotBe_isRefusedBeforeAnythingIsIssued() {
    run(
        2,
        rank -> {
          Communicator comm = rank.communicator();
          try (DeviceBuffer x = of(rank, 1, 2, 3)) {
            assertThatThrownBy(
                    () ->
                        comm.coalesced(
                            calls -> {
                              calls.allReduce(x.slice(0, 2), ReduceOp.SUM);
                              calls.allReduce(x.slice(1, 2), ReduceOp.SUM);
                            }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                    "calls 1 and 2 overlap: one writes what the other uses (GRP-35)");
            assertThatThrownBy(() -> comm.group(g -> comm.coalesced(calls -> {})))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("GRP-33");
            assertThatThrownBy(
                    () -> comm.coalesced(calls -> calls.allReduce(x.slice(0, 0), x, ReduceOp.SUM)))
                .isInstanceOf(IllegalArgumentException.class);
            comm.coalesced(calls -> {});
            comm.allReduce(x, ReduceOp.SUM);
            comm.defaultStream().synchronize();
            assertThat(read(x)).containsExactly(2, 4, 6);
          }
        });
  }

  @Test
  @Provokes(reports = MisuseKind.MISMATCH, leaves = "the buffers of ranks that fail")
  void ranksWithDifferentParts_areTold() {
    ConcurrentHashMap<Integer, Throwable> failed = new ConcurrentHashMap<>();
    Simulator simulator = Simulator.builder().devices(3).build();
    try (simulator) {
      assertThatThrownBy(
              () ->
                  Ranks.run(
                      simulator.backend(),
                      3,
                      CommunicatorConfig.defaults(),
                      List.of(),
                      rank -> {
                        List<DeviceBuffer> parts = separate(rank, rank.rank() == 1 ? 2 : 3);
                        try {
                          rank.communicator()
                              .coalesced(
                                  c -> parts.forEach(each -> c.allReduce(each, ReduceOp.SUM)));
                          rank.communicator().defaultStream().synchronize();
                        } catch (RuntimeException told) {
                          failed.put(rank.rank(), told);
                          throw told;
                        }
                      }))
          .hasMessageContaining("count");
      assertThat(failed).isNotEmpty();
    }
  }

  /** The calls run on the stream of coalesced: work of others has to be waited for. */
  @Test
  @Provokes(reports = MisuseKind.BUFFER_REUSE)
  void aRaceOfAPart_isFound() {
    Simulator simulator = Simulator.builder().devices(2).build();
    try (simulator) {
      assertThatThrownBy(
              () ->
                  Ranks.run(
                      simulator.backend(),
                      2,
                      CommunicatorConfig.defaults(),
                      List.of(),
                      CoalescedTest::fillBeside))
          .hasMessageContaining("BUFFER_REUSE")
          .hasMessageContaining("copy of 8 bytes on stream 1");
      assertThat(simulator.findings()).isNotEmpty();
    }
  }

  private static void fillBeside(Rank rank) {
    List<DeviceBuffer> parts = separate(rank, 3);
    try (Stream other = rank.device().newStream()) {
      parts.get(1).fill((byte) 0, other);
      rank.communicator()
          .coalesced(calls -> parts.forEach(each -> calls.allReduce(each, ReduceOp.SUM)));
      rank.communicator().defaultStream().synchronize();
    }
  }
}
