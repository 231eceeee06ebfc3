package org.jccl.benchmarks.examples;

import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.ReduceOp;

/**
 * A bug to look at: rank 1 reduces fewer elements than the others. NCCL hangs or gives wrong data;
 * the simulator says at once which ranks, which argument and which lines (SIM-01).
 */
public final class MismatchDemo implements RankProgram {
  /** Started by {@code ./jccl run}. */
  public MismatchDemo() {}

  @Override
  public void run(Rank rank) {
    long count = rank.rank() == 1 ? 1000 : 1024;
    try (DeviceBuffer data = rank.device().allocate(DataType.FLOAT32, count)) {
      data.copyFrom(new float[(int) count]);
      rank.communicator().allReduce(data, ReduceOp.SUM);
      rank.communicator().defaultStream().synchronize();
    }
  }
}
