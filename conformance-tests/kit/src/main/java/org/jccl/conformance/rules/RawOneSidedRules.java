package org.jccl.conformance.rules;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.jccl.conformance.rules.RawMemory.INT32;
import static org.jccl.conformance.rules.RawMemory.SYMMETRIC;
import static org.jccl.conformance.rules.RawRank.INTERNAL_ERROR;
import static org.jccl.conformance.rules.RawRank.INVALID_ARGUMENT;
import static org.jccl.conformance.rules.RawRank.SUCCESS;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import net.jqwik.api.Example;
import org.jccl.Graph;
import org.jccl.Stream;
import org.jccl.spi.NcclAbi;

/**
 * One-sided operations, on the raw surface (rules RMA-01 to RMA-11, ARG-11 to ARG-14). In every
 * test each rank's part of the window has its sources in the first half, its targets in the second.
 */
public final class RawOneSidedRules extends RawSuite {
  private static final int BYTES = 16 * 4096;
  private static final int TARGET = BYTES / 2;
  private static final long LARGE = 1L << 30;

  /** About the current subject. */
  public RawOneSidedRules() {}

  /** One rank with its part of a symmetric window. */
  private record Place(RawRank rank, RawMemory memory, long window) {
    int putCode(long source, long count, int type, int peer, long offset) {
      return rank.abi()
          .putSignal(
              source, count, type, peer, window, offset, 0, 0, 0, rank.comm(), rank.stream());
    }

    void put(long from, int count, int peer, long offset) {
      rank.succeeds(
          "ncclPutSignal to rank " + peer,
          () -> putCode(memory.address() + from, count, INT32, peer, offset));
    }

    void signal(int peer) {
      rank.succeeds(
          "ncclSignal to rank " + peer,
          () -> rank.abi().signal(peer, 0, 0, 0, rank.comm(), rank.stream()));
    }

    int waitCode(int... countsAndPeers) {
      int descriptors = countsAndPeers.length / 2;
      MemorySegment array = rank.allocate(16L * descriptors);
      for (int i = 0; i < descriptors; i++) {
        array.setAtIndex(JAVA_INT, 4L * i, countsAndPeers[2 * i]);
        array.setAtIndex(JAVA_INT, 4L * i + 1, countsAndPeers[2 * i + 1]);
      }
      return rank.abi().waitSignal(descriptors, array, rank.comm(), rank.stream());
    }

    void await(int count, int peer) {
      rank.succeeds(
          "ncclWaitSignal for " + count + " from rank " + peer, () -> waitCode(count, peer));
    }

    /** RMA-07: all ranks make their first call, to themselves. */
    void warmUp() {
      signal(rank.rank());
      await(1, rank.rank());
      rank.synchronize();
    }
  }

  /** What one rank does with its window. */
  @FunctionalInterface
  private interface Body {
    void run(Place place);
  }

  private void oneSided(Body body) {
    raw(
        rank -> {
          try (RawMemory memory = new RawMemory(rank, BYTES)) {
            long window = memory.window(SYMMETRIC);
            body.run(new Place(rank, memory, window));
            rank.synchronize();
            rank.barrier(); // nobody writes here any more
            memory.end(window);
          }
        });
  }

  // ---------------------------------------------------------------- captures

  @Example
  public void required_VER_09_oneSidedCallsAreNotCapturedUpTo229() {
    oneSided(
        place -> {
          RawRank rank = place.rank();
          place.warmUp();
          try (Stream captured = rank.device().newStream()) {
            captured.beginCapture();
            int code = rank.abi().signal(1 - rank.rank(), 0, 0, 0, rank.comm(), captured.handle());
            rank.check(code != SUCCESS, "ncclSignal was captured");
            captured.endCapture().close();
          }
        });
  }

