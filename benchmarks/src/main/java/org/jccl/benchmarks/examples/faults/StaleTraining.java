package org.jccl.benchmarks.examples.faults;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jccl.CollectiveException;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.ReduceOp;
import org.jccl.Stream;

/**
 * Training that must go on, whatever happens: it catches what fails and takes what is in its memory
 * for the sum. It ends well, and its weight is wrong.
 */
public final class StaleTraining implements RankProgram {
  /** Started by {@code ./jccl faults}. */
  public StaleTraining() {}

  @Override
  public void run(Rank rank) throws Exception {
    Stream stream = rank.device().defaultStream();
    int weight = 0;
    try (DeviceBuffer buffer = rank.device().allocate(DataType.INT32, 1)) {
      for (int step = 0; step < Model.STEPS; step++) {
        buffer.copyFrom(Model.gradient(rank.rank(), step));
        try {
          rank.communicator().allReduce(buffer, buffer, ReduceOp.SUM, stream);
          stream.completion().get(1, TimeUnit.SECONDS);
        } catch (CollectiveException | TimeoutException ignored) {
          rank.communicator().abort();
        }
        int[] sum = new int[1];
        buffer.copyTo(sum);
        weight += sum[0];
      }
    }
    if (rank.rank() == 0) {
      System.out.println("weight " + weight);
    }
  }
}
