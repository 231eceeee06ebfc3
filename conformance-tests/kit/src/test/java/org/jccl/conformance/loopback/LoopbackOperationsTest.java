package org.jccl.conformance.loopback;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.PreMulSum;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.Ranks;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every operation arrives in C as the typed call meant it, and its result comes back. */
@Timeout(20)
class LoopbackOperationsTest {
  private static final int N = 3;

  /** The last one that has no all-to-all, gather and scatter (VER-05). */
  private static final int OLDER = 22703;

  private static void run(RankProgram program) {
    run(Loopback.VERSION, program);
  }

  private static void run(int version, RankProgram program) {
    try (Loopback loopback = Loopback.open(N, version)) {
      Ranks.run(loopback.backend(), N, program);
      assertThat(loopback.failures()).isEmpty();
    }
  }

  private static DeviceBuffer floats(Rank rank, float... values) {
    DeviceBuffer buffer = rank.device().allocate(DataType.FLOAT32, values.length);
    buffer.copyFrom(values);
    return buffer;
  }

  private static DeviceBuffer empty(Rank rank, int count) {
    return floats(rank, new float[count]);
  }

  private static float[] values(Rank rank, DeviceBuffer buffer) {
    rank.communicator().defaultStream().synchronize();
    float[] values = new float[Math.toIntExact(buffer.count())];
    buffer.copyTo(values);
    return values;
  }

  @Test
  void allReduce_outOfPlaceAndInPlace() {
    run(
        rank -> {
          DeviceBuffer send = floats(rank, rank.rank() + 1, 10);
          DeviceBuffer recv = empty(rank, 2);

          rank.communicator().allReduce(send, recv, ReduceOp.SUM);
          assertThat(values(rank, recv)).containsExactly(6, 30);

          rank.communicator().allReduce(send, ReduceOp.MAX);
          assertThat(values(rank, send)).containsExactly(3, 10);
        });
  }

  @Test
  void broadcastAndReduce_knowTheirRoot() {
    run(
        rank -> {
          boolean root = rank.rank() == 2;
          DeviceBuffer own = floats(rank, rank.rank() + 1);
          DeviceBuffer got = empty(rank, 1);

          rank.communicator().broadcast(root ? own : null, got, 2);
          assertThat(values(rank, got)).containsExactly(3);

          rank.communicator().reduce(own, rank.rank() == 1 ? got : null, ReduceOp.PROD, 1);
          assertThat(values(rank, got)).containsExactly(rank.rank() == 1 ? 6 : 3);
        });
  }

