package org.jccl.conformance.rules;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Example;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.MisuseKind;
import org.jccl.UniqueId;
import org.jccl.conformance.harness.Expects;
import org.jccl.spi.NcclAbi;

/** Unique ids and the creation of communicators on the raw surface (chapter 2 of the rule book). */
final class RawCreationRules extends RawSuite {
  private static final long UNTOUCHED = 77;

  private static Device device(RawRank rank, int index) {
    return rank.world().instance().backend().devices().get(index);
  }

  // ---------------------------------------------------------------- unique ids

  @Example
  @AlsoShows("UID-03")
  public void required_UID_01_noTwoIdsAreEqual(RawRank rank) {
    rank.check(rank.id().mismatch(rank.id()) >= 0, "two ids are equal, 128 bytes of them");
  }

  @Example
  public void required_UID_02_theOutputMustNotBeNull(RawRank rank) {
    rank.refuses("ncclGetUniqueId(null)", () -> rank.abi().getUniqueId(MemorySegment.NULL));
  }

  @Example
  @Needs(environment = "NCCL_SOCKET_RETRY_CNT=3 NCCL_SOCKET_RETRY_SLEEP_MSEC=1")
  @Expects(reports = MisuseKind.ID_REUSED)
  public void required_UID_04_anIdServesOneCommunicator() {
    // Fewer and shorter tries (ENV-11) than those that take about a minute.
    raw(
        rank -> {
          NcclAbi abi = rank.abi();
          MemorySegment id = rank.id();
          rank.succeeds("an id", () -> abi.commInitRank(rank.handle(), 1, id, 0));
          long made = rank.madeHandle();
          rank.expect(
              "the same id again", REMOTE_ERROR, () -> abi.commInitRank(rank.handle(), 1, id, 0));
          leavesAsPlainCreation(rank);
          rank.destroy(made);
        });
  }

  @Example
  @AlsoShows("INIT-18")
  public void required_UID_05_anIdThatWasNeverMade(RawRank rank) {
    MemorySegment zero = rank.allocate(UniqueId.BYTES);
    rank.handle().set(JAVA_LONG, 0, UNTOUCHED);
    int code = rank.abi().commInitRank(rank.slot(), 1, zero, 0);
    rank.check(code != SUCCESS && code != IN_PROGRESS, "an id of zeros: " + code);
    leavesAsPlainCreation(rank);
  }

  /** What a plain creation that failed leaves: null, or since 2.31.2 a handle to abort. */
  private void leavesAsPlainCreation(RawRank rank) {
    long left = rank.madeHandle();
    if (capabilities().version() < 23102) {
      rank.check(left == 0, "the handle is not null (INIT-18)");
    } else {
      rank.check(left != 0 && left != UNTOUCHED, "no handle is left to abort (INIT-18)");
      if (left != 0 && left != UNTOUCHED) {
        rank.succeeds("ncclCommAbort of what is left", () -> rank.abi().commAbort(left));
      }
    }
  }

  // ---------------------------------------------------------------- one rank

  @Example
  @Needs(ownGpus = true)
  public void required_INIT_01_theDeviceOfTheCallCounts(RawRank rank) {
    if (rank.rank() == 0) {
      NcclAbi abi = rank.abi();
      MemorySegment id = rank.id();
      rank.groupStart();
      device(rank, 1).makeCurrent();
      rank.succeeds("ncclCommInitRank", () -> abi.commInitRank(rank.handle(), 1, id, 0));
      device(rank, 0).makeCurrent();
      rank.groupEnd();
      long made = rank.madeHandle();
      rank.check(rank.cuDevice(made) == 1, "device " + rank.slotInt());
      rank.destroy(made);
    }
    rank.barrier();
  }

  @Example
  @AlsoShows({"LIF-07", "LIF-09"})
  @Needs(upTo = 4)
  public void required_INIT_03_oneThreadCreatesSeveralRanksInAGroup(RawRank rank) {
    int n = rank.worldSize();
    if (rank.rank() == 0) {
      createAll(rank, n);
    }
    rank.barrier();
  }

