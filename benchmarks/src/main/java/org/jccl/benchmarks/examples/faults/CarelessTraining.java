package org.jccl.benchmarks.examples.faults;

import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.ReduceOp;
import org.jccl.Stream;

/** Training that counts on all ranks: it handles nothing, and waits as long as it takes. */
public final class CarelessTraining implements RankProgram {
  /** Started by {@code ./jccl faults}. */
  public CarelessTraining() {}

  @Override
  public void run(Rank rank) {
    Stream stream = rank.device().defaultStream();
    int weight = 0;
    int expected = 0;
    try (DeviceBuffer buffer = rank.device().allocate(DataType.INT32, 1)) {
      for (int step = 0; step < Model.STEPS; step++) {
        buffer.copyFrom(Model.gradient(rank.rank(), step));
        rank.communicator().allReduce(buffer, buffer, ReduceOp.SUM, stream);
        stream.synchronize();
        int[] sum = new int[1];
        buffer.copyTo(sum);
        weight += sum[0];
        for (int each = 0; each < rank.worldSize(); each++) {
          expected += Model.gradient(each, step);
        }
      }
    }
    if (weight != expected) {
      throw new AssertionError(weight + " instead of " + expected);
    }
  }
}