  @Test
  void allGatherAndReduceScatter_inPlace() {
    run(
        rank -> {
          DeviceBuffer all = empty(rank, N);
          DeviceBuffer own = all.slice(rank.rank(), 1);
          own.copyFrom(rank.rank() + 1f);

          rank.communicator().allGather(own, all);
          assertThat(values(rank, all)).containsExactly(1, 2, 3);

          rank.communicator().reduceScatter(all, own, ReduceOp.SUM);
          assertThat(values(rank, own)).containsExactly(3f * (rank.rank() + 1));
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {Loopback.VERSION, OLDER})
  void allToAll_asOneCallOrAsAGroupOfMessages(int version) {
    run(
        version,
        rank -> {
          float own = 10f * rank.rank();
          DeviceBuffer recv = empty(rank, N);
          rank.communicator().allToAll(floats(rank, own, own + 1, own + 2), recv);
          int r = rank.rank();
          assertThat(values(rank, recv)).containsExactly(r, 10 + r, 20 + r);
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {Loopback.VERSION, OLDER})
  void gatherAndScatter_asOneCallOrAsAGroupOfMessages(int version) {
    run(
        version,
        rank -> {
          boolean root = rank.rank() == 1;
          DeviceBuffer all = root ? empty(rank, N) : null;
          rank.communicator().gather(floats(rank, rank.rank() + 5), all, 1);
          if (all != null) {
            assertThat(values(rank, all)).containsExactly(5, 6, 7);
          }
          DeviceBuffer back = empty(rank, 1);
          rank.communicator().scatter(all, back, 1);
          assertThat(values(rank, back)).containsExactly(rank.rank() + 5);
        });
  }

  @Test
  void sendAndReceive_betweenTwoRanks() {
    run(
        rank -> {
          if (rank.rank() == 0) {
            rank.communicator().send(floats(rank, 7, 8), 2);
          } else if (rank.rank() == 2) {
            DeviceBuffer got = empty(rank, 2);
            rank.communicator().recv(got, 0);
            assertThat(values(rank, got)).containsExactly(7, 8);
          }
          rank.communicator().barrier();
        });
  }

  @Test
  void sendRecv_goesAroundTheRing() {
    run(
        rank -> {
          int right = (rank.rank() + 1) % N;
          int left = (rank.rank() + N - 1) % N;
          DeviceBuffer got = empty(rank, 1);
          rank.communicator().sendRecv(floats(rank, rank.rank()), right, got, left);
          assertThat(values(rank, got)).containsExactly(left);
        });
  }

  @Test
  void unevenForms_areGroups() {
    run(
        rank -> {
          Communicator comm = rank.communicator();
          long[] counts = {1, 0, 2};
          int own = (int) counts[rank.rank()];
          DeviceBuffer mine =
              floats(rank, new float[] {4 + rank.rank(), 4 + rank.rank()}).slice(0, own);
          DeviceBuffer all = empty(rank, 3);
          float[][] summed = {{12}, {}, {18, 18}}; // three times what was gathered

          comm.allGatherV(mine, all, counts);
          assertThat(values(rank, all)).containsExactly(4, 6, 6);

          comm.reduceScatterV(all, mine, counts, ReduceOp.SUM);
          assertThat(values(rank, mine)).isEqualTo(summed[rank.rank()]);

          DeviceBuffer gathered = empty(rank, 3);
          comm.gatherV(mine, gathered, counts, 0);
          comm.scatterV(gathered, mine, counts, 0);
          assertThat(values(rank, mine)).isEqualTo(summed[rank.rank()]);
        });
  }

  @Test
  void allToAllV_everyPairHasItsOwnCount() {
    run(
        rank -> {
          long[] sends = {rank.rank(), rank.rank(), rank.rank()};
          long[] recvs = {0, 1, 2};
          float own = rank.rank();
          DeviceBuffer send = floats(rank, own, own, own, own, own, own).slice(0, 3L * rank.rank());
          DeviceBuffer recv = empty(rank, 3);
          rank.communicator().allToAllV(send, sends, recv, recvs);
          assertThat(values(rank, recv)).containsExactly(1, 2, 2);
        });
  }

  @Test
  void group_mixesCollectivesAndMessages() {
    run(
        rank -> {
          DeviceBuffer sum = floats(rank, 1);
          DeviceBuffer got = empty(rank, 1);
          DeviceBuffer own = floats(rank, rank.rank());
          rank.communicator()
              .group(
                  g -> {
                    g.allReduce(sum, ReduceOp.SUM);
                    g.send(own, (rank.rank() + 1) % N);
                    g.recv(got, (rank.rank() + N - 1) % N);
                  });
          assertThat(values(rank, sum)).containsExactly(N);
          assertThat(values(rank, got)).containsExactly((rank.rank() + N - 1) % N);
        });
  }

  @Test
  void oneThread_drivesAllRanks_inGroups() {
    try (Loopback loopback = Loopback.open(2)) {
      var ranks =
          loopback.backend().openAll(loopback.backend().devices(), CommunicatorConfig.defaults());
      var buffers = ranks.stream().map(c -> c.device().allocate(DataType.INT32, 1)).toList();
      buffers.forEach(buffer -> buffer.copyFrom(21));
      loopback
          .backend()
          .group(
              g -> {
                g.on(ranks.get(0)).allReduce(buffers.get(0), ReduceOp.SUM);
                g.on(ranks.get(1)).allReduce(buffers.get(1), ReduceOp.SUM);
              });
      ranks.forEach(rank -> rank.defaultStream().synchronize());
      int[] value = new int[1];
      buffers.get(1).copyTo(value);
      assertThat(value).containsExactly(42);
      buffers.forEach(DeviceBuffer::close);
      ranks.forEach(Communicator::close);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"FLOAT64", "FLOAT32", "FLOAT16", "BFLOAT16", "INT8", "UINT64"})
  void preMulSum_hostScalar_hasTheBytesOfItsType(String name) {
    DataType type = DataType.valueOf(name);
    run(
        rank -> {
          Communicator comm = rank.communicator();
          DeviceBuffer one = rank.device().allocate(type, 1);
          MemorySegment bytes =
              MemorySegment.ofArray(longBytes(type.encode(1))).asSlice(0, type.bytes());
          one.copyFrom(bytes);
          try (PreMulSum twice = comm.preMulSum(type, 2)) {
            comm.allReduce(one, twice);
          }
          comm.defaultStream().synchronize();
          byte[] got = new byte[8];
          one.copyTo(MemorySegment.ofArray(got).asSlice(0, type.bytes()));
          assertThat(got).isEqualTo(longBytes(type.encode(2 * N)));
        });
  }

  private static byte[] longBytes(long bits) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(bits).array();
  }

  @Test
  void preMulSum_deviceScalar_isReadWhenTheOperationRuns() {
    run(
        rank -> {
          Communicator comm = rank.communicator();
          DeviceBuffer scalar = floats(rank, 1);
          DeviceBuffer data = floats(rank, 2);
          try (PreMulSum scaled = comm.preMulSum(scalar)) {
            scalar.copyFrom(rank.rank() + 1f); // PMS-01, PMS-03
            comm.allReduce(data, scaled);
            assertThat(values(rank, data)).containsExactly(2 * (1 + 2 + 3));
          }
        });
  }

  @Test
  void anotherStream_arrivesAsItself() {
    run(
        rank -> {
          try (Stream stream = rank.device().newStream()) {
            DeviceBuffer data = floats(rank, 1);
            rank.communicator().allReduce(data, data, ReduceOp.SUM, stream);
            stream.synchronize();
            float[] value = new float[1];
            data.copyTo(value);
            assertThat(value).containsExactly(N);
          }
        });
  }
}
