package org.jccl.conformance.rules;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.jccl.conformance.rules.RawMemory.SYMMETRIC;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.Function;
import net.jqwik.api.Example;
import org.jccl.Graph;
import org.jccl.config.ConfigField;
import org.jccl.spi.NcclAbi;

/**
 * One-sided operations, on the raw surface (rules RMA-01 to RMA-12, ARG-11 to ARG-14). In every
 * test each rank's part of the window has its sources in the first half, its targets in the second.
 */
final class RawOneSidedRules extends RawSuite {
  private static final int BYTES = 16 * 4096;
  private static final int TARGET = BYTES / 2;
  private static final long LARGE = 1L << 30;

  @Override
  Object nobody(Class<?> kind) {
    return kind == OneSidedRank.class ? new OneSidedRank() : super.nobody(kind);
  }

  @Override
  void onEachRank(Class<?> kind, RankRule rule) {
    if (kind == OneSidedRank.class) {
      oneSided(rule::run);
    } else {
      super.onEachRank(kind, rule);
    }
  }

  /** What one rank does in its place. */
  private interface Body {
    void run(OneSidedRank rank) throws Exception;
  }

  private void oneSided(Body body) {
    oneSided(rank -> new RawMemory(rank, BYTES), SYMMETRIC, body);
  }

  private void oneSided(Function<RawRank, RawMemory> memory, int flags, Body body) {
    run(
        ranks(),
        world -> {
          try (OneSidedRank place = new OneSidedRank(world, memory, flags)) {
            body.run(place);
            place.synchronize();
            place.barrier(); // nobody writes here any more
            place.endWindow();
          }
        });
  }

  // ---------------------------------------------------------------- captures

  @Example
  public void required_VER_09_capturedOneSidedCallsAreReplayed(OneSidedRank rank) {
    rank.warmUp();
    int peer = 1 - rank.rank();
    rank.write(0, 30 + rank.rank());
    rank.typedStream().beginCapture();
    rank.put(0, 1, peer, TARGET);
    rank.await(1, peer);
    Graph graph = rank.own(rank.typedStream().endCapture());
    rank.expect("what was only captured", TARGET, 0);
    rank.barrier();
    graph.launch(rank.typedStream());
    rank.synchronize();
    rank.expect("what the replay brought", TARGET, 30 + peer);
    rank.barrier();
  }

  // ---------------------------------------------------------------- what they do

  @Example
  @Needs(ranks = 3)
  public void required_RMA_01_dataArrivesBeforeItsSignal(OneSidedRank rank) {
    rank.write(0, 10 + rank.rank(), 20 + rank.rank());
    rank.put(0, 2, rank.next(), TARGET + 64);
    rank.await(1, rank.before());
    rank.synchronize();
    rank.expect("what arrived", TARGET + 64, 10 + rank.before(), 20 + rank.before(), 0);
    rank.expect("what lies before", TARGET, 0);
  }

  @Example
  @Needs(ranks = 3)
  public void required_RMA_03_signalsAreCountedPerSender(OneSidedRank rank) {
    rank.warmUp();
    if (rank.rank() == 0) {
      rank.await(1, 1);
      rank.await(2, 1); // the same sender's next two
      rank.succeeds("two senders", () -> rank.waitCode(1, 2, 1, 1));
    } else {
      for (int i = 0; i < (rank.rank() == 1 ? 4 : 1); i++) {
        rank.signal(0);
      }
    }
    rank.synchronize();
  }

  @Example
  @Needs(ranks = 3)
  public void required_RMA_03_signalsOfOthersDoNotCount(OneSidedRank rank) {
    rank.warmUp();
    if (rank.rank() == 2) {
      rank.signal(1); // must not end the wait for rank 0
    } else if (rank.rank() == 0) {
      rank.barrier();
      rank.write(0, 7);
      rank.put(0, 1, 1, TARGET);
    } else {
      rank.await(1, 0);
      rank.barrier();
      rank.synchronize();
      rank.expect("what rank 0 put", TARGET, 7);
      rank.await(1, 2);
    }
    if (rank.rank() == 2) {
      rank.barrier();
    }
  }

