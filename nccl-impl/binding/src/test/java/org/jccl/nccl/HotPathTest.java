package org.jccl.nccl;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import java.util.function.Function;
import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.jccl.UniqueId;
import org.jccl.nccl.ffi.FakeNccl;
import org.jccl.nccl.ffi.NcclLibrary;
import org.junit.jupiter.api.Test;

/** An enqueue allocates nothing, checks included. */
class HotPathTest {
  private static final int CALLS = 20_000;

  /** A C function that returns 0 whatever it is given stands for all of NCCL's stream calls. */
  private static final MemorySegment SUCCEEDS =
      Linker.nativeLinker().defaultLookup().find("sched_yield").orElseThrow();

  private static NcclLibrary library() {
    FakeNccl fake = new FakeNccl(22809);
    Function<String, Optional<MemorySegment>> stubs = fake::find;
    return NcclLibrary.ofSymbols(
        "yielding",
        symbol ->
            symbol.contains("Comm") || symbol.contains("Get")
                ? stubs.apply(symbol)
                : Optional.of(SUCCEEDS));
  }

  private static long allocatedPerCall(Runnable call) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int i = 0; i < CALLS; i++) {
      call.run();
    }
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < CALLS; i++) {
      call.run();
    }
    return (threads.getCurrentThreadAllocatedBytes() - before) / CALLS;
  }

  @Test
  void enqueue_allocatesNothing_aloneAndInAGroup() {
    NcclBackend backend = NcclBackend.over(library(), owner -> FakeDevices.of(owner, 1));
    UniqueId id = UniqueId.of(new byte[UniqueId.BYTES]);
    Communicator comm =
        backend.newCommunicator(
            id, 0, 1, backend.devices().getFirst(), CommunicatorConfig.defaults());
    DeviceBuffer send = comm.device().allocate(DataType.FLOAT32, 4);
    DeviceBuffer recv = comm.device().allocate(DataType.FLOAT32, 4);

    assertThat(allocatedPerCall(() -> comm.allReduce(send, recv, ReduceOp.SUM))).isZero();
    assertThat(allocatedPerCall(() -> comm.reduce(send, recv, ReduceOp.SUM, 0))).isZero();
    assertThat(allocatedPerCall(() -> comm.sendRecv(send, 0, recv, 0))).isZero();
    assertThat(comm).isInstanceOf(Collectives.class);
  }
}
