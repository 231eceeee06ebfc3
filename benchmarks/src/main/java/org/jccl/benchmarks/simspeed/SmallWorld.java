package org.jccl.benchmarks.simspeed;

import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.Ranks;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.sim.Simulator;

/**
 * A test's whole world, as a search runs it thousands of times: a simulator, its ranks, their
 * communicators, buffers and a few calls, all opened and closed; checks at their default.
 */
public final class SmallWorld {
  private static final int CALLS = 10;
  private static final int COUNT = 16;

  private SmallWorld() {}

  /** One of {@code ranks}, first in first out. */
  public static long run(int ranks) {
    return run(Simulator.builder().devices(ranks), ranks);
  }

  /** One whose schedule {@code seed} decides. */
  public static long run(int ranks, long seed) {
    return run(Simulator.builder().devices(ranks).seed(seed), ranks);
  }

  /** The hash of its trace. */
  private static long run(Simulator.Builder builder, int ranks) {
    try (Simulator simulator = builder.build()) {
      Ranks.run(simulator.backend(), ranks, SmallWorld::program);
      if (!simulator.findings().isEmpty()) {
        throw new IllegalStateException(
            "a right program is reported", simulator.findings().getFirst());
      }
      return simulator.traceHash();
    }
  }

  private static void program(Rank rank) {
    Communicator communicator = rank.communicator();
    Stream stream = communicator.defaultStream();
    try (DeviceBuffer send = rank.device().allocate(DataType.FLOAT32, COUNT);
        DeviceBuffer recv = rank.device().allocate(DataType.FLOAT32, COUNT)) {
      send.fill((byte) 0, stream);
      for (int call = 0; call < CALLS; call++) {
        communicator.allReduce(send, recv, ReduceOp.SUM, stream);
      }
      stream.synchronize();
    }
  }

  /** One of two ranks, as the first test of a JVM. */
  public static void main(String[] args) {
    run(2);
  }
}
