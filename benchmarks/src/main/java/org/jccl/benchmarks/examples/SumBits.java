package org.jccl.benchmarks.examples;

import java.util.Arrays;
import java.util.Random;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.ReduceOp;

/**
 * A sum of arbitrary floats, of which rank 0 prints all bits as one number: it changes with the
 * order of addition, which differs between versions of NCCL (rule PART-04).
 */
public final class SumBits implements RankProgram {
  private static final int COUNT = 100_000;

  /** For {@code jccl run}. */
  public SumBits() {}

  @Override
  public void run(Rank rank) {
    float[] numbers = new float[COUNT];
    Random random = new Random(rank.rank());
    for (int i = 0; i < COUNT; i++) {
      numbers[i] = random.nextFloat();
    }
    Communicator comm = rank.communicator();
    try (DeviceBuffer data = rank.device().allocate(DataType.FLOAT32, COUNT)) {
      data.copyFrom(numbers);
      comm.allReduce(data, ReduceOp.SUM);
      comm.defaultStream().synchronize();
      data.copyTo(numbers);
    }
    if (rank.rank() == 0) {
      System.out.printf("bits of the sum: %08x%n", Arrays.hashCode(numbers));
    }
  }
}