  private static void createAll(RawRank rank, int n) {
    NcclAbi abi = rank.abi();
    MemorySegment id = rank.id();
    MemorySegment handles = rank.allocate(8L * n);
    rank.groupStart();
    for (int i = 0; i < n; i++) {
      int own = i;
      device(rank, i).makeCurrent();
      MemorySegment out = handles.asSlice(8L * i, 8);
      rank.succeeds("ncclCommInitRank", () -> abi.commInitRank(out, n, id, own));
    }
    rank.groupEnd();
    for (int i = 0; i < n; i++) {
      long made = handles.getAtIndex(JAVA_LONG, i);
      rank.check(rank.userRank(made) == i, "rank " + rank.slotInt() + " for " + i);
      rank.check(rank.count(made) == n, "count " + rank.slotInt());
    }
    for (int i = 0; i < n; i++) {
      rank.destroy(handles.getAtIndex(JAVA_LONG, i)); // the early ones do not wait (LIF-07)
    }
    device(rank, 0).makeCurrent();
  }

  @Example
  public void required_INIT_05_whatHappensToTheOutput(RawRank rank) {
    NcclAbi abi = rank.abi();
    MemorySegment id = rank.id();
    rank.refuses("0 ranks", () -> abi.commInitRank(rank.handle(), 0, id, 0));
    rank.check(rank.madeHandle() == 0, "0 ranks write the output");
    rank.handle().set(JAVA_LONG, 0, 77);
    rank.refuses("rank 3", () -> abi.commInitRank(rank.slot(), 2, id, 3));
    rank.check(rank.madeHandle() == 0, "a wrong rank leaves the output");
  }

  @Example
  @AlsoShows({"INIT-18", "INIT-08"})
  public void required_INIT_07_twoRanksOnOneDevice(RawRank rank) {
    NcclAbi abi = rank.abi();
    MemorySegment id = rank.id();
    MemorySegment handles = rank.allocate(16);
    rank.groupStart();
    for (int i = 0; i < 2; i++) {
      int own = i;
      MemorySegment out = handles.asSlice(8L * i, 8);
      rank.succeeds("ncclCommInitRank", () -> abi.commInitRank(out, 2, id, own));
    }
    rank.misuses("ncclGroupEnd of two ranks on a device", abi::groupEnd);
    for (int i = 0; i < 2; i++) {
      long left = handles.getAtIndex(JAVA_LONG, i);
      rank.check(left != 0, "a grouped creation that failed leaves null (INIT-18)");
      rank.abort(left);
    }
  }

  @Example
  public void required_INIT_09_oneRankAlone(RawRank rank) {
    NcclAbi abi = rank.abi();
    long alone = rank.openAlone(MemorySegment.NULL);
    rank.expectSum("the sum over one rank", alone, 5, 5);
    DeviceBuffer two = rank.memory(DataType.INT32, 7, 0);
    long at = two.address();
    rank.groupStart();
    rank.succeeds("ncclSend", () -> abi.send(at, 1, INT32, 0, alone, rank.stream()));
    rank.succeeds("ncclRecv", () -> abi.recv(at + 4, 1, INT32, 0, alone, rank.stream()));
    rank.groupEnd();
    rank.synchronize();
    rank.expect("a message to self", two, 7, 7);
    rank.destroy(alone);
  }

  @Example
  public void required_INIT_14_noConfigurationMeansTheDefault(RawRank rank) {
    for (MemorySegment config : new MemorySegment[] {MemorySegment.NULL, rank.config()}) {
      long made = rank.openAlone(config);
      // Blocking: a wrong call leaves no trace (ERR-05).
      rank.refuses("a wrong call", () -> rank.wrongCall(made));
      int state = rank.state(made);
      rank.check(state == SUCCESS, "state " + state + ", expected 0");
      rank.destroy(made);
    }
  }

  @Example
  @AlsoShows("ARG-17")
  public void required_INIT_15_severalIds(RawRank rank) {
    NcclAbi abi = rank.abi();
    MemorySegment ids = rank.allocate(3L * UniqueId.BYTES);
    for (int i = 0; i < 2; i++) {
      ids.asSlice((long) i * UniqueId.BYTES, UniqueId.BYTES).copyFrom(rank.sharedId());
    }
    for (int wrong : new int[] {0, 3}) {
      rank.refuses(
          wrong + " ids for 2 ranks",
          () ->
              abi.commInitRankScalable(
                  rank.handle(), 2, rank.rank(), wrong, ids, MemorySegment.NULL));
    }
    rank.succeeds(
        "2 ids for 2 ranks",
        () -> abi.commInitRankScalable(rank.handle(), 2, rank.rank(), 2, ids, MemorySegment.NULL));
    long made = rank.madeHandle();
    rank.expectSum("the sum", made, 1 + rank.rank(), 3);
    rank.destroy(made);
  }

