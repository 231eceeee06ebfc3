package org.jccl.nccl;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jccl.CollectiveException;
import org.jccl.CollectiveTimeoutException;
import org.jccl.Communicator;
import org.jccl.Communicator.State;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.MemoryStatistics;
import org.jccl.ReduceOp;
import org.jccl.Registration;
import org.jccl.ResultCode;
import org.jccl.ShrinkMode;
import org.jccl.SignalWait;
import org.jccl.Stream;
import org.jccl.UniqueId;
import org.jccl.Window;
import org.jccl.WindowFlag;
import org.jccl.nccl.ffi.FakeNccl;
import org.jccl.nccl.ffi.NativeAccess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Children, the ends of life, registered memory: what reaches the library, and what does not. */
@Timeout(60)
class FamilyTest {
  private static final UniqueId ID = UniqueId.of(new byte[UniqueId.BYTES]);
  private static final CommunicatorConfig DEFAULTS = CommunicatorConfig.defaults();

  private final FakeNccl fake = new FakeNccl(23007);
  private final NcclBackend backend =
      NcclBackend.over(fake.library(), owner -> FakeDevices.of(owner, 4));
  private final Communicator comm =
      backend.newCommunicator(ID, 2, 4, backend.devices().get(2), DEFAULTS);

  FamilyTest() {
    fake.on("ncclCommSplit", call -> FakeNccl.setLong(call[3], 0xD0));
    fake.on("ncclCommShrink", call -> FakeNccl.setLong(call[3], 0xE0));
    fake.on("ncclCommGrow", call -> FakeNccl.setLong(call[4], 0xF0));
    fake.on("ncclCommUserRank", call -> FakeNccl.setInt(call[1], 1));
    fake.on("ncclCommCount", call -> FakeNccl.setInt(call[1], 2));
    fake.on("ncclCommRegister", call -> FakeNccl.setLong(call[3], 0x11));
    fake.on("ncclCommWindowRegister", call -> FakeNccl.setLong(call[3], 0x22));
    fake.on("ncclWinGetUserPtr", call -> FakeNccl.setLong(call[2], 0x33));
  }

  private List<Object> last(String function) {
    return fake.calls().stream()
        .filter(call -> call.function().equals(function))
        .reduce((first, second) -> second)
        .orElseThrow()
        .arguments();
  }

  private DeviceBuffer floats(long count) {
    return comm.device().allocate(DataType.FLOAT32, count);
  }

  private static ResultCode codeOf(Throwable failure) {
    return ((CollectiveException) failure).code();
  }

  @Test
  void split_passesColorAndKey_inheritsByANullConfig_andTheChildOwnsItsHandle() {
    Communicator child = comm.split(7, -3);

    assertThat(last("ncclCommSplit").subList(0, 3)).containsExactly(0xC2L, 7, -3);
    assertThat(last("ncclCommSplit").get(4)).isEqualTo(0L);
    assertThat(child.rank()).isEqualTo(1);
    assertThat(child.worldSize()).isEqualTo(2);
    assertThat(child.device()).isSameAs(comm.device());
    assertThat(child.config()).isSameAs(comm.config());

    comm.close();
    child.allReduce(child.device().allocate(DataType.FLOAT32, 1), ReduceOp.SUM);
    assertThat(last("ncclAllReduce").get(5)).isEqualTo(0xD0L);
    child.close();
    assertThat(last("ncclCommDestroy")).containsExactly(0xD0L);
  }

  @Test
  void split_withAConfig_passesIt() {
    Communicator child = comm.split(0, 0, CommunicatorConfig.builder().name("mine").build());

    assertThat(last("ncclCommSplit").get(4)).isNotEqualTo(0L);
    assertThat(child.name()).isEqualTo("mine");
  }