  @Example
  public void required_RMA_04_aSignalTellsOfAllEarlierPuts(OneSidedRank rank) {
    if (rank.rank() == 0) {
      rank.write(0, 31, 32);
      rank.put(0, 1, 1, TARGET);
      rank.put(4, 1, 1, TARGET + 4096);
      rank.signal(1);
    } else {
      rank.await(3, 0);
      rank.synchronize();
      rank.expect("the first put", TARGET, 31);
      rank.expect("the second put", TARGET + 4096, 32);
    }
  }

  @Example
  public void required_RMA_05_theSourceMayBeUsedAgain(OneSidedRank rank) {
    if (rank.rank() == 0) {
      rank.write(0, 5);
      rank.put(0, 1, 1, TARGET);
      rank.synchronize(); // the peer need not have waited
      rank.write(0, 6);
      rank.put(0, 1, 1, TARGET + 64);
    } else {
      rank.await(2, 0);
      rank.synchronize();
      rank.expect("the first put", TARGET, 5);
      rank.expect("the second put", TARGET + 64, 6);
    }
  }

  @Example
  @Needs(ranks = 4)
  public void required_RMA_06_aBarrierOfSignals(OneSidedRank rank) {
    for (int round = 0; round < 3; round++) {
      rank.groupStart();
      for (int peer = 0; peer < rank.worldSize(); peer++) {
        rank.signal(peer);
      }
      for (int peer = 0; peer < rank.worldSize(); peer++) {
        rank.await(1, peer);
      }
      rank.groupEnd();
    }
    rank.synchronize();
  }

  @Example
  public void required_RMA_06_putsToOnePeerKeepTheirOrderInAGroup(OneSidedRank rank) {
    if (rank.rank() == 0) {
      rank.write(0, 1, 2, 3);
      rank.groupStart();
      for (int i = 0; i < 3; i++) {
        rank.put(4L * i, 1, 1, TARGET);
      }
      rank.groupEnd();
    } else {
      rank.await(3, 0);
      rank.synchronize();
      rank.expect("the last put", TARGET, 3);
    }
  }

  @Example
  @Needs(ranks = 3)
  public void required_RMA_07_allRanksMakeAFirstCall(OneSidedRank rank) {
    rank.warmUp();
    if (rank.rank() == 0) {
      rank.signal(2); // from now on nobody else has to call
    } else if (rank.rank() == 2) {
      rank.await(1, 0);
    }
  }

  @Example
  public void required_RMA_08_countZeroOnlySignals(OneSidedRank rank) {
    if (rank.rank() == 0) {
      rank.write(0, 9);
      rank.put(0, 0, 1, TARGET);
    } else {
      rank.await(1, 0);
      rank.synchronize();
      rank.expect("what was not put", TARGET, 0);
    }
  }

  @Example
  public void required_RMA_08_aPutAboveOneGiBHasOneSignal() {
    long bytes = LARGE + 4096;
    oneSided(
        rank -> RawMemory.unset(rank, bytes),
        SYMMETRIC,
        rank -> {
          rank.warmUp();
          rank.write(bytes - 4, rank.rank() == 0 ? 17 : 0);
          rank.barrier(); // the target is written before the put
          if (rank.rank() == 0) {
            rank.put(0, (int) (bytes / 4), 1, 0);
          } else {
            rank.await(1, 0);
            rank.synchronize();
            rank.expect("the end of the put", bytes - 4, 17);
          }
        });
  }

  @Example
  public void required_RMA_09_thePeerMayBeTheRankItself(OneSidedRank rank) {
    rank.write(0, 3);
    rank.put(0, 1, 0, TARGET);
    rank.signal(0);
    rank.await(2, 0);
    rank.synchronize();
    rank.expect("what the rank put to itself", TARGET, 3);
  }

