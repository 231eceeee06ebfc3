package org.jccl.conformance.rules;

import static org.jccl.conformance.rules.TypedRank.expectSum;

import java.time.Duration;
import java.util.List;
import net.jqwik.api.Example;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Graph;
import org.jccl.ReduceOp;
import org.jccl.Registration;
import org.jccl.SignalWait;
import org.jccl.Window;
import org.jccl.WindowFlag;
import org.jccl.config.Tuning;
import org.jccl.config.TuningChoice;
import org.jccl.conformance.harness.WorldRank;

/** Registered memory and windows on the typed surface: the typed half of chapter 9. */
public final class MemoryRules extends Suite {
  private static final Duration LONG = Duration.ofSeconds(20);

  private static final TuningChoice IN_WINDOWS =
      new TuningChoice(32, true, "the rule asks for it", List.of());

  /** About the current subject. */
  public MemoryRules() {}

  // ---- memory

  @Example
  @AlsoShows({"MEM-04"})
  @Needs(upTo = 2)
  public void required_MEM_03_registrationIsAHint(WorldRank rank) {
    int n = rank.worldSize();
    try (Communicator comm = rank.open("registered");
        DeviceBuffer buffer = comm.device().allocateRegistrable(DataType.INT32, 1024)) {
      Registration first = comm.register(buffer);
      Registration again = comm.register(buffer.slice(16, 16));
      expectSum(rank, comm, 1, n);
      again.close();
      first.close();
      first.close();
    }
  }

  @Example
  public void required_MEM_07_aCommunicatorGivesMemoryForItsCalls() {
    int n = atMost(4);
    run(
        n,
        rank -> {
          CommunicatorConfig config =
              CommunicatorConfig.builder().name("tuned").tuning(Tuning.of(IN_WINDOWS)).build();
          try (Communicator comm = TypedRank.open(rank, config);
              DeviceBuffer small = comm.allocate(DataType.INT32, 3);
              DeviceBuffer large = comm.allocate(DataType.INT32, 1 << 18);
              DeviceBuffer none = comm.allocate(DataType.INT32, 0);
              DeviceBuffer sum = comm.allocate(DataType.INT32, 3);
              Graph sequence = comm.prepare(c -> c.allReduce(small, sum, ReduceOp.SUM))) {
            rank.check(small.count() == 3 && none.count() == 0, "the counts are other ones");
            small.copyFrom(1, 2, rank.rank());
            large.fill((byte) 0, comm.defaultStream());
            comm.allReduce(large, ReduceOp.SUM);
            comm.allReduce(small, sum, ReduceOp.SUM);
            comm.defaultStream().synchronize();
            rank.expect("the sum", sum, n, 2 * n, n * (n - 1) / 2.0);
            sum.fill((byte) 0, comm.defaultStream());
            sequence.launch(comm.defaultStream());
            comm.defaultStream().synchronize();
            rank.expect("the prepared sum", sum, n, 2 * n, n * (n - 1) / 2.0);
            try (DeviceBuffer plain = rank.device().allocate(DataType.INT32, 3)) {
              comm.allReduce(plain, ReduceOp.MAX); // memory of another kind, on all ranks
              comm.defaultStream().synchronize();
            }
          }
        });
  }

  @Example
  @AlsoShows({"RMA-03", "RMA-07"})
  public void required_RMA_01_putsArriveWithTheirSignal(WorldRank rank) {
    int peer = 1 - rank.rank();
    try (Communicator comm = rank.open("one-sided");
        DeviceBuffer memory = comm.device().allocateRegistrable(DataType.INT32, 4);
        DeviceBuffer source = comm.device().allocateRegistrable(DataType.INT32, 2)) {
      memory.copyFrom(0, 0, 0, 0);
      source.copyFrom(rank.rank() + 10, rank.rank() + 20);
      try (Window window = comm.registerWindow(memory, WindowFlag.COLLECTIVE_SYMMETRIC);
          Window from = comm.registerWindow(source, WindowFlag.COLLECTIVE_SYMMETRIC)) {
        if (window.isNull() || from.isNull()) {
          return; // WIN-03: this machine has no windows
        }
        comm.putSignal(source, peer, window, 8, comm.defaultStream());
        comm.waitSignal(List.of(new SignalWait(peer, 1)), comm.defaultStream());
        comm.defaultStream().synchronize();
        rank.expect("the window", memory, 0, 0, peer + 10, peer + 20);
        rank.processGroup().barrier(LONG);
      }
    }
  }
}
