package org.jccl.nccl;

import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jccl.CollectiveException;
import org.jccl.CollectiveTimeoutException;
import org.jccl.Communicator;
import org.jccl.Communicator.State;
import org.jccl.CommunicatorAbortedException;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.PreMulSum;
import org.jccl.ReduceOp;
import org.jccl.ResultCode;
import org.jccl.UniqueId;
import org.jccl.nccl.FakeDevices.FakeStream;
import org.jccl.nccl.ffi.FakeNccl;
import org.jccl.nccl.ffi.FakeNccl.Arrived;
import org.jccl.nccl.ffi.NativeAccess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The backend over a library of upcall stubs and devices that are numbers. */
@Timeout(60)
class NcclCommunicatorTest {
  private static final int INVALID_ARGUMENT = 4;
  private static final int INVALID_USAGE = 5;
  private static final UniqueId ID = UniqueId.of(new byte[UniqueId.BYTES]);

  private final FakeNccl fake = new FakeNccl(22809);
  private NcclBackend backend = backend(fake);

  private static NcclBackend backend(FakeNccl library) {
    return NcclBackend.over(library.library(), owner -> FakeDevices.of(owner, 4));
  }

  private Communicator open(int rank, int worldSize) {
    return open(rank, worldSize, CommunicatorConfig.defaults());
  }

  private Communicator open(int rank, int worldSize, CommunicatorConfig config) {
    return backend.newCommunicator(ID, rank, worldSize, backend.devices().get(rank), config);
  }

  private static CommunicatorConfig timeouts(long initMillis, long closeMillis) {
    return CommunicatorConfig.builder()
        .initTimeout(Duration.ofMillis(initMillis))
        .closeTimeout(Duration.ofMillis(closeMillis))
        .build();
  }

  private static DeviceBuffer floats(Communicator comm, long count) {
    return comm.device().allocate(DataType.FLOAT32, count);
  }

  private Arrived last() {
    return fake.calls().getLast();
  }

  private List<String> namesAfter(int calls) {
    return fake.names().subList(calls, fake.names().size());
  }

  @Test
  void creation_passesWorldSizeRankAndConfig_onTheCommunicatorsThread() {
    Communicator comm = open(1, 2);

    assertThat(last().function()).isEqualTo("ncclCommInitRankConfig");
    assertThat(last().arguments().get(1)).isEqualTo(2);
    assertThat(last().arguments().get(3)).isEqualTo(1);
    assertThat(last().thread()).isEqualTo("jccl-nccl-" + comm.name() + "-1");
    assertThat(comm.name()).isEqualTo(open(0, 2).name()).startsWith("comm-");
  }

  @Test
  void allReduce_goesStraightToTheLibraryOnTheCallersThread() {
    Communicator comm = open(1, 2);
    DeviceBuffer send = floats(comm, 7);
    DeviceBuffer recv = floats(comm, 7);

    comm.allReduce(send, recv, ReduceOp.MIN);

    assertThat(last().function()).isEqualTo("ncclAllReduce");
    assertThat(last().arguments())
        .containsExactly(
            send.address(), recv.address(), 7L, 7, 3, 0xC1L, comm.defaultStream().handle());
    assertThat(last().thread()).isEqualTo(Thread.currentThread().getName());
  }

  @Test
  void virtualThread_handsOverToTheCommunicatorsThread() throws InterruptedException {
    Communicator comm = open(0, 1);

    Thread.ofVirtual().start(() -> comm.allReduce(floats(comm, 1), ReduceOp.SUM)).join();
    assertThat(last().thread()).startsWith("jccl-nccl-");

    Thread.ofVirtual()
        .start(() -> comm.group(g -> g.allReduce(floats(comm, 1), ReduceOp.SUM)))
        .join();
    assertThat(fake.calls().subList(fake.calls().size() - 3, fake.calls().size()))
        .allMatch(call -> call.thread().startsWith("jccl-nccl-"));
  }

