package org.jccl.conformance.rules;

import static org.jccl.conformance.rules.TypedRank.expectSum;

import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Example;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Graph;
import org.jccl.HostBuffer;
import org.jccl.ReduceOp;
import org.jccl.Registration;
import org.jccl.SignalWait;
import org.jccl.Stream;
import org.jccl.Window;
import org.jccl.WindowFlag;
import org.jccl.config.Tuning;
import org.jccl.config.TuningChoice;
import org.jccl.conformance.harness.WorldRank;

/** Registered memory and windows on the typed surface: the typed half of chapter 9. */
final class MemoryRules extends Suite {
  private static final Duration LONG = Duration.ofSeconds(20);

  private static final TuningChoice IN_WINDOWS =
      new TuningChoice(32, true, "the rule asks for it", List.of());

  // ---- memory

  @Example
  @AlsoShows({"MEM-04"})
  @Needs(upTo = 2)
  public void required_MEM_03_registrationIsAHint(WorldRank rank) {
    int n = rank.worldSize();
    Communicator comm = rank.own(rank.open("registered"));
    DeviceBuffer buffer = rank.own(comm.device().allocateRegistrable(DataType.INT32, 1024));
    Registration first = comm.register(buffer);
    Registration again = comm.register(buffer.slice(16, 16));
    expectSum(rank, comm, 1, n);
    again.close();
    first.close();
    first.close();
  }

  @Example
  @Needs(upTo = 4)
  public void required_MEM_07_aCommunicatorGivesMemoryForItsCalls(WorldRank rank) {
    int n = rank.worldSize();
    CommunicatorConfig config =
        CommunicatorConfig.builder().name("tuned").tuning(Tuning.of(IN_WINDOWS)).build();
    Communicator comm = rank.own(TypedRank.open(rank, config));
    DeviceBuffer small = rank.own(comm.allocate(DataType.INT32, 3));
    DeviceBuffer large = rank.own(comm.allocate(DataType.INT32, 1 << 18));
    DeviceBuffer none = rank.own(comm.allocate(DataType.INT32, 0));
    DeviceBuffer sum = rank.own(comm.allocate(DataType.INT32, 3));
    Graph sequence = rank.own(comm.prepare(c -> c.allReduce(small, sum, ReduceOp.SUM)));
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
    DeviceBuffer plain = rank.own(rank.device().allocate(DataType.INT32, 3));
    comm.allReduce(plain, ReduceOp.MAX); // memory of another kind, on all ranks
    comm.defaultStream().synchronize();
  }

  @Example
  @Needs(upTo = 4)
  public void required_MEM_08_pinnedHostMemoryIsAnEndOfCopies(WorldRank rank) {
    int n = rank.worldSize();
    HostBuffer in = rank.device().allocateHost(DataType.INT32, 6);
    try (in;
        Communicator comm = rank.open("pinned");
        HostBuffer out = comm.device().allocateHost(DataType.INT32, 6);
        Stream stream = comm.device().newStream();
        DeviceBuffer buffer = comm.device().allocate(DataType.INT32, 4)) {
      HostBuffer part = in.slice(1, 4);
      rank.check(in.bytes() == 24 && part.count() == 4, "the sizes are other ones");
      fill(in, rank.rank());
      out.memory().fill((byte) 0x55);
      buffer.copyFrom(part, stream);
      comm.allReduce(buffer, buffer, ReduceOp.SUM, stream);
      buffer.copyTo(out.slice(2, 4), stream);
      stream.synchronize();
      expectSums(rank, out, n, 0);

      stream.beginCapture();
      buffer.copyFrom(part, stream);
      comm.allReduce(buffer, buffer, ReduceOp.SUM, stream);
      buffer.copyTo(out.slice(2, 4), stream);
      try (Graph graph = stream.endCapture()) {
        for (int launch = 1; launch <= 2; launch++) {
          fill(in, rank.rank() + launch);
          graph.launch(stream);
          stream.synchronize();
          expectSums(rank, out, n, launch);
        }
      }
      comm.device().allocateHost(DataType.INT32, 0).close();
    }
    rank.check(in.isClosed(), "it is not closed");
    try (DeviceBuffer buffer = rank.device().allocate(DataType.INT32, 6)) {
      buffer.copyFrom(in, rank.device().defaultStream());
      rank.check(false, "a copy from closed memory was taken");
    } catch (IllegalStateException closed) {
      rank.check(!in.memory().scope().isAlive(), "its memory can still be used");
    }
  }

  private static void fill(HostBuffer host, int rank) {
    for (int i = 0; i < host.count(); i++) {
      host.memory().setAtIndex(ValueLayout.JAVA_INT, i, 100 * i + rank);
    }
  }

  /** The sums of elements 1 to 4 stand at 2 to 5; what is before has not been touched. */
  private static void expectSums(WorldRank rank, HostBuffer out, int n, int more) {
    for (int i = 0; i < out.count(); i++) {
      int seen = out.memory().getAtIndex(ValueLayout.JAVA_INT, i);
      int sum = i < 2 ? 0x55555555 : n * (100 * (i - 1) + more) + n * (n - 1) / 2;
      rank.check(seen == sum, "element " + i + " is " + seen + ", expected " + sum);
    }
  }

  @Example
  @AlsoShows({"RMA-03", "RMA-07"})
  public void required_RMA_01_putsArriveWithTheirSignal(WorldRank rank) {
    int peer = 1 - rank.rank();
    Communicator comm = rank.own(rank.open("one-sided"));
    DeviceBuffer memory = rank.own(comm.device().allocateRegistrable(DataType.INT32, 4));
    DeviceBuffer source = rank.own(comm.device().allocateRegistrable(DataType.INT32, 2));
    memory.copyFrom(0, 0, 0, 0);
    source.copyFrom(rank.rank() + 10, rank.rank() + 20);
    Window window = rank.own(comm.registerWindow(memory, WindowFlag.COLLECTIVE_SYMMETRIC));
    Window from = rank.own(comm.registerWindow(source, WindowFlag.COLLECTIVE_SYMMETRIC));
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