  @Example
  @AlsoShows({"LIF-16", "ARG-02"})
  public void required_INIT_17_creationInTheBackground(RawRank rank) {
    NcclAbi abi = rank.abi();
    long unfinished = rank.openUnfinished();
    rank.check(unfinished != 0, "the handle is null while creation goes on");
    rank.check(rank.state(unfinished) == IN_PROGRESS, "not in progress");
    rank.refuses("ncclCommCount", () -> abi.commCount(unfinished, rank.slot()));
    rank.check(rank.state(unfinished) == IN_PROGRESS, "a query changes the state");
    rank.abort(unfinished); // LIF-16
    long ready = rank.openAlone(rank.nonblocking());
    rank.check(rank.count(ready) == 1, "count " + rank.slotInt());
    rank.destroy(ready);
  }

  @Example
  @Needs(ownGpus = true)
  public void required_INIT_19_oneFailureEndsTheCreationsOfAGroup() {
    // Elsewhere the other creation is one that can end by itself: a hang proves nothing.
    int ranksOfOther = capabilities().reportsMisuse() ? 2 : 1;
    raw(
        rank -> {
          NcclAbi abi = rank.abi();
          MemorySegment twice = rank.id();
          MemorySegment other = rank.id();
          MemorySegment handles = rank.allocate(24);
          rank.groupStart();
          MemorySegment last = handles.asSlice(16, 8);
          rank.succeeds("a rank", () -> abi.commInitRank(last, ranksOfOther, other, 0));
          for (int i = 0; i < 2; i++) {
            int own = i;
            MemorySegment out = handles.asSlice(8L * i, 8);
            rank.succeeds("a rank", () -> abi.commInitRank(out, 2, twice, own));
          }
          rank.misuses("ncclGroupEnd: the first failure", abi::groupEnd);
          for (int i = 0; i < 3; i++) {
            rank.abort(handles.getAtIndex(JAVA_LONG, i));
          }
        });
  }

  // ---------------------------------------------------------------- threads and devices

  @Example
  @AlsoShows("INIT-20")
  @Needs(ownGpus = true)
  public void required_INIT_10_allRanksAtOnce(RawRank rank) {
    if (rank.rank() == 0) {
      initAllPermuted(rank);
    }
    rank.barrier();
  }

  private static void initAllPermuted(RawRank rank) {
    NcclAbi abi = rank.abi();
    MemorySegment devices = rank.allocate(8);
    MemorySegment handles = rank.allocate(16);
    devices.setAtIndex(JAVA_INT, 0, 1);
    devices.setAtIndex(JAVA_INT, 1, 0);
    rank.succeeds("ncclCommInitAll", () -> abi.commInitAll(handles, 2, devices));
    for (int i = 0; i < 2; i++) {
      long made = handles.getAtIndex(JAVA_LONG, i);
      rank.check(rank.userRank(made) == i, "rank " + rank.slotInt() + " for " + i);
      rank.check(rank.cuDevice(made) == 1 - i, "device " + rank.slotInt() + " at " + i);
    }
    for (int i = 0; i < 2; i++) {
      rank.destroy(handles.getAtIndex(JAVA_LONG, i));
    }
    // INIT-20: the current device is what it was, so a new communicator lands on it.
    long next = rank.openAlone(MemorySegment.NULL);
    rank.check(rank.cuDevice(next) == 0, "device " + rank.slotInt() + " is current");
    rank.destroy(next);
  }

  @Example
  @Needs(ownGpus = true)
  public void required_INIT_11_aDeviceTwice(RawRank rank) {
    MemorySegment twice = rank.allocate(8);
    MemorySegment handles = rank.allocate(16);
    rank.misuses(
        "ncclCommInitAll of device 0 and 0", () -> rank.abi().commInitAll(handles, 2, twice));
  }

  @Example
  @Needs(upTo = 1)
  public void required_INIT_21_oneThreadAfterTheOther(RawRank rank) throws Exception {
    long made = rank.openAlone(MemorySegment.NULL);
    AtomicInteger code = new AtomicInteger(-1);
    DeviceBuffer buffer = rank.memory(DataType.INT32, 3);
    rank.onAnotherThread(
        () -> {
          rank.device().makeCurrent();
          code.set(rank.sum(buffer, made));
        });
    rank.check(code.get() == SUCCESS, "on another thread: " + code);
    rank.expectSum("on this thread again", made, 4, 4);
    rank.expect("what the other thread did", buffer, 3);
    rank.destroy(made);
  }
}