  @Test
  void refusedCall_throwsCodeAndWords_andLeavesTheCommunicatorReady() {
    Communicator comm = open(0, 2);
    fake.on("ncclAllReduce", arguments -> INVALID_ARGUMENT);

    assertThatThrownBy(() -> comm.allReduce(floats(comm, 1), ReduceOp.SUM))
        .isInstanceOfSatisfying(
            CollectiveException.class,
            e -> assertThat(e.code()).isEqualTo(ResultCode.INVALID_ARGUMENT))
        .hasMessageContainingAll("all_reduce", "rank 0/2", "words of the fake");
    assertThat(comm.state()).isEqualTo(State.READY);
  }

  @Test
  void storedFailure_isSticky_andClosingAborts() {
    Communicator comm = open(0, 2);
    fake.on("ncclAllReduce", arguments -> 6);
    fake.on("ncclCommGetAsyncError", arguments -> FakeNccl.setInt(arguments[1], 6));

    assertThatThrownBy(() -> comm.allReduce(floats(comm, 1), ReduceOp.SUM))
        .isInstanceOf(CollectiveException.class);
    assertThat(comm.state()).isEqualTo(State.FAILED);
    assertThat(comm.asyncError()).isEqualTo(ResultCode.REMOTE_ERROR);
    int before = fake.names().size();
    assertThatThrownBy(() -> comm.barrier()).isInstanceOf(CollectiveException.class);
    comm.close();

    assertThat(namesAfter(before)).containsExactly("ncclCommAbort");
  }

  @Test
  void group_isIssuedBetweenStartAndEnd() {
    Communicator comm = open(0, 2);
    DeviceBuffer out = floats(comm, 3);
    DeviceBuffer in = floats(comm, 3);
    int before = fake.names().size();

    comm.group(
        g -> {
          g.send(out, 1);
          g.recv(in, 1);
          assertThat(fake.names()).hasSize(before);
        });

    assertThat(namesAfter(before))
        .containsExactly("ncclGroupStart", "ncclSend", "ncclRecv", "ncclGroupEnd");
  }

  @Test
  void failingCallInAGroup_stillEndsIt_andNamesBothCodes() {
    Communicator comm = open(0, 2);
    fake.on("ncclSend", arguments -> INVALID_ARGUMENT);
    fake.on("ncclGroupEnd", arguments -> INVALID_USAGE);
    int before = fake.names().size();

    assertThatThrownBy(
            () ->
                comm.group(
                    g -> {
                      g.send(floats(comm, 3), 1);
                      g.recv(floats(comm, 3), 1);
                    }))
        .isInstanceOf(CollectiveException.class)
        .hasMessageContainingAll("send", "call 1 of 2", "INVALID_USAGE", "INVALID_ARGUMENT");

    assertThat(namesAfter(before)).containsExactly("ncclGroupStart", "ncclSend", "ncclGroupEnd");
  }

  @Test
  void failingGroupEnd_throws() {
    Communicator comm = open(0, 2);
    fake.on("ncclGroupEnd", arguments -> INVALID_USAGE);

    assertThatThrownBy(() -> comm.group(g -> g.send(floats(comm, 3), 0)))
        .isInstanceOf(CollectiveException.class)
        .hasMessageContaining("the end of a group of 1 calls");
  }

  @Test
  void failingGroupStart_throws_andIssuesNothing() {
    Communicator comm = open(0, 2);
    DeviceBuffer buffer = floats(comm, 3);
    fake.on("ncclGroupStart", arguments -> 9_876);
    int before = fake.names().size();

    assertThatThrownBy(() -> comm.group(g -> g.send(buffer, 1)))
        .isInstanceOf(CollectiveException.class)
        .hasMessageContaining("ncclGroupStart of a group of 1 calls");

    assertThat(namesAfter(before)).doesNotContain("ncclGroupEnd", "ncclSend");
  }

  @Test
  void oldLibrary_exchangesByGroupedSendsAndReceives() {
    FakeNccl old = new FakeNccl(21903);
    backend = backend(old);
    Communicator comm = open(1, 2);
    DeviceBuffer send = floats(comm, 6);
    DeviceBuffer recv = floats(comm, 6);
    int before = old.names().size();

    comm.allToAll(send, recv);

    assertThat(old.names().subList(before, old.names().size()))
        .containsExactly(
            "ncclGroupStart", "ncclSend", "ncclRecv", "ncclSend", "ncclRecv", "ncclGroupEnd");
    assertThat(old.calls().get(before + 3).arguments().subList(0, 4))
        .containsExactly(send.address() + 12, 3L, 7, 1);
    assertThat(old.calls().get(before + 4).arguments().getFirst()).isEqualTo(recv.address() + 12);
  }