  @Example
  public void required_RMA_10_aWaitHoldsItsStream(OneSidedRank rank) {
    rank.warmUp();
    if (rank.rank() == 0) {
      rank.await(1, 1);
      rank.signal(1); // behind the wait: rank 1 sees it only after its own signal
      rank.check(!rank.isIdle(), "a stream that waits for a signal is idle");
      rank.barrier();
    } else {
      rank.barrier(); // rank 0 has looked at its stream
      rank.write(0, 77);
      rank.put(0, 1, 0, TARGET);
      rank.await(1, 0);
    }
    rank.synchronize();
    if (rank.rank() == 0) {
      rank.expect("what was put before the signal", TARGET, 77);
    }
  }

  @Example
  @Needs(ranks = 3)
  public void required_RMA_11_writersTakeTurnsThroughTheTarget(OneSidedRank rank) {
    rank.warmUp();
    if (rank.rank() == 0) {
      rank.await(1, 1);
      rank.signal(2);
      rank.await(1, 2);
      rank.synchronize();
      rank.expect("what the second writer put", TARGET, 202);
    } else {
      rank.write(0, 200 + rank.rank());
      if (rank.rank() == 2) {
        rank.await(1, 0);
      }
      rank.put(0, 1, 0, TARGET);
    }
  }

  @Example
  @AlsoShows({"GRP-20"})
  @Needs(since = "2.29.2")
  public void required_GRP_21_oneSidedCallsRunFirstInAGroup(OneSidedRank rank) {
    rank.warmUp();
    int peer = 1 - rank.rank();
    rank.write(0, 40 + rank.rank());
    rank.groupStart();
    rank.allReduce(rank.memory().ints(TARGET, 1));
    rank.put(0, 1, peer, TARGET);
    rank.await(1, peer);
    rank.groupEnd();
    rank.synchronize();
    rank.expect("the sum of what was put", TARGET, 81);
  }

  // ---------------------------------------------------------------- arguments

