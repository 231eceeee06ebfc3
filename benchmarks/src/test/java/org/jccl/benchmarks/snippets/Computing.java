package org.jccl.benchmarks.snippets;

import java.nio.FloatBuffer;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Rank;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.Work;

/** The example about work of the program's own; {@code SnippetsTest} runs it. */
final class Computing {
  private Computing() {}

  static float overlap(Rank rank) {
    // @start region="work"
    try (Stream compute = rank.device().newStream();
        Event ready = rank.device().newEvent();
        DeviceBuffer weights = rank.device().allocate(DataType.FLOAT32, 2);
        DeviceBuffer gradient = rank.device().allocate(DataType.FLOAT32, 2)) {
      weights.copyFrom(3f, 4f);
      compute.run(
          Work.named("backward").reads(weights).writes(gradient).takes(120),
          memory -> {
            FloatBuffer from = memory.floats(weights);
            memory.floats(gradient).put(from.get(0) / 2).put(from.get(1) / 2);
          });
      ready.record(compute);
      rank.communicator().defaultStream().waitFor(ready); // without it: BUFFER_REUSE, both lines
      rank.communicator().allReduce(gradient, ReduceOp.SUM);
      rank.communicator().defaultStream().synchronize();
      float[] sum = new float[2];
      gradient.copyTo(sum);
      return sum[0] + sum[1];
    }
    // @end
  }
}