  @Test
  void oldLibrary_gathersAndScatters() {
    FakeNccl old = new FakeNccl(21903);
    backend = backend(old);
    Communicator comm = open(1, 2);
    int before = old.names().size();

    comm.gather(floats(comm, 3), null, 0);
    comm.scatter(floats(comm, 6), floats(comm, 3), 1);

    assertThat(old.names().subList(before, old.names().size()))
        .containsExactly(
            "ncclGroupStart",
            "ncclSend",
            "ncclGroupEnd", // gather, not the root
            "ncclGroupStart",
            "ncclSend",
            "ncclSend",
            "ncclRecv",
            "ncclGroupEnd");
  }

  @Test
  void newLibrary_exchangesByItsOwnCall() {
    Communicator comm = open(0, 2);

    comm.allToAll(floats(comm, 6), floats(comm, 6));

    assertThat(last().function()).isEqualTo("ncclAlltoAll");
  }

  @Test
  void close_finalizesAndDestroysOnce() {
    Communicator comm = open(0, 2);
    int before = fake.names().size();

    comm.close();
    comm.close();

    assertThat(namesAfter(before)).containsExactly("ncclCommFinalize", "ncclCommDestroy");
    assertThat(comm.state()).isEqualTo(State.CLOSED);
    assertThat(comm.asyncError()).isEqualTo(ResultCode.SUCCESS);
    assertThatThrownBy(() -> comm.barrier()).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void close_abortsWorkThatDoesNotEnd() {
    Communicator comm = open(0, 2, timeouts(10_000, 30));
    FakeStream stream = (FakeStream) comm.device().newStream();
    stream.busy = true;
    comm.allReduce(floats(comm, 1), floats(comm, 1), ReduceOp.SUM, stream);
    int before = fake.names().size();

    comm.close();

    assertThat(namesAfter(before)).containsExactly("ncclCommAbort");
  }

  @Test
  void close_destroysSumsThatAreLeft() {
    Communicator comm = open(0, 2);
    PreMulSum sum = comm.preMulSum(DataType.FLOAT32, 2);
    int before = fake.names().size();

    comm.close();

    assertThat(sum.isClosed()).isTrue();
    assertThat(namesAfter(before).getFirst()).isEqualTo("ncclRedOpDestroy");
  }

  @Test
  void abort_isFinal_andTheHandleIsNeverTouchedAgain() {
    Communicator comm = open(0, 2);
    PreMulSum sum = comm.preMulSum(DataType.FLOAT32, 2);

    comm.abort();
    int before = fake.calls().size();
    comm.abort();
    sum.close();

    assertThat(comm.state()).isEqualTo(State.ABORTED);
    assertThat(comm.asyncError()).isEqualTo(ResultCode.REMOTE_ERROR);
    assertThatThrownBy(() -> comm.barrier()).isInstanceOf(CommunicatorAbortedException.class);
    comm.close();
    assertThat(namesAfter(before)).isEmpty();
  }

  @Test
  void hostScalar_isEncodedInTheElementType() {
    Communicator comm = open(0, 2);
    AtomicReference<Short> bits = new AtomicReference<>();
    fake.on(
        "ncclRedOpCreatePreMulSum",
        arguments -> {
          bits.set(NativeAccess.memory((long) arguments[1], 2).get(JAVA_SHORT, 0));
          return FakeNccl.setInt(arguments[0], 9);
        });

    PreMulSum sum = comm.preMulSum(DataType.FLOAT16, 1.5);

    assertThat(bits.get()).isEqualTo(Float.floatToFloat16(1.5f));
    assertThat(sum.code()).isEqualTo(9);
    assertThat(last().arguments().subList(2, 5)).containsExactly(6, 1, 0xC0L);
    sum.close();
    assertThat(last().arguments()).containsExactly(9, 0xC0L);
  }

  @Test
  void deviceScalar_isPassedByAddress() {
    Communicator comm = open(0, 2);
    DeviceBuffer scalar = floats(comm, 1);

    comm.preMulSum(scalar);

    assertThat(last().arguments().subList(1, 4)).containsExactly(scalar.address(), 7, 0);
    assertThatThrownBy(() -> comm.preMulSum(floats(comm, 2)))
        .isInstanceOf(IllegalArgumentException.class);
    scalar.close();
    assertThatThrownBy(() -> comm.preMulSum(scalar))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("preMulSum: one element on", "(closed)");
  }

  @Test
  void lateCreation_timesOut_andWhatItMakesIsAborted() throws InterruptedException {
    CountDownLatch peerArrives = new CountDownLatch(1);
    CountDownLatch aborted = new CountDownLatch(1);
    fake.on(
        "ncclCommInitRankConfig",
        arguments -> {
          await(peerArrives);
          return FakeNccl.setLong(arguments[0], 0xBAD);
        });
    fake.on(
        "ncclCommAbort",
        arguments -> {
          assertThat(arguments[0]).isEqualTo(0xBADL);
          aborted.countDown();
          return 0;
        });

    assertThatThrownBy(() -> open(0, 2, timeouts(30, 1000)))
        .isInstanceOf(CollectiveTimeoutException.class)
        .hasMessageContainingAll("rank 0/2", "initTimeout", "NCCL_SOCKET_IFNAME");
    peerArrives.countDown();

    assertThat(aborted.await(30, TimeUnit.SECONDS)).isTrue();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  @Test
  void failedCreation_abortsTheHandleItLeft() {
    fake.on(
        "ncclCommInitRankConfig",
        arguments -> {
          FakeNccl.setLong(arguments[0], 0xBAD);
          return 2;
        });

    assertThatThrownBy(() -> open(0, 2))
        .isInstanceOfSatisfying(
            CollectiveException.class, e -> assertThat(e.code()).isEqualTo(ResultCode.SYSTEM_ERROR))
        .hasMessageContainingAll("creation", "words of the fake");
    assertThat(last().function()).isEqualTo("ncclCommAbort");
    assertThat(last().arguments()).containsExactly(0xBADL);
  }

  @Test
  void rankOutOfRange_neverReachesTheLibrary() {
    assertThatThrownBy(() -> open(2, 2)).isInstanceOf(IllegalArgumentException.class);
    assertThat(fake.calls()).isEmpty();
  }

  @Test
  void openAll_joinsAllRanksInOneGroup() {
    List<Communicator> all =
        backend.openAll(backend.devices().subList(0, 3), CommunicatorConfig.defaults());

    assertThat(fake.names())
        .containsExactly(
            "ncclGetUniqueId",
            "ncclGroupStart",
            "ncclCommInitRankConfig",
            "ncclCommInitRankConfig",
            "ncclCommInitRankConfig",
            "ncclGroupEnd");
    assertThat(all).extracting(Communicator::rank).containsExactly(0, 1, 2);
    assertThat(fake.calls())
        .extracting(Arrived::thread)
        .last()
        .isEqualTo("jccl-nccl-" + all.getFirst().name() + "-0");
    all.get(2).allReduce(floats(all.get(2), 1), ReduceOp.SUM);
    assertThat(last().arguments().get(5)).isEqualTo(0xC2L);
  }

  @Test
  void openAll_refusesADeviceTwice() {
    Device device = backend.devices().getFirst();

    assertThatThrownBy(
            () -> backend.openAll(List.of(device, device), CommunicatorConfig.defaults()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void backendsClose_abortsWhatIsLeftAndClosesTheDevices() {
    Communicator comm = open(0, 2);

    backend.close();
    backend.close();

    assertThat(comm.state()).isEqualTo(State.CLOSED);
    assertThat(fake.names()).contains("ncclCommAbort").doesNotContain("ncclCommDestroy");
    assertThat(((FakeDevices.FakeDevice) backend.devices().getFirst()).closed).isTrue();
    assertThatThrownBy(() -> open(0, 2)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void capability_namesBackendVersionLibraryAndDevice() {
    var capability =
        backend.capability(backend.devices().getFirst(), CommunicatorConfig.defaults());

    assertThat(capability.backend()).isEqualTo("nccl");
    assertThat(capability.version()).isEqualTo(22809);
    assertThat(capability.library()).contains("2.28.9", "a fake");
    assertThat(capability.device()).endsWith("/fake-0");
  }
}
