package org.jccl.nccl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jccl.CollectiveException;
import org.jccl.CollectiveTimeoutException;
import org.jccl.Communicator;
import org.jccl.Communicator.State;
import org.jccl.CommunicatorAbortedException;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.jccl.ResultCode;
import org.jccl.UniqueId;
import org.jccl.config.ConfigField;
import org.jccl.nccl.ffi.FakeNccl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nonblocking communicators: what goes on is a state, and nothing else is called meanwhile. */
@Timeout(60)
class NonblockingTest {
  private static final int IN_PROGRESS = 7;
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final UniqueId ID = UniqueId.of(new byte[UniqueId.BYTES]);
  private static final CommunicatorConfig NONBLOCKING =
      CommunicatorConfig.builder().set(ConfigField.BLOCKING, 0).build();

  private final FakeNccl fake = new FakeNccl(22809);
  private final NcclBackend backend =
      NcclBackend.over(fake.library(), owner -> FakeDevices.of(owner, 4));
  private final AtomicInteger stored = new AtomicInteger();

  NonblockingTest() {
    fake.on("ncclCommGetAsyncError", call -> FakeNccl.setInt(call[1], stored.get()));
  }

  private Communicator open(int worldSize) {
    return backend.newCommunicator(ID, 0, worldSize, backend.devices().getFirst(), NONBLOCKING);
  }

  private static DeviceBuffer floats(Communicator comm) {
    return comm.device().allocate(DataType.FLOAT32, 1);
  }

  /** Opens a communicator that comes back while its creation goes on. */
  private Communicator opening() {
    fake.on(
        "ncclCommInitRankConfig",
        call -> {
          FakeNccl.setLong(call[0], 0xC0);
          return IN_PROGRESS;
        });
    stored.set(IN_PROGRESS);
    return open(2);
  }

  private static ResultCode codeOf(Throwable failure) {
    return ((CollectiveException) failure).code();
  }

  @Test
  void creation_comesBackOpening_andCallsAreRefusedWithoutReachingTheLibrary() {
    Communicator comm = opening();
    int before = fake.names().size();

    assertThat(comm.state()).isEqualTo(State.OPENING);
    assertThat(comm.asyncError()).isEqualTo(ResultCode.IN_PROGRESS);
    assertThatThrownBy(() -> comm.allReduce(floats(comm), ReduceOp.SUM))
        .hasMessageContaining("awaitReady")
        .satisfies(e -> assertThat(codeOf(e)).isEqualTo(ResultCode.INVALID_ARGUMENT));
    assertThatThrownBy(() -> comm.split(0, 0)).hasMessageContaining("awaitReady");
    assertThatThrownBy(comm::finalizeCommunicator).hasMessageContaining("awaitReady");
    assertThatThrownBy(comm::revoke).hasMessageContaining("awaitReady");
    assertThat(fake.names()).hasSize(before);

    stored.set(0);
    comm.awaitReady(LONG);
    assertThat(comm.state()).isEqualTo(State.READY);
    comm.allReduce(floats(comm), ReduceOp.SUM);
  }

  @Test
  void awaitReady_isBounded_andSaysWhatFailed() {
    Communicator comm = opening();

    assertThatThrownBy(() -> comm.awaitReady(Duration.ofMillis(20)))
        .isInstanceOf(CollectiveTimeoutException.class)
        .hasMessageContaining("OPENING");

    stored.set(6);
    assertThatThrownBy(() -> comm.awaitReady(LONG))
        .satisfies(e -> assertThat(codeOf(e)).isEqualTo(ResultCode.REMOTE_ERROR));
    assertThat(comm.state()).isEqualTo(State.FAILED);
  }

  @Test
  void operationThatGoesOn_isBusy_untilTheLibraryIsDone() {
    Communicator comm = open(2);
    fake.on(
        "ncclAllReduce",
        call -> {
          stored.set(IN_PROGRESS);
          return IN_PROGRESS;
        });

    comm.allReduce(floats(comm), ReduceOp.SUM);

    assertThat(comm.state()).isEqualTo(State.BUSY);
    int before = fake.names().size();
    assertThatThrownBy(() -> comm.allReduce(floats(comm), ReduceOp.SUM))
        .hasMessageContaining("ERR-06")
        .satisfies(e -> assertThat(codeOf(e)).isEqualTo(ResultCode.INVALID_ARGUMENT));
    assertThat(fake.names()).hasSize(before);
    stored.set(0);
    assertThat(comm.state()).isEqualTo(State.READY);
  }

