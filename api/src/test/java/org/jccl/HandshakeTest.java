package org.jccl;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jccl.ops.Operation;
import org.jccl.process.ProcessGroups;
import org.jccl.testing.Crew;
import org.jccl.testing.FakeBackend;
import org.jccl.testing.FakeCommunicator;
import org.jccl.testing.FakeDevice;
import org.junit.jupiter.api.Test;

class HandshakeTest {
  private static final CommunicatorConfig CONFIG = CommunicatorConfig.defaults();

  @Test
  void open_givesEveryRankItsEndpoint_afterOneSmallAllReduce() {
    FakeBackend backend = new FakeBackend(3);

    Crew<Communicator> crew = open(backend, 3, CONFIG);

    for (int rank = 0; rank < 3; rank++) {
      FakeCommunicator own = (FakeCommunicator) crew.result(rank);
      assertThat(own.rank()).isEqualTo(rank);
      assertThat(own.worldSize()).isEqualTo(3);
      assertThat(own.issued()).hasSize(1);
      FakeCommunicator.Issued warmUp = own.issued().getFirst();
      assertThat(warmUp.operation()).isEqualTo(Operation.ALL_REDUCE);
      assertThat(warmUp.count()).isEqualTo(1);
      assertThat(warmUp.type()).isEqualTo(DataType.FLOAT32.code());
      assertThat(warmUp.reduction()).isEqualTo(ReduceOp.SUM.code());
      assertThat(warmUp.stream()).isSameAs(own.defaultStream());
      assertThat(((FakeDevice) own.device()).memory().liveCount()).isZero();
    }
  }

  @Test
  void warmUpOff_issuesNothing() {
    FakeBackend backend = new FakeBackend(2);

    open(backend, 2, CommunicatorConfig.builder().warmUp(false).build()).requireNoFailure();

    assertThat(backend.communicators()).hasSize(2).allMatch(one -> one.issued().isEmpty());
  }

  @Test
  void worldOfOne_isARealCommunicator_INIT09() {
    Crew<Communicator> crew = open(new FakeBackend(1), 1, CONFIG);

    assertThat(crew.result(0).worldSize()).isEqualTo(1);
    assertThat(crew.result(0).state()).isEqualTo(Communicator.State.READY);
  }

  @Test
  void rankThatCannot_givesAllTheSameException_andNobodyStarts() {
    FakeBackend backend =
        new FakeBackend(3) {
          @Override
          public Capability capability(Device device, CommunicatorConfig config) {
            if (device.index() == 1) {
              throw new BackendUnavailableException("no library found; tried libnccl.so.2");
            }
            return super.capability(device, config);
          }
        };

    Crew<Communicator> crew = open(backend, 3, CONFIG);

    for (int rank = 0; rank < 3; rank++) {
      assertThat(crew.failure(rank))
          .isInstanceOf(BackendUnavailableException.class)
          .hasMessage(crew.failure(0).getMessage())
          .hasMessageContaining("rank 1/3: cannot: no library found; tried libnccl.so.2");
    }
    assertThat(backend.communicators()).isEmpty();
    assertThat(crew.failure(1).getSuppressed()).hasSize(1);
  }

  @Test
  void brokenCapability_andMissingDevice_areToldToo() {
    FakeBackend backend =
        new FakeBackend(2) {
          @Override
          public Capability capability(Device device, CommunicatorConfig config) {
            throw new UnsatisfiedLinkError("libcudart.so.13");
          }
        };
    List<ProcessGroup> group = ProcessGroups.inJvm(2);

    Crew<Communicator> crew =
        Crew.run(
            2,
            rank ->
                Communicator.open(
                    group.get(rank), rank == 0 ? null : backend.devices().get(1), CONFIG));

    for (int rank = 0; rank < 2; rank++) {
      assertThat(crew.failure(rank))
          .isInstanceOf(BackendUnavailableException.class)
          .hasMessageContaining("rank 0/2: cannot: device is null")
          .hasMessageContaining("UnsatisfiedLinkError: libcudart.so.13");
    }
  }

  @Test
  void twoRanksOnOneDevice_areRefusedOnBoth_INIT07() {
    FakeBackend backend = new FakeBackend(2);
    List<ProcessGroup> group = ProcessGroups.inJvm(2);

    Crew<Communicator> crew =
        Crew.run(
            2, rank -> Communicator.open(group.get(rank), backend.devices().getFirst(), CONFIG));

    for (int rank = 0; rank < 2; rank++) {
      assertThat(crew.failure(rank))
          .isInstanceOf(BackendUnavailableException.class)
          .hasMessageContaining("ranks [0, 1] share one device (INIT-07)");
    }
  }