  @Example
  @Needs(since = "2.30.3")
  public void required_VER_09_capturedOneSidedCallsAreReplayed() {
    raw(
        rank -> {
          try (RawMemory memory = new RawMemory(rank, BYTES)) {
            long window = memory.window(SYMMETRIC);
            Place place = new Place(rank, memory, window);
            place.warmUp();
            int peer = 1 - rank.rank();
            memory.write(0, 30 + rank.rank());
            rank.typedStream().beginCapture();
            place.put(0, 1, peer, TARGET);
            place.await(1, peer);
            try (Graph graph = rank.typedStream().endCapture()) {
              memory.expect("what was only captured", TARGET, 0);
              rank.barrier();
              graph.launch(rank.typedStream());
              rank.synchronize();
              memory.expect("what the replay brought", TARGET, 30 + peer);
              rank.barrier();
            }
            memory.end(window);
          }
        });
  }

  // ---------------------------------------------------------------- what they do

  @Example
  @Needs(ranks = 3)
  public void required_RMA_01_dataArrivesBeforeItsSignal() {
    oneSided(
        place -> {
          RawRank rank = place.rank();
          int n = rank.worldSize();
          int to = (rank.rank() + 1) % n;
          int from = (rank.rank() + n - 1) % n;
          place.memory().write(0, 10 + rank.rank(), 20 + rank.rank());
          place.put(0, 2, to, TARGET + 64);
          place.await(1, from);
          rank.synchronize();
          place.memory().expect("what arrived", TARGET + 64, 10 + from, 20 + from, 0);
          place.memory().expect("what lies before", TARGET, 0);
        });
  }

  @Example
  @Needs(ranks = 3)
  public void required_RMA_03_signalsAreCountedPerSender() {
    oneSided(
        place -> {
          RawRank rank = place.rank();
          place.warmUp();
          if (rank.rank() == 0) {
            place.await(1, 1);
            place.await(2, 1); // the same sender's next two
            rank.succeeds("two senders", () -> place.waitCode(1, 2, 1, 1));
          } else {
            for (int i = 0; i < (rank.rank() == 1 ? 4 : 1); i++) {
              place.signal(0);
            }
          }
          rank.synchronize();
        });
  }

  @Example
  @Needs(ranks = 3)
  public void required_RMA_03_signalsOfOthersDoNotCount() {
    oneSided(
        place -> {
          RawRank rank = place.rank();
          place.warmUp();
          if (rank.rank() == 2) {
            place.signal(1); // must not end the wait for rank 0
          } else if (rank.rank() == 0) {
            rank.barrier();
            place.memory().write(0, 7);
            place.put(0, 1, 1, TARGET);
          } else {
            place.await(1, 0);
            rank.barrier();
            rank.synchronize();
            place.memory().expect("what rank 0 put", TARGET, 7);
            place.await(1, 2);
          }
          if (rank.rank() == 2) {
            rank.barrier();
          }
        });
  }

  @Example
  public void required_RMA_04_aSignalTellsOfAllEarlierPuts() {
    oneSided(
        place -> {
          RawRank rank = place.rank();
          if (rank.rank() == 0) {
            place.memory().write(0, 31, 32);
            place.put(0, 1, 1, TARGET);
            place.put(4, 1, 1, TARGET + 4096);
            place.signal(1);
          } else {
            place.await(3, 0);
            rank.synchronize();
            place.memory().expect("the first put", TARGET, 31);
            place.memory().expect("the second put", TARGET + 4096, 32);
          }
        });
  }

  @Example
  public void required_RMA_05_theSourceMayBeUsedAgain() {
    oneSided(
        place -> {
          RawRank rank = place.rank();
          if (rank.rank() == 0) {
            place.memory().write(0, 5);
            place.put(0, 1, 1, TARGET);
            rank.synchronize(); // the peer need not have waited
            place.memory().write(0, 6);
            place.put(0, 1, 1, TARGET + 64);
          } else {
            place.await(2, 0);
            rank.synchronize();
            place.memory().expect("the first put", TARGET, 5);
            place.memory().expect("the second put", TARGET + 64, 6);
          }
        });
  }

