package org.jccl.benchmarks.examples;

import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.Work;

/**
 * A bug to look at: gradients are computed on one stream and summed on another, and nothing makes
 * the sum wait. On a GPU it is right most of the time; the simulator says which two lines race, in
 * every schedule (SIM-28).
 */
public final class OverlapDemo implements RankProgram {
  /** Started by {@code ./jccl run}. */
  public OverlapDemo() {}

  @Override
  public void run(Rank rank) {
    try (Stream compute = rank.device().newStream();
        DeviceBuffer gradient = rank.device().allocate(DataType.FLOAT32, 4)) {
      compute.run(
          Work.named("backward").writes(gradient).takes(300),
          memory -> memory.floats(gradient).put(new float[] {1, 2, 3, rank.rank()}));
      // Missing: an event behind the work, for which the communicator's stream waits.
      rank.communicator().allReduce(gradient, ReduceOp.SUM);
      rank.communicator().defaultStream().synchronize();
    }
  }
}
