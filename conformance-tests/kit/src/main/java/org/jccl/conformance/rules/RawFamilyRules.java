package org.jccl.conformance.rules;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Example;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.config.ConfigField;
import org.jccl.spi.NcclAbi;

/** Split and shrink on the raw surface (rules SPL-01 to SHR-07). */
final class RawFamilyRules extends RawSuite {
  private static final int NO_COLOR = -1;
  private static final int ABORT = 1;

  /** Splits, waits for the parent, and gives the child or 0. */
  private static long split(RawRank rank, long parent, int color, int key, MemorySegment config) {
    MemorySegment out = rank.allocate(8);
    out.fill((byte) 0x77);
    rank.succeeds("ncclCommSplit", () -> rank.abi().commSplit(parent, color, key, out, config));
    rank.expectReady("the parent after a split", parent);
    long child = out.get(JAVA_LONG, 0);
    if (child != 0) {
      rank.expectReady("a child", child);
    }
    return child;
  }

  private static MemorySegment ints(RawRank rank, int... values) {
    MemorySegment list = rank.allocate(4L * Math.max(1, values.length));
    for (int i = 0; i < values.length; i++) {
      list.setAtIndex(JAVA_INT, i, values[i]);
    }
    return list;
  }

  /** Whether a communicator is nonblocking, told by a wrong call (rule ERR-05); abort it then. */
  private static boolean isNonblocking(RawRank rank, long comm) {
    rank.refuses("a wrong call", () -> rank.wrongCall(comm));
    return rank.settled(comm) == INVALID_ARGUMENT;
  }

  // ---------------------------------------------------------------- split

  @Example
  @Needs(oneJvm = true)
  public void required_SPL_01_aSplitWaitsForAllRanks() {
    int n = atMost(4);
    AtomicInteger came = new AtomicInteger();
    raw(
        n,
        rank -> {
          came.incrementAndGet();
          // Ranks without colour take part, too.
          int color = rank.rank() == n - 1 ? NO_COLOR : 0;
          int code = rank.abi().commSplit(rank.comm(), color, 0, rank.handle(), NULL);
          int before = came.get(); // at once: whatever else is called lets the others come
          rank.succeeds("ncclCommSplit", () -> code);
          rank.check(before >= n, "split returned when only " + before + " had come");
          long child = rank.madeHandle();
          if (child != 0) {
            rank.destroy(child);
          }
          rank.barrier();
          came.decrementAndGet();
        });
  }

  @Example
  @Needs(upTo = 4)
  public void required_SPL_02_equalColoursFormAChild(RawRank rank) {
    int n = rank.worldSize();
    int color = rank.rank() % 2;
    long child = split(rank, rank.comm(), color, 0, NULL);
    int size = (n - color + 1) / 2;
    rank.check(rank.count(child) == size, "count " + rank.slotInt());
    int sum = 0;
    for (int other = color; other < n; other += 2) {
      sum += 10 + other;
    }
    rank.expectSum("the sum over a colour", child, 10 + rank.rank(), sum);
    rank.destroy(child);
  }

  @Example
  @Needs(upTo = 4)
  public void required_SPL_03_keysOrderTheChild(RawRank rank) {
    int n = rank.worldSize();
    long reversed = split(rank, rank.comm(), 0, -rank.rank(), NULL);
    int last = n - 1 - rank.rank();
    rank.check(rank.userRank(reversed) == last, "rank " + rank.slotInt());
    rank.destroy(reversed);
    long tied = split(rank, rank.comm(), 0, 5, NULL);
    rank.check(rank.userRank(tied) == rank.rank(), "rank " + rank.slotInt());
    rank.destroy(tied);
  }

  @Example
  public void required_SPL_04_coloursBelowZero(RawRank rank) {
    long none = split(rank, rank.comm(), NO_COLOR, 0, NULL);
    rank.check(none == 0, "no colour gives a child");
    long child = split(rank, rank.comm(), -7, 0, NULL);
    rank.check(rank.count(child) == 2, "count " + rank.slotInt());
    rank.destroy(child);
  }

