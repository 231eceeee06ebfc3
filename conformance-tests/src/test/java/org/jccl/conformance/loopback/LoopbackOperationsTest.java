package org.jccl.conformance.loopback;

import static org.assertj.core.api.Assertions.assertThat;

import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.Ranks;
import org.jccl.ReduceOp;
import org.junit.jupiter.api.Test;

/** Every operation arrives in C as the typed call meant it, and its result comes back. */
class LoopbackOperationsTest {
  private static final int N = 3;

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

  private static DeviceBuffer floats(Rank rank, int count) {
    return floats(rank, new float[count]);
  }

  private static float[] values(Rank rank, DeviceBuffer buffer) {
    rank.communicator().defaultStream().synchronize();
    float[] values = new float[Math.toIntExact(buffer.count())];
    buffer.copyTo(values);
    return values;
  }

  @Test
  void allReduce_addsUp_outOfPlaceAndInPlace() {
    run(
        rank -> {
          DeviceBuffer send = floats(rank, rank.rank() + 1, 10);
          DeviceBuffer recv = floats(rank, 2);
          rank.communicator().allReduce(send, recv, ReduceOp.SUM);
          assertThat(values(rank, recv)).containsExactly(6, 30);
          rank.communicator().allReduce(send, ReduceOp.MAX);
          assertThat(values(rank, send)).containsExactly(3, 10);
        });
  }
}