  @Example
  @AlsoShows({"ARG-13"})
  public void required_RMA_02_contextIndexAndFlagsAreZero(OneSidedRank rank) {
    NcclAbi abi = rank.abi();
    long source = rank.source();
    int[][] wrong = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {-1, 0, 0}};
    long c = rank.comm();
    long s = rank.stream();
    long w = rank.window();
    for (int[] e : wrong) {
      String what = "index " + e[0] + ", context " + e[1] + ", flags " + e[2];
      rank.refuses("ncclSignal with " + what, () -> abi.signal(0, e[0], e[1], e[2], c, s));
      rank.refuses(
          "ncclPutSignal with " + what,
          () -> abi.putSignal(source, 1, INT32, 0, w, TARGET, e[0], e[1], e[2], c, s));
    }
    rank.warmUp(); // nothing of it was signalled
  }

  @Example
  public void required_RMA_12_indexesAndContextsCountApart(RawRank rank) {
    MemorySegment config = rank.config(ConfigField.NUM_RMA_SIG, 2);
    config.set(JAVA_INT, ConfigField.NUM_RMA_CTX.offset(), 2);
    config.set(JAVA_INT, ConfigField.RMA_EAGER_INIT.offset(), 1);
    long comm = rank.open(config);
    NcclAbi abi = rank.abi();
    long s = rank.stream();
    int peer = 1 - rank.rank();
    for (int[] e : new int[][] {{2, 0}, {0, 2}, {-1, 0}, {0, -1}}) {
      String what = "ncclSignal with index " + e[0] + ", context " + e[1];
      rank.refuses(what + " of 2 each", () -> abi.signal(peer, e[0], e[1], 0, comm, s));
    }
    MemorySegment first = rank.allocate(16);
    first.setAtIndex(JAVA_INT, 0, 1);
    first.setAtIndex(JAVA_INT, 1, rank.rank());
    rank.succeeds("a signal to itself", () -> abi.signal(rank.rank(), 0, 0, 0, comm, s)); // RMA-07
    rank.succeeds("a wait for it", () -> abi.waitSignal(1, first, comm, s));
    rank.synchronize();
    if (rank.rank() == 0) {
      first.setAtIndex(JAVA_INT, 1, peer);
      rank.succeeds("a wait for index 0", () -> abi.waitSignal(1, first, comm, s));
      rank.barrier();
      rank.barrier();
      rank.check(!rank.isIdle(), "a wait for index 0 has ended by signals of others");
      rank.barrier();
      rank.synchronize();
      MemorySegment others = rank.allocate(32);
      for (int i = 0; i < 2; i++) {
        others.setAtIndex(JAVA_INT, 4L * i, 1);
        others.setAtIndex(JAVA_INT, 4L * i + 1, peer);
        others.setAtIndex(JAVA_INT, 4L * i + 2, 1);
        others.setAtIndex(JAVA_INT, 4L * i + 3, i);
      }
      rank.succeeds("a wait for the others", () -> abi.waitSignal(2, others, comm, s));
    } else {
      rank.barrier();
      rank.succeeds("a signal of index 1", () -> abi.signal(peer, 1, 0, 0, comm, s));
      rank.succeeds("one of context 1", () -> abi.signal(peer, 1, 1, 0, comm, s));
      rank.synchronize();
      rank.barrier();
      rank.barrier();
      rank.succeeds("a signal of index 0", () -> abi.signal(peer, 0, 0, 0, comm, s));
    }
    rank.synchronize();
    rank.destroy(comm);
  }

  @Example
  public void required_ARG_11_whatAPutRefuses(OneSidedRank rank) {
    long source = rank.source();
    rank.refuses("peer -1", () -> rank.putCode(source, 1, INT32, -1, TARGET));
    rank.refuses("peer 1", () -> rank.putCode(source, 1, INT32, 1, TARGET));
    rank.refuses("type 99", () -> rank.putCode(source, 1, 99, 0, TARGET));
    rank.refuses("no source", () -> rank.putCode(0, 1, INT32, 0, TARGET));
    rank.refuses(
        "a source outside the window", () -> rank.putCode(source + BYTES, 1, INT32, 0, TARGET));
    rank.refuses("no window", () -> rank.putCode(0, source, 1, INT32, 0, TARGET));
    rank.expect(
        "an unknown window", INTERNAL_ERROR, () -> rank.putCode(4096, source, 1, INT32, 0, TARGET));
    long w = rank.window();
    long s = rank.stream();
    rank.refuses(
        "no communicator", () -> rank.abi().putSignal(source, 1, INT32, 0, w, 0, 0, 0, 0, 0, s));
  }

  @Example
  public void required_ARG_11_theSourceMustBeInASymmetricWindow() {
    oneSided(
        rank -> new RawMemory(rank, BYTES),
        0,
        rank ->
            rank.refuses(
                "a source in a window without promise",
                () -> rank.putCode(rank.source(), 1, INT32, 0, TARGET)));
  }

  @Example
  @Needs(environment = "NCCL_WIN_ENABLE=0")
  public void required_ARG_11_noOneSidedCallsWithoutWindows(RawRank rank) {
    rank.refuses("ncclSignal", () -> OneSidedRank.signalCode(rank, 0));
  }

  @Example
  public void required_ARG_12_targetsBehindTheWindow(OneSidedRank rank) {
    long source = rank.source();
    rank.refuses("offset = size", () -> rank.putCode(source, 1, INT32, 0, BYTES));
    rank.groupStart();
    rank.succeeds("the call itself", () -> rank.putCode(source, 1, INT32, 0, BYTES + 64));
    rank.groupEnd(INVALID_ARGUMENT);
  }

  @Example
  public void required_ARG_13_whatASignalRefuses(OneSidedRank rank) {
    for (int peer : new int[] {-1, 1}) {
      rank.refuses("peer " + peer, () -> OneSidedRank.signalCode(rank, peer));
    }
    rank.refuses("no communicator", () -> rank.abi().signal(0, 0, 0, 0, 0, rank.stream()));
  }

  @Example
  public void required_ARG_14_whatAWaitRefuses(OneSidedRank rank) {
    NcclAbi abi = rank.abi();
    long s = rank.stream();
    MemorySegment one = rank.allocate(16);
    one.setAtIndex(JAVA_INT, 0, 1);
    rank.refuses("no array", () -> abi.waitSignal(1, MemorySegment.NULL, rank.comm(), s));
    rank.refuses("no descriptor", () -> abi.waitSignal(0, one, rank.comm(), s));
    rank.refuses("no communicator", () -> abi.waitSignal(1, one, 0, s));
    rank.refuses("opCnt 0", () -> rank.waitCode(0, 0));
    rank.refuses("opCnt -1", () -> rank.waitCode(-1, 0));
    rank.refuses("a bad second one", () -> rank.waitCode(1, 0, 0, 0));
    for (int field : new int[] {2, 3}) {
      MemorySegment wrong = rank.allocate(16);
      wrong.setAtIndex(JAVA_INT, 0, 1);
      wrong.setAtIndex(JAVA_INT, field, 1);
      rank.refuses("1 in field " + field, () -> abi.waitSignal(1, wrong, rank.comm(), s));
    }
    rank.warmUp();
  }

  @Example
  @AlsoShows({"SIM-57"})
  public void required_ARG_14_peersOfWaitsAreChecked() {
    need(
        capabilities().hasDefects()
            ? Optional.of("SIM-57: NCCL does not check the peer")
            : Optional.empty());
    oneSided(
        rank -> {
          MemorySegment array = rank.allocate(16);
          array.setAtIndex(JAVA_INT, 0, 1);
          rank.refuses("peer 1", () -> rank.waitCode(1, 1));
          rank.refuses("peer -1", () -> rank.waitCode(1, -1));
          rank.refuses(
              "-1 descriptors", () -> rank.abi().waitSignal(-1, array, rank.comm(), rank.stream()));
        });
  }

  @Example
  @AlsoShows({"ENV-02"})
  @Needs(since = "2.29.2", until = "2.30.3", environment = "NCCL_CHECK_POINTERS=1")
  public void required_ARG_04_checkModeRefusesSignals() {
    signalGives(INVALID_ARGUMENT);
  }

  @Example
  @AlsoShows({"ENV-02"})
  @Needs(since = "2.30.3", environment = "NCCL_CHECK_POINTERS=1")
  public void required_ARG_04_checkModeLetsSignalsPassSince2_30() {
    signalGives(SUCCESS);
  }

  private void signalGives(int code) {
    raw(1, rank -> rank.expect("ncclSignal in check mode", code, () -> signalEarly(rank)));
  }

  /** A signal to itself on a communicator that needs no window for that (RMA-13). */
  private int signalEarly(RawRank rank) {
    if (capabilities().version() < ConfigField.RMA_EAGER_INIT.since()) {
      return OneSidedRank.signalCode(rank, 0);
    }
    long eager = rank.open(rank.config(ConfigField.RMA_EAGER_INIT, 1));
    int code = rank.abi().signal(0, 0, 0, 0, eager, rank.stream());
    rank.synchronize();
    rank.destroy(eager);
    return code;
  }

  @Example
  public void required_RMA_13_signalsNeedAWindowOrTheConfiguration() {
    raw(
        1,
        rank -> {
          NcclAbi abi = rank.abi();
          long s = rank.stream();
          MemorySegment own = rank.allocate(16);
          own.setAtIndex(JAVA_INT, 0, 1);
          rank.expect("ncclSignal", INVALID_USAGE, () -> OneSidedRank.signalCode(rank, 0));
          rank.expect(
              "ncclWaitSignal", INVALID_USAGE, () -> abi.waitSignal(1, own, rank.comm(), s));
          rank.refuses("a signal of index 1", () -> abi.signal(0, 1, 0, 0, rank.comm(), s));
          long eager = rank.open(rank.config(ConfigField.RMA_EAGER_INIT, 1));
          rank.succeeds("a signal", () -> abi.signal(0, 0, 0, 0, eager, s));
          rank.succeeds("a wait for it", () -> abi.waitSignal(1, own, eager, s));
          rank.synchronize();
          rank.destroy(eager);
        });
  }
}