  @Example
  @AlsoShows("SPL-07")
  public void required_SPL_05_whatAChildInherits(RawRank rank) {
    long parent = rank.open(rank.nonblocking());
    long heir = split(rank, parent, 0, 0, NULL);
    rank.check(isNonblocking(rank, heir), "without configuration: it blocks");
    rank.abort(heir);
    long other = split(rank, parent, 0, 0, rank.config());
    rank.check(!isNonblocking(rank, other), "the default: it does not block");
    rank.destroy(other);
    rank.destroy(parent);
  }

  @Example
  @Needs(ownGpus = true)
  public void required_SPL_06_theParentsDeviceCounts(RawRank rank) {
    rank.world().instance().backend().devices().get(1 - rank.rank()).makeCurrent();
    long child = split(rank, rank.comm(), 0, 0, NULL);
    rank.check(rank.cuDevice(child) == rank.device().index(), "device " + rank.slotInt());
    rank.destroy(child);
    rank.device().makeCurrent();
  }

  @Example
  public void required_SPL_08_aFailedChildHasAHandle(RawRank rank) {
    NcclAbi abi = rank.abi();
    MemorySegment nowhere = rank.config(ConfigField.SPLIT_SHARE, 0);
    MemorySegment name = rank.allocate(32);
    name.setString(0, "no-such-network");
    nowhere.set(JAVA_LONG, ConfigField.NET_NAME_OFFSET, name.address());
    rank.misuses(
        "a child on a network that nobody provides (CFG-17)",
        () -> abi.commSplit(rank.comm(), 0, 0, rank.handle(), nowhere));
    long child = rank.madeHandle();
    rank.check(child != 0, "the failed child has no handle");
    rank.barrier();
    rank.abort(child);
    rank.expectSum("the parent's sum", rank.comm(), 2, 4);
  }

  @Example
  public void required_SPL_09_familiesThatShare(RawRank rank) {
    long parent = rank.open(rank.config(ConfigField.SPLIT_SHARE, 1));
    long child = split(rank, parent, 0, -rank.rank(), NULL);
    for (int round = 1; round <= 3; round++) {
      rank.expectSum("the parent's sum", parent, round + rank.rank(), 2 * round + 1);
      rank.expectSum("the child's sum", child, round, 2 * round);
    }
    rank.destroy(child);
    rank.destroy(parent);
  }

  @Example
  @AlsoShows("LIF-08")
  public void required_SPL_10_parentAndChildAreIndependent(RawRank rank) {
    long parent = rank.open(NULL);
    long child = split(rank, parent, 0, 0, NULL);
    rank.expectSum("the parent's sum after the split", parent, 2, 4);
    rank.destroy(parent);
    rank.barrier(); // the last local destroy waits for all devices (LIF-07, STR-13)
    rank.expectSum("the child's sum after the parent's end", child, 3, 6);
    rank.destroy(child);
  }

  @Example
  public void required_SPL_11_aSplitBehindSynchronisedWork(RawRank rank) {
    for (int round = 1; round <= 3; round++) {
      rank.expectSum("the parent's sum", rank.comm(), round, 2 * round); // synchronizes
      long child = split(rank, rank.comm(), 0, 0, NULL);
      rank.expectSum("the child's sum", child, round + 1, 2 * round + 2);
      rank.destroy(child);
      rank.barrier(); // the last local destroy waits for all devices (LIF-07, STR-13)
    }
  }

  @Example
  public void required_ARG_20_whatASplitRefuses(RawRank rank) {
    NcclAbi abi = rank.abi();
    MemorySegment bad = rank.config(ConfigField.BLOCKING, 2);
    rank.refuses("null", () -> abi.commSplit(0, 0, 0, rank.slot(), NULL));
    rank.refuses("null output", () -> abi.commSplit(rank.comm(), 0, 0, NULL, NULL));
    rank.refuses("a bad configuration", () -> abi.commSplit(rank.comm(), 0, 0, rank.handle(), bad));
    rank.check(rank.madeHandle() == 0, "the output is not null");
  }