  @Test
  void rankZeroWithoutAnId_failsEveryone_insteadOfAHang() {
    FakeBackend backend =
        new FakeBackend(3) {
          @Override
          public UniqueId newUniqueId() {
            throw new CollectiveException(ResultCode.INVALID_USAGE, "no usable interface");
          }
        };

    Crew<Communicator> crew = open(backend, 3, CONFIG);

    for (int rank = 0; rank < 3; rank++) {
      assertThat(crew.failure(rank))
          .isInstanceOf(CollectiveException.class)
          .hasMessageContaining("rank " + rank + "/3: rank 0 could not make the unique id")
          .hasMessageContaining("no usable interface");
      assertThat(((CollectiveException) crew.failure(rank)).code())
          .isEqualTo(ResultCode.INVALID_USAGE);
    }
    assertThat(crew.failure(0)).hasCauseInstanceOf(CollectiveException.class);
  }

  @Test
  void failingWarmUp_abortsAndClosesTheCommunicator_andFreesItsBuffer() {
    FakeBackend backend =
        new FakeBackend(1) {
          @Override
          protected void prepare(FakeCommunicator communicator) {
            communicator.answer = call -> ResultCode.SYSTEM_ERROR.code();
            communicator.lastWords = "socket closed";
          }
        };

    Crew<Communicator> crew = open(backend, 1, CONFIG);

    assertThat(crew.failure(0))
        .isInstanceOf(CollectiveException.class)
        .hasMessageContaining("rank 0/1: made, but its first all-reduce failed")
        .hasMessageContaining("socket closed")
        .hasCauseInstanceOf(CollectiveException.class);
    assertThat(((CollectiveException) crew.failure(0)).code()).isEqualTo(ResultCode.SYSTEM_ERROR);
    FakeCommunicator made = backend.communicator(0);
    assertThat(made.aborts()).isEqualTo(1);
    assertThat(made.state()).isEqualTo(Communicator.State.CLOSED);
    assertThat(((FakeDevice) made.device()).memory().liveCount()).isZero();
  }

  @Test
  void warmUpThatRunsOutOfTime_staysATimeOut() {
    FakeBackend backend =
        new FakeBackend(1) {
          @Override
          protected void prepare(FakeCommunicator communicator) {
            communicator.answer =
                call -> {
                  throw new CollectiveTimeoutException("too slow");
                };
          }
        };

    assertThat(open(backend, 1, CONFIG).failure(0))
        .isInstanceOf(CollectiveTimeoutException.class)
        .hasMessageContaining("too slow")
        .hasCauseInstanceOf(CollectiveTimeoutException.class);
  }

  @Test
  void opening_handsOutAsManyMessagesAsThereAreRanks_notTheirSquare() {
    FakeBackend backend = new FakeBackend(8);
    List<ProcessGroup> group = ProcessGroups.inJvm(8);
    AtomicInteger received = new AtomicInteger();

    Crew.run(
            8,
            rank ->
                Communicator.open(
                    new Counting(group.get(rank), received), backend.devices().get(rank), CONFIG))
        .requireNoFailure();

    assertThat(received).hasValue(8 + 8); // all offers at rank 0, and its answer everywhere
  }

  /** Counts the messages that a member receives. */
  private record Counting(ProcessGroup group, AtomicInteger received) implements ProcessGroup {
    @Override
    public int rank() {
      return group.rank();
    }

    @Override
    public int worldSize() {
      return group.worldSize();
    }

    @Override
    public byte[] broadcast(byte[] payload, int root) {
      received.incrementAndGet();
      return group.broadcast(payload, root);
    }

    @Override
    public List<byte[]> allGather(byte[] payload) {
      List<byte[]> all = group.allGather(payload);
      received.addAndGet(all.size());
      return all;
    }

    @Override
    public List<byte[]> gather(byte[] payload, int root) {
      List<byte[]> all = group.gather(payload, root);
      received.addAndGet(all.size());
      return all;
    }

    @Override
    public void barrier(Duration timeout) {
      group.barrier(timeout);
    }

    @Override
    public void close() {
      group.close();
    }
  }

  private static Crew<Communicator> open(
      FakeBackend backend, int worldSize, CommunicatorConfig config) {
    List<ProcessGroup> group = ProcessGroups.inJvm(worldSize);
    return Crew.run(
        worldSize, rank -> Communicator.open(group.get(rank), backend.devices().get(rank), config));
  }
}