  @Test
  void groupThatGoesOn_makesEveryMemberBusy() {
    List<Communicator> both = backend.openAll(backend.devices().subList(0, 2), NONBLOCKING);
    DeviceBuffer first = floats(both.get(0));
    DeviceBuffer second = floats(both.get(1));
    fake.on(
        "ncclGroupEnd",
        call -> {
          stored.set(IN_PROGRESS);
          return IN_PROGRESS;
        });

    backend.group(
        g -> {
          g.on(both.get(0)).allReduce(first, ReduceOp.SUM);
          g.on(both.get(1)).allReduce(second, ReduceOp.SUM);
        });

    assertThat(both).extracting(Communicator::state).containsOnly(State.BUSY);
  }

  @Test
  void storedError_isSticky() {
    Communicator comm = open(2);
    fake.on(
        "ncclAllReduce",
        call -> {
          stored.set(4);
          return 4;
        });

    assertThatThrownBy(() -> comm.allReduce(floats(comm), ReduceOp.SUM))
        .isInstanceOf(CollectiveException.class);
    assertThat(comm.state()).isEqualTo(State.FAILED); // ERR-05
    int before = fake.names().size();
    assertThatThrownBy(() -> comm.barrier())
        .satisfies(e -> assertThat(codeOf(e)).isEqualTo(ResultCode.INVALID_ARGUMENT));
    assertThat(fake.names()).hasSize(before);
    comm.close();
    assertThat(fake.names()).contains("ncclCommAbort").doesNotContain("ncclCommDestroy");
  }

  @Test
  void splitThatGoesOn_givesAChildThatOpensLater() {
    Communicator comm = open(2);
    long[] slot = {0};
    fake.on(
        "ncclCommSplit",
        call -> {
          slot[0] = (long) call[3];
          stored.set(IN_PROGRESS);
          return 0; // SPL-07
        });

    Communicator child = comm.split(3, 0);

    assertThat(comm.state()).isEqualTo(State.BUSY);
    assertThat(child.state()).isEqualTo(State.OPENING);
    assertThatThrownBy(child::rank).hasMessageContaining("awaitReady");
    FakeNccl.setLong(slot[0], 0xD0);
    fake.on("ncclCommUserRank", call -> FakeNccl.setInt(call[1], 1));
    fake.on("ncclCommCount", call -> FakeNccl.setInt(call[1], 2));
    stored.set(0);
    child.awaitReady(LONG);

    assertThat(child.state()).isEqualTo(State.READY);
    assertThat(child.rank()).isEqualTo(1);
    assertThat(child.worldSize()).isEqualTo(2);
    child.allReduce(floats(child), ReduceOp.SUM);
    assertThat(fake.calls().getLast().arguments().get(5)).isEqualTo(0xD0L);
  }

  @Test
  void shrunkenChild_knowsItsPlaceAtOnce() {
    Communicator comm = backend.newCommunicator(ID, 2, 4, backend.devices().get(2), NONBLOCKING);
    fake.on("ncclCommShrink", call -> FakeNccl.setInt(call[3], stored.addAndGet(IN_PROGRESS) * 0));

    Communicator child = comm.shrink(Set.of(0));

    assertThat(child.rank()).isEqualTo(1);
    assertThat(child.worldSize()).isEqualTo(3);
    assertThat(child.state()).isEqualTo(State.OPENING);
  }

  @Test
  void finalizeThatGoesOn_isBusy_thenFinalized() {
    Communicator comm = open(2);
    fake.on(
        "ncclCommFinalize",
        call -> {
          stored.set(IN_PROGRESS);
          return IN_PROGRESS;
        });

    comm.finalizeCommunicator();

    assertThat(comm.state()).isEqualTo(State.BUSY);
    stored.set(0);
    comm.awaitReady(LONG);
    assertThat(comm.state()).isEqualTo(State.FINALIZED);
    comm.close();
    assertThat(fake.names().stream().filter(name -> name.equals("ncclCommFinalize"))).hasSize(1);
    assertThat(fake.names()).contains("ncclCommDestroy");
  }

  @Test
  void abortDuringACall_keepsTheCallsCode() {
    Communicator comm = open(2);
    fake.on(
        "ncclAllReduce",
        call -> {
          comm.abort();
          return 3;
        });

    assertThatThrownBy(() -> comm.allReduce(floats(comm), ReduceOp.SUM))
        .isInstanceOf(CommunicatorAbortedException.class)
        .hasMessageContaining("INTERNAL_ERROR")
        .cause()
        .satisfies(e -> assertThat(codeOf(e)).isEqualTo(ResultCode.INTERNAL_ERROR));
  }

  @Test
  void simulation_isRefused() {
    Communicator comm = open(2);
    DeviceBuffer buffer = floats(comm);
    int before = fake.names().size();

    assertThatThrownBy(() -> backend.simulate(g -> g.on(comm).allReduce(buffer, ReduceOp.SUM)))
        .hasMessageContaining("GRP-29")
        .satisfies(e -> assertThat(codeOf(e)).isEqualTo(ResultCode.INVALID_USAGE));
    assertThat(fake.names()).hasSize(before);
  }
}