  @Test
  void negativeColors_neverReachTheLibrary_butSplitAwayDoes() {
    int before = fake.names().size();
    assertThatThrownBy(() -> comm.split(-1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("color -1", "splitNoColor");
    assertThat(fake.names()).hasSize(before);
    fake.on("ncclCommSplit", call -> 0);

    comm.splitNoColor();

    assertThat(last("ncclCommSplit").get(1)).isEqualTo(-1);
    assertThat(comm.state()).isEqualTo(State.READY);
  }

  @Test
  void shrink_passesASortedList_andCountsTheRanksItself() {
    List<Integer> passed = new ArrayList<>();
    fake.on(
        "ncclCommShrink",
        call -> {
          var list = NativeAccess.memory((long) call[1], 8);
          passed.add(list.getAtIndex(JAVA_INT, 0));
          passed.add(list.getAtIndex(JAVA_INT, 1));
          return FakeNccl.setLong(call[3], 0xE0);
        });

    Communicator child = comm.shrink(Set.of(3, 0), ShrinkMode.ABORT);

    assertThat(passed).containsExactly(0, 3);
    assertThat(last("ncclCommShrink").get(2)).isEqualTo(2);
    assertThat(last("ncclCommShrink").get(5)).isEqualTo(1);
    assertThat(child.rank()).isEqualTo(1);
    assertThat(child.worldSize()).isEqualTo(2);
  }

  @Test
  void badExclusions_neverReachTheLibrary() {
    int before = fake.names().size();

    assertThatThrownBy(() -> comm.shrink(Set.of())).hasMessageContaining("nobody is excluded");
    assertThatThrownBy(() -> comm.shrink(Set.of(2))).hasMessageContaining("rank 2 is the caller");
    assertThatThrownBy(() -> comm.shrink(Set.of(0, 4))).hasMessageContaining("rank 4 is not in");
    assertThatThrownBy(() -> comm.shrink(Set.of(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rank -1 is not in");
    assertThat(fake.names()).hasSize(before);
  }

  @Test
  void grow_keepsRanks_andNewOnesJoinByTheId() {
    UniqueId id = comm.newUniqueId();
    Communicator grown = comm.grow(6, id);

    assertThat(last("ncclCommGrow").subList(0, 2)).containsExactly(0xC2L, 6);
    assertThat(last("ncclCommGrow").get(3)).isEqualTo(-1);
    assertThat(grown.rank()).isEqualTo(2);
    assertThat(grown.worldSize()).isEqualTo(6);
    comm.grow(6);
    assertThat(last("ncclCommGrow").get(2)).isEqualTo(0L);

    Communicator joined = backend.joinGrowing(id, 5, 6, backend.devices().get(3), DEFAULTS);
    assertThat(last("ncclCommGrow").get(0)).isEqualTo(0L);
    assertThat(last("ncclCommGrow").get(3)).isEqualTo(5);
    assertThat(joined.rank()).isEqualTo(5);
    assertThat(joined.state()).isEqualTo(State.READY);
    assertThatThrownBy(() -> comm.grow(4)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void failedChild_isAborted_andTheParentStaysUsable() {
    fake.on(
        "ncclCommSplit",
        call -> {
          FakeNccl.setLong(call[3], 0xBAD);
          return 2;
        });

    assertThatThrownBy(() -> comm.split(0, 0))
        .satisfies(e -> assertThat(codeOf(e)).isEqualTo(ResultCode.SYSTEM_ERROR));
    assertThat(last("ncclCommAbort")).containsExactly(0xBADL);
    assertThat(comm.state()).isEqualTo(State.READY);
  }

  @Test
  void lateChild_timesOut_andIsAbortedWhenItComes() throws InterruptedException {
    CountDownLatch arrives = new CountDownLatch(1);
    CountDownLatch aborted = new CountDownLatch(1);
    fake.on(
        "ncclCommSplit",
        call -> {
          try {
            arrives.await();
          } catch (InterruptedException unexpected) {
            throw new AssertionError(unexpected);
          }
          return FakeNccl.setLong(call[3], 0xBAD);
        });
    fake.on(
        "ncclCommAbort",
        call -> {
          aborted.countDown();
          return 0;
        });
    CommunicatorConfig hasty =
        CommunicatorConfig.builder().initTimeout(Duration.ofMillis(30)).build();

    assertThatThrownBy(() -> comm.split(0, 0, hasty))
        .isInstanceOf(CollectiveTimeoutException.class)
        .hasMessageContaining("SPL-11");
    arrives.countDown();

    assertThat(aborted.await(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void revoked_isSplitAndClosed_noMore() {
    comm.revoke();

    assertThat(comm.state()).isEqualTo(State.REVOKED);
    assertThat(last("ncclCommRevoke")).containsExactly(0xC2L, 0);
    int before = fake.names().size();
    assertThatThrownBy(() -> comm.barrier())
        .satisfies(e -> assertThat(codeOf(e)).isEqualTo(ResultCode.INVALID_USAGE)); // LIF-19
    assertThatThrownBy(comm::revoke)
        .satisfies(e -> assertThat(codeOf(e)).isEqualTo(ResultCode.INVALID_ARGUMENT));
    assertThatThrownBy(comm::finalizeCommunicator)
        .satisfies(e -> assertThat(codeOf(e)).isEqualTo(ResultCode.INVALID_ARGUMENT));
    assertThat(fake.names()).hasSize(before);
    comm.split(0, 0);
    comm.close();
    assertThat(fake.names()).contains("ncclCommDestroy").doesNotContain("ncclCommFinalize");
  }

  @Test
  void finalized_isAskedAndClosed_noMore() {
    comm.finalizeCommunicator();

    assertThat(comm.state()).isEqualTo(State.FINALIZED);
    assertThatThrownBy(comm::finalizeCommunicator)
        .satisfies(e -> assertThat(codeOf(e)).isEqualTo(ResultCode.INVALID_ARGUMENT)); // LIF-03
    assertThatThrownBy(() -> comm.barrier()).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> comm.split(0, 0)).isInstanceOf(IllegalStateException.class);
    comm.close();
    assertThat(fake.names().stream().filter("ncclCommFinalize"::equals)).hasSize(1);
    assertThat(fake.names().getLast()).isEqualTo("ncclCommDestroy");
  }

  @Test
  void suspended_worksAgainAfterResume() {
    assertThatThrownBy(comm::resume)
        .satisfies(e -> assertThat(codeOf(e)).isEqualTo(ResultCode.INVALID_USAGE)); // LIF-22
    comm.suspend();

    assertThat(comm.state()).isEqualTo(State.SUSPENDED);
    assertThat(last("ncclCommSuspend")).containsExactly(0xC2L, 1);
    assertThatThrownBy(() -> comm.barrier()).hasMessageContaining("resume()");
    assertThatThrownBy(comm::suspend)
        .satisfies(e -> assertThat(codeOf(e)).isEqualTo(ResultCode.INVALID_USAGE));
    comm.resume();
    comm.barrier();
    assertThat(comm.state()).isEqualTo(State.READY);
  }

  @Test
  void statistics_areReadOneByOne() {
    fake.on("ncclCommMemStats", call -> FakeNccl.setLong(call[2], 10L * (int) call[1]));

    assertThat(comm.memoryStatistics()).isEqualTo(new MemoryStatistics(0, true, 20, 30));
  }

  @Test
  void registrations_areDroppedOnce_andLeftOnesWithTheCommunicator() {
    DeviceBuffer buffer = floats(4);
    Registration first = comm.register(buffer);
    Registration left = comm.register(buffer.slice(1, 2));
    assertThat(last("ncclCommRegister").subList(0, 3))
        .containsExactly(0xC2L, buffer.address() + 4, 8L);

    first.close();
    first.close();
    assertThat(last("ncclCommDeregister")).containsExactly(0xC2L, 0x11L);
    comm.close();

    assertThat(left.isClosed()).isTrue();
    assertThat(fake.names().stream().filter("ncclCommDeregister"::equals)).hasSize(2);
    assertThatThrownBy(() -> comm.register(backend.devices().get(0).allocate(DataType.INT8, 1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void windows_haveAHandleAndAPointer() {
    DeviceBuffer buffer = floats(4);
    Window window =
        comm.registerWindow(buffer, WindowFlag.COLLECTIVE_SYMMETRIC, WindowFlag.STRICT_ORDERING);

    assertThat(last("ncclCommWindowRegister").get(4)).isEqualTo(3);
    assertThat(window.handle()).isEqualTo(0x22);
    assertThat(window.isNull()).isFalse();
    assertThat(window.pointer()).isEqualTo(0x33);
    window.close();
    assertThat(last("ncclCommWindowDeregister")).containsExactly(0xC2L, 0x22L);
    assertThatThrownBy(() -> comm.registerWindow(floats(0)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void oneSidedCalls_passTheirArguments_andZeros() {
    DeviceBuffer buffer = floats(4);
    Window window = comm.registerWindow(buffer);
    Stream stream = comm.defaultStream();

    comm.putSignal(buffer, 1, window, 64, stream);
    assertThat(last("ncclPutSignal"))
        .containsExactly(buffer.address(), 4L, 7, 1, 0x22L, 64L, 0, 0, 0, 0xC2L, stream.handle());
    comm.signal(3, stream);
    assertThat(last("ncclSignal")).containsExactly(3, 0, 0, 0, 0xC2L, stream.handle());
    List<Long> words = new ArrayList<>();
    fake.on(
        "ncclWaitSignal",
        call -> {
          var list = NativeAccess.memory((long) call[1], 32);
          for (int i = 0; i < 4; i++) {
            words.add(list.getAtIndex(JAVA_LONG, i));
          }
          return 0;
        });
    comm.waitSignal(List.of(new SignalWait(1, 2), new SignalWait(0, 5)), stream);
    assertThat(words).containsExactly(1L << 32 | 2, 0L, 5L, 0L);

    assertThatThrownBy(() -> comm.signal(4, stream)).hasMessageContaining("peer 4");
    assertThatThrownBy(() -> comm.waitSignal(List.of(), stream)).hasMessageContaining("ARG-14");
    assertThatThrownBy(() -> comm.waitSignal(List.of(new SignalWait(9, 1)), stream))
        .hasMessageContaining("peer 9");
    assertThatThrownBy(() -> comm.putSignal(buffer, 1, window, -1, stream))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void registrableMemory_isTheLibrarysOwn() {
    fake.on("ncclMemAlloc", call -> FakeNccl.setLong(call[0], 0x7000));

    DeviceBuffer buffer = comm.device().allocateRegistrable(DataType.FLOAT64, 3);
    assertThat(last("ncclMemAlloc").get(1)).isEqualTo(24L);
    assertThat(buffer.address()).isEqualTo(0x7000);
    buffer.close();
    buffer.close();

    assertThat(last("ncclMemFree")).containsExactly(0x7000L);
    assertThat(fake.names().stream().filter("ncclMemFree"::equals)).hasSize(1);
  }

  @Test
  void simulation_endsWithTheQuestion_andIssuesNothing() {
    fake.on(
        "ncclGroupSimulateEnd",
        call -> {
          var info = NativeAccess.memory((long) call[0], 24);
          assertThat(info.get(JAVA_LONG, 0)).isEqualTo(24);
          assertThat(info.get(JAVA_INT, 8)).isEqualTo(0x74685283);
          assertThat(info.get(JAVA_INT, 12)).isEqualTo(23007);
          return FakeNccl.setInt((long) call[0] + 16, Float.floatToIntBits(12.5f));
        });
    DeviceBuffer buffer = floats(4);
    int before = fake.names().size();

    assertThat(backend.simulate(g -> g.on(comm).allReduce(buffer, ReduceOp.SUM))).hasValue(12.5);

    assertThat(fake.names().subList(before, fake.names().size()))
        .containsExactly("ncclGroupStart", "ncclAllReduce", "ncclGroupSimulateEnd");
    fake.on("ncclGroupSimulateEnd", call -> 0);
    assertThat(backend.simulate(g -> g.on(comm).allReduce(buffer, ReduceOp.SUM))).isEmpty();
  }

  @Test
  void severalIds_areJoinedByTheScalableCall() {
    UniqueId other = UniqueId.of(filled());

    backend.newCommunicator(List.of(ID, other), 1, 4, backend.devices().get(1), DEFAULTS);

    assertThat(last("ncclCommInitRankScalable").subList(1, 4)).containsExactly(4, 1, 2);
    assertThatThrownBy(
            () ->
                backend.newCommunicator(
                    List.of(ID, other), 0, 1, backend.devices().getFirst(), DEFAULTS))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static byte[] filled() {
    byte[] bytes = new byte[UniqueId.BYTES];
    Arrays.fill(bytes, (byte) 9);
    return bytes;
  }

  @Test
  void olderLibraries_sayWhatTheyLack() {
    FakeNccl old = new FakeNccl(22703);
    NcclBackend backend = NcclBackend.over(old.library(), owner -> FakeDevices.of(owner, 1));
    Communicator lone = backend.newCommunicator(ID, 0, 1, backend.devices().getFirst(), DEFAULTS);
    int before = old.names().size();

    assertThatThrownBy(lone::revoke).hasMessage("ncclCommRevoke needs NCCL 2.28.7, found 2.27.3");
    assertThatThrownBy(lone::newUniqueId).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> lone.grow(2, ID)).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(lone::suspend).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(lone::resume).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(lone::memoryStatistics).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> lone.signal(0, lone.defaultStream())).hasMessageContaining("2.29.2");
    assertThatThrownBy(
            () ->
                lone.registerWindow(
                    lone.device().allocate(DataType.INT8, 1), WindowFlag.STRICT_ORDERING))
        .hasMessageContaining("STRICT_ORDERING needs NCCL 2.29.7");
    assertThat(old.names()).hasSize(before);
  }

  @Test
  void familyCalls_areNoPartOfAGroup() {
    assertThatThrownBy(() -> comm.group(g -> comm.split(0, 0)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("outside the group");
  }
}
