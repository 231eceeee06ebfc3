package org.jccl.benchmarks.house;

import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.jccl.Backend;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.Ranks;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.conformance.loopback.StubLibrary;
import org.jccl.nccl.NcclBackend;
import org.jccl.nccl.ffi.NcclLibrary;
import org.jccl.sim.Simulator;

/** The call whose path is counted, in worlds of two ranks. A recording loader loads this class. */
public final class OneAllReduce {
  private static final int RANKS = 2;
  private static final int WARM = 50;

  private OneAllReduce() {}

  /** On the simulator: until the result is there, on all threads. */
  public static void onTheSimulator() {
    try (Simulator simulator = Simulator.builder().devices(RANKS).build()) {
      Ranks.run(simulator.backend(), RANKS, OneAllReduce::untilTheResult);
    }
  }

  /** On NCCL: until the call is enqueued, on the caller's thread. */
  public static void onNccl() {
    // NCCL's own function is replaced by one of C's that answers 0 whatever it is given.
    MemorySegment success = Linker.nativeLinker().defaultLookup().findOrThrow("sched_yield");
    try (Simulator behind = Simulator.builder().devices(RANKS).build();
        StubLibrary stubs = new StubLibrary(behind.raw(), Simulator.DEFAULT_VERSION);
        Backend backend =
            NcclBackend.over(
                NcclLibrary.ofSymbols(
                    "an all-reduce that does nothing",
                    symbol ->
                        symbol.equals("ncclAllReduce") ? Optional.of(success) : stubs.find(symbol)),
                behind::devicesOf)) {
      Ranks.run(backend, RANKS, OneAllReduce::untilEnqueued);
    }
  }

  private static void untilTheResult(Rank rank) {
    Communicator communicator = rank.communicator();
    Stream stream = communicator.defaultStream();
    try (DeviceBuffer buffer = rank.device().allocate(DataType.FLOAT32, 1024)) {
      buffer.fill((byte) 0, stream);
      for (int call = 0; call < 2 * WARM; call++) {
        boolean counted = call == WARM && rank.rank() == 0;
        if (counted) {
          EnteredFiles.begin();
        }
        communicator.allReduce(buffer, buffer, ReduceOp.SUM, stream);
        stream.synchronize();
        if (counted) {
          EnteredFiles.end();
        }
      }
    }
  }

  private static void untilEnqueued(Rank rank) {
    Communicator communicator = rank.communicator();
    Stream stream = communicator.defaultStream();
    try (DeviceBuffer buffer = rank.device().allocate(DataType.FLOAT32, 1024)) {
      for (int call = 0; call < 2 * WARM; call++) {
        boolean counted = call == WARM && rank.rank() == 0;
        if (counted) {
          EnteredFiles.beginOnThisThread();
        }
        communicator.allReduce(buffer, buffer, ReduceOp.SUM, stream);
        if (counted) {
          EnteredFiles.end();
        }
      }
    }
  }
}
