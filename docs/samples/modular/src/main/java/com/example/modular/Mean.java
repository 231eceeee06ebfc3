package com.example.modular;

import java.util.Arrays;
import org.jccl.Backend;
import org.jccl.Backends;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.Ranks;
import org.jccl.ReduceOp;

/** Four ranks compute the mean of their vectors. */
public final class Mean {
  private Mean() {}

  /**
   * What each rank runs: an all-reduce with AVG.
   *
   * @param rank the rank
   * @return the mean of all ranks' vectors
   */
  public static float[] of(Rank rank) {
    try (DeviceBuffer values = rank.device().allocate(DataType.FLOAT32, 3)) {
      values.copyFrom(new float[] {rank.rank(), 10 * rank.rank(), 1});
      rank.communicator().allReduce(values, ReduceOp.AVG);
      rank.communicator().defaultStream().synchronize();
      float[] mean = new float[3];
      values.copyTo(mean);
      return mean;
    }
  }

  /**
   * Runs it on four ranks.
   *
   * @param args nothing
   */
  public static void main(String[] args) {
    try (Backend backend = Backends.load("sim")) {
      Ranks.run(backend, 4, rank -> {
        float[] mean = of(rank);
        if (rank.rank() == 0) {
          System.out.println(Arrays.toString(mean));
        }
      });
    }
  }
}
