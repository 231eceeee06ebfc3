package org.jccl.benchmarks.examples;

import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.RankProgram;

/**
 * A bug to look at: every rank first sends to the next one, then receives from the one before, not
 * in a group. NCCL hangs for ever; the simulator names the cycle and the lines (SIM-12).
 */
public final class DeadlockDemo implements RankProgram {
  /** Started by {@code ./jccl run}. */
  public DeadlockDemo() {}

  @Override
  public void run(Rank rank) {
    int next = (rank.rank() + 1) % rank.worldSize();
    int previous = (rank.rank() + rank.worldSize() - 1) % rank.worldSize();
    try (DeviceBuffer out = rank.device().allocate(DataType.FLOAT32, 256);
        DeviceBuffer in = rank.device().allocate(DataType.FLOAT32, 256)) {
      rank.communicator().send(out, next);
      rank.communicator().recv(in, previous);
      rank.communicator().defaultStream().synchronize();
    }
  }
}