  // ---------------------------------------------------------------- shrink

  private static long shrink(RawRank rank, long parent, MemorySegment excluded, int n, int flags) {
    MemorySegment out = rank.allocate(8);
    rank.succeeds(
        "ncclCommShrink", () -> rank.abi().commShrink(parent, excluded, n, out, NULL, flags));
    rank.expectReady("the parent after a shrink", parent);
    return out.get(JAVA_LONG, 0);
  }

  @Example
  @AlsoShows("SHR-07")
  @Needs(upTo = 4)
  public void required_SHR_01_survivorsKeepTheirOrder(RawRank rank) {
    int n = rank.worldSize();
    long parent = rank.open(NULL);
    if (rank.rank() != 1) {
      long child = shrink(rank, parent, ints(rank, 1), 1, 0);
      int own = rank.rank() == 0 ? 0 : rank.rank() - 1;
      rank.check(rank.userRank(child) == own, "rank " + rank.slotInt());
      rank.check(rank.count(child) == n - 1, "count " + rank.slotInt());
      rank.expectSum("the survivors' sum", child, 1, n - 1);
      rank.destroy(child);
    }
    rank.barrier();
    rank.expectSum("the parent's sum", parent, 1, n);
    rank.destroy(parent);
  }

  @Example
  @AlsoShows("ARG-21")
  @Needs(upTo = 1)
  public void required_SHR_02_whatAShrinkRefuses(RawRank rank) {
    NcclAbi abi = rank.abi();
    MemorySegment self = ints(rank, 0);
    long comm = rank.comm();
    MemorySegment out = rank.allocate(8);
    rank.refuses("the caller", () -> abi.commShrink(comm, self, 1, out, NULL, 0));
    rank.refuses("no list", () -> abi.commShrink(comm, NULL, 1, out, NULL, 0));
    for (int length : new int[] {0, -1}) {
      rank.refuses(length + " ranks", () -> abi.commShrink(comm, self, length, out, NULL, 0));
    }
    rank.refuses("no output", () -> abi.commShrink(comm, self, 1, NULL, NULL, 0));
    rank.expectSum("the next sum", comm, 8, 8);
  }

  @Example
  public void required_SHR_03_theListIsSortedInPlace(RawRank rank) {
    long parent = rank.open(NULL);
    if (rank.rank() % 2 == 0) {
      MemorySegment list = ints(rank, 3, 1);
      long child = shrink(rank, parent, list, 2, 0);
      rank.check(list.getAtIndex(JAVA_INT, 0) == 1, "the list is not sorted");
      rank.check(list.getAtIndex(JAVA_INT, 1) == 3, "the list is not sorted");
      rank.destroy(child);
    }
    rank.barrier();
    rank.destroy(parent);
  }

  @Example
  @AlsoShows("SHR-07")
  public void required_SHR_05_aStuckOperationIsInterrupted(RawRank rank) {
    long parent = rank.open(NULL);
    rank.expectSum("a first contact", parent, 1, 2);
    rank.barrier();
    if (rank.rank() == 0) {
      DeviceBuffer buffer = rank.memory(DataType.INT32, 1);
      rank.succeeds("a sum without rank 1", () -> rank.sum(buffer, parent));
      long child = shrink(rank, parent, ints(rank, 1), 1, ABORT);
      rank.synchronize();
      rank.expectSum("the survivor's sum", child, 6, 6);
      rank.destroy(child);
    }
    rank.barrier();
    rank.abort(parent);
  }

  @Example
  @Needs(upTo = 1, misuse = true)
  public void required_SHR_06_nobodyShrinks(RawRank rank) {
    NcclAbi abi = rank.abi();
    MemorySegment list = ints(rank, 1);
    for (int flags : new int[] {0, ABORT}) {
      rank.refuses(
          "a shrink of null, flags " + flags,
          () -> abi.commShrink(0, list, 1, rank.handle(), NULL, flags));
      rank.misuses("nothing is left open", abi::groupEnd);
    }
  }
}