  @Example
  @Needs(ranks = 4)
  public void required_RMA_06_aBarrierOfSignals() {
    oneSided(
        place -> {
          RawRank rank = place.rank();
          NcclAbi abi = rank.abi();
          for (int round = 0; round < 3; round++) {
            rank.succeeds("ncclGroupStart", abi::groupStart);
            for (int peer = 0; peer < rank.worldSize(); peer++) {
              place.signal(peer);
            }
            for (int peer = 0; peer < rank.worldSize(); peer++) {
              place.await(1, peer);
            }
            rank.succeeds("ncclGroupEnd", abi::groupEnd);
          }
          rank.synchronize();
        });
  }

  @Example
  public void required_RMA_06_putsToOnePeerKeepTheirOrderInAGroup() {
    oneSided(
        place -> {
          RawRank rank = place.rank();
          NcclAbi abi = rank.abi();
          if (rank.rank() == 0) {
            place.memory().write(0, 1, 2, 3);
            rank.succeeds("ncclGroupStart", abi::groupStart);
            for (int i = 0; i < 3; i++) {
              place.put(4L * i, 1, 1, TARGET);
            }
            rank.succeeds("ncclGroupEnd", abi::groupEnd);
          } else {
            place.await(3, 0);
            rank.synchronize();
            place.memory().expect("the last put", TARGET, 3);
          }
        });
  }

  @Example
  @Needs(ranks = 3)
  public void required_RMA_07_allRanksMakeAFirstCall() {
    oneSided(
        place -> {
          place.warmUp();
          if (place.rank().rank() == 0) {
            place.signal(2); // from now on nobody else has to call
          } else if (place.rank().rank() == 2) {
            place.await(1, 0);
          }
        });
  }

  @Example
  public void required_RMA_08_countZeroOnlySignals() {
    oneSided(
        place -> {
          RawRank rank = place.rank();
          if (rank.rank() == 0) {
            place.memory().write(0, 9);
            place.put(0, 0, 1, TARGET);
          } else {
            place.await(1, 0);
            rank.synchronize();
            place.memory().expect("what was not put", TARGET, 0);
          }
        });
  }

  @Example
  public void required_RMA_08_aPutAboveOneGiBHasOneSignal() {
    raw(
        rank -> {
          long bytes = LARGE + 4096;
          try (RawMemory memory = RawMemory.unset(rank, bytes)) {
            long window = memory.window(SYMMETRIC);
            Place place = new Place(rank, memory, window);
            place.warmUp();
            memory.write(bytes - 4, rank.rank() == 0 ? 17 : 0);
            rank.barrier(); // the target is written before the put
            if (rank.rank() == 0) {
              place.put(0, (int) (bytes / 4), 1, 0);
            } else {
              place.await(1, 0);
              rank.synchronize();
              memory.expect("the end of the put", bytes - 4, 17);
            }
            rank.synchronize();
            rank.barrier();
            memory.end(window);
          }
        });
  }

  @Example
  public void required_RMA_09_thePeerMayBeTheRankItself() {
    oneSided(
        place -> {
          place.memory().write(0, 3);
          place.put(0, 1, 0, TARGET);
          place.signal(0);
          place.await(2, 0);
          place.rank().synchronize();
          place.memory().expect("what the rank put to itself", TARGET, 3);
        });
  }

  @Example
  public void required_RMA_10_aWaitHoldsItsStream() {
    oneSided(
        place -> {
          RawRank rank = place.rank();
          place.warmUp();
          if (rank.rank() == 0) {
            place.await(1, 1);
            place.signal(1); // behind the wait: rank 1 sees it only after its own signal
            rank.check(!rank.isIdle(), "a stream that waits for a signal is idle");
            rank.barrier();
          } else {
            rank.barrier(); // rank 0 has looked at its stream
            place.memory().write(0, 77);
            place.put(0, 1, 0, TARGET);
            place.await(1, 0);
          }
          rank.synchronize();
          if (rank.rank() == 0) {
            place.memory().expect("what was put before the signal", TARGET, 77);
          }
        });
  }

  @Example
  @Needs(ranks = 3)
  public void required_RMA_11_writersTakeTurnsThroughTheTarget() {
    oneSided(
        place -> {
          RawRank rank = place.rank();
          place.warmUp();
          if (rank.rank() == 0) {
            place.await(1, 1);
            place.signal(2);
            place.await(1, 2);
            rank.synchronize();
            place.memory().expect("what the second writer put", TARGET, 202);
          } else {
            place.memory().write(0, 200 + rank.rank());
            if (rank.rank() == 2) {
              place.await(1, 0);
            }
            place.put(0, 1, 0, TARGET);
          }
        });
  }

  @Example
  @AlsoShows({"GRP-20"})
  @Needs(since = "2.29.2")
  public void required_GRP_21_oneSidedCallsRunFirstInAGroup() {
    oneSided(
        place -> {
          RawRank rank = place.rank();
          NcclAbi abi = rank.abi();
          place.warmUp();
          int peer = 1 - rank.rank();
          long at = place.memory().address() + TARGET;
          place.memory().write(0, 40 + rank.rank());
          rank.succeeds("ncclGroupStart", abi::groupStart);
          rank.succeeds(
              "ncclAllReduce",
              () -> abi.allReduce(at, at, 1, INT32, 0, rank.comm(), rank.stream()));
          place.put(0, 1, peer, TARGET);
          place.await(1, peer);
          rank.succeeds("ncclGroupEnd", abi::groupEnd);
          rank.synchronize();
          place.memory().expect("the sum of what was put", TARGET, 81);
        });
  }

  // ---------------------------------------------------------------- arguments

  @Example
  @AlsoShows({"ARG-13"})
  public void required_RMA_02_contextIndexAndFlagsAreZero() {
    oneSided(
        place -> {
          RawRank rank = place.rank();
          NcclAbi abi = rank.abi();
          long source = place.memory().address();
          int[][] wrong = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {-1, 0, 0}};
          for (int[] each : wrong) {
            String what = "index " + each[0] + ", context " + each[1] + ", flags " + each[2];
            rank.refuses(
                "ncclSignal with " + what,
                () -> abi.signal(0, each[0], each[1], each[2], rank.comm(), rank.stream()));
            rank.refuses(
                "ncclPutSignal with " + what,
                () ->
                    abi.putSignal(
                        source,
                        1,
                        INT32,
                        0,
                        place.window(),
                        TARGET,
                        each[0],
                        each[1],
                        each[2],
                        rank.comm(),
                        rank.stream()));
          }
          place.warmUp(); // nothing of it was signalled
        });
  }

  @Example
  public void required_ARG_11_whatAPutRefuses() {
    oneSided(
        place -> {
          RawRank rank = place.rank();
          long source = place.memory().address();
          rank.refuses("peer -1", () -> place.putCode(source, 1, INT32, -1, TARGET));
          rank.refuses("peer 1", () -> place.putCode(source, 1, INT32, 1, TARGET));
          rank.refuses("type 99", () -> place.putCode(source, 1, 99, 0, TARGET));
          rank.refuses("no source", () -> place.putCode(0, 1, INT32, 0, TARGET));
          rank.refuses(
              "a source outside the window",
              () -> place.putCode(source + BYTES, 1, INT32, 0, TARGET));
          Place none = new Place(rank, place.memory(), 0);
          rank.refuses("no window", () -> none.putCode(source, 1, INT32, 0, TARGET));
          Place unknown = new Place(rank, place.memory(), 4096);
          rank.expect(
              "an unknown window",
              INTERNAL_ERROR,
              () -> unknown.putCode(source, 1, INT32, 0, TARGET));
          rank.refuses(
              "no communicator",
              () ->
                  rank.abi()
                      .putSignal(
                          source, 1, INT32, 0, place.window(), 0, 0, 0, 0, 0, rank.stream()));
        });
  }

  @Example
  public void required_ARG_11_theSourceMustBeInASymmetricWindow() {
    raw(
        rank -> {
          try (RawMemory memory = new RawMemory(rank, BYTES)) {
            long window = memory.window(0);
            Place place = new Place(rank, memory, window);
            rank.refuses(
                "a source in a window without promise",
                () -> place.putCode(memory.address(), 1, INT32, 0, TARGET));
            memory.end(window);
          }
        });
  }

  @Example
  @Needs(environment = "NCCL_WIN_ENABLE=0")
  public void required_ARG_11_noOneSidedCallsWithoutWindows() {
    raw(
        rank ->
            rank.refuses(
                "ncclSignal", () -> rank.abi().signal(0, 0, 0, 0, rank.comm(), rank.stream())));
  }

  @Example
  public void required_ARG_12_targetsBehindTheWindow() {
    oneSided(
        place -> {
          RawRank rank = place.rank();
          NcclAbi abi = rank.abi();
          long source = place.memory().address();
          rank.refuses("offset = size", () -> place.putCode(source, 1, INT32, 0, BYTES));
          rank.succeeds("ncclGroupStart", abi::groupStart);
          rank.succeeds("the call itself", () -> place.putCode(source, 1, INT32, 0, BYTES + 64));
          rank.refuses("ncclGroupEnd", abi::groupEnd);
        });
  }

  @Example
  public void required_ARG_13_whatASignalRefuses() {
    oneSided(
        place -> {
          RawRank rank = place.rank();
          for (int peer : new int[] {-1, 1}) {
            rank.refuses(
                "peer " + peer, () -> rank.abi().signal(peer, 0, 0, 0, rank.comm(), rank.stream()));
          }
          rank.refuses("no communicator", () -> rank.abi().signal(0, 0, 0, 0, 0, rank.stream()));
        });
  }

  @Example
  public void required_ARG_14_whatAWaitRefuses() {
    oneSided(
        place -> {
          RawRank rank = place.rank();
          NcclAbi abi = rank.abi();
          long s = rank.stream();
          MemorySegment one = rank.allocate(16);
          one.setAtIndex(JAVA_INT, 0, 1);
          rank.refuses("no array", () -> abi.waitSignal(1, MemorySegment.NULL, rank.comm(), s));
          rank.refuses("no descriptor", () -> abi.waitSignal(0, one, rank.comm(), s));
          rank.refuses("no communicator", () -> abi.waitSignal(1, one, 0, s));
          rank.refuses("opCnt 0", () -> place.waitCode(0, 0));
          rank.refuses("opCnt -1", () -> place.waitCode(-1, 0));
          rank.refuses("a bad second one", () -> place.waitCode(1, 0, 0, 0));
          for (int field : new int[] {2, 3}) {
            MemorySegment wrong = rank.allocate(16);
            wrong.setAtIndex(JAVA_INT, 0, 1);
            wrong.setAtIndex(JAVA_INT, field, 1);
            rank.refuses("1 in field " + field, () -> abi.waitSignal(1, wrong, rank.comm(), s));
          }
          place.warmUp();
        });
  }

  @Example
  @AlsoShows({"SIM-57"})
  public void required_ARG_14_peersOfWaitsAreChecked() {
    need(
        capabilities().hasDefects()
            ? Optional.of("SIM-57: NCCL does not check the peer")
            : Optional.empty());
    oneSided(
        place -> {
          RawRank rank = place.rank();
          MemorySegment array = rank.allocate(16);
          array.setAtIndex(JAVA_INT, 0, 1);
          rank.refuses("peer 1", () -> place.waitCode(1, 1));
          rank.refuses("peer -1", () -> place.waitCode(1, -1));
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
    raw(
        1,
        rank ->
            rank.expect(
                "ncclSignal in check mode",
                code,
                () -> rank.abi().signal(0, 0, 0, 0, rank.comm(), rank.stream())));
  }
}
