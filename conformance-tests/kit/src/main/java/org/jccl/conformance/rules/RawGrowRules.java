package org.jccl.conformance.rules;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import net.jqwik.api.Example;
import org.jccl.UniqueId;
import org.jccl.spi.NcclAbi;

/** Communicators that grow, on the raw surface (rules GRW-01 to GRW-05). */
final class RawGrowRules extends RawSuite {
  /** A communicator of all ranks but the last, who has none. */
  private static long allButLast(RawRank rank) {
    boolean last = rank.rank() == rank.worldSize() - 1;
    MemorySegment out = rank.allocate(8);
    rank.succeeds(
        "ncclCommSplit", () -> rank.abi().commSplit(rank.comm(), last ? -1 : 0, 0, out, NULL));
    return out.get(ValueLayout.JAVA_LONG, 0);
  }

  /** Rank 0 gets the id, the last rank joins by it; the new communicator, ready. */
  private static long grow(RawRank rank, long old, MemorySegment config) {
    NcclAbi abi = rank.abi();
    MemorySegment own = rank.allocate(UniqueId.BYTES);
    if (rank.rank() == 0) {
      rank.succeeds("ncclCommGetUniqueId", () -> abi.commGetUniqueId(old, own));
    }
    MemorySegment id = rank.sent(own);
    int n = rank.worldSize();
    MemorySegment out = rank.allocate(8);
    int code =
        old == 0
            ? abi.commGrow(0, n, id, n - 1, out, config)
            : abi.commGrow(old, n, rank.rank() == 0 ? id : NULL, -1, out, config);
    rank.expectStarted("ncclCommGrow", code);
    long made = out.get(ValueLayout.JAVA_LONG, 0);
    rank.expectReady("a grown communicator", made);
    return made;
  }

  @Example
  @AlsoShows("GRW-02")
  @Needs(upTo = 4)
  public void required_GRW_01_aNewRankJoins(RawRank rank) {
    int n = rank.worldSize();
    long old = allButLast(rank);
    long grown = grow(rank, old, NULL);
    rank.check(rank.count(grown) == n, "count " + rank.slotInt());
    rank.check(rank.userRank(grown) == rank.rank(), "rank " + rank.slotInt());
    rank.expectSum("the sum", grown, 1 + rank.rank(), n * (n + 1) / 2);
    if (old != 0) {
      rank.expectSum("the old communicator's sum", old, 1, n - 1);
      rank.destroy(old);
    }
    rank.destroy(grown);
  }

  @Example
  public void required_GRW_03_whatTheIdCallRefuses(RawRank rank) {
    NcclAbi abi = rank.abi();
    MemorySegment id = rank.allocate(UniqueId.BYTES);
    rank.refuses("an id of null", () -> abi.commGetUniqueId(0, id));
    rank.refuses("an id into null", () -> abi.commGetUniqueId(rank.comm(), NULL));
  }

  @Example
  public void required_GRW_04_whatAGrowRefuses(RawRank rank) {
    NcclAbi abi = rank.abi();
    MemorySegment id = rank.id();
    MemorySegment out = rank.allocate(8);
    long comm = rank.comm();
    refused(rank, "no output", abi.commGrow(comm, 2, id, -1, NULL, NULL));
    refused(rank, "0 ranks", abi.commGrow(comm, 0, id, -1, out, NULL));
    refused(rank, "no new rank", abi.commGrow(comm, 1, id, -1, out, NULL));
    refused(rank, "an old rank's rank", abi.commGrow(comm, 2, id, 0, out, NULL));
    refused(rank, "a new rank -1", abi.commGrow(0, 2, id, -1, out, NULL));
    refused(rank, "a new rank without id", abi.commGrow(0, 2, NULL, 1, out, NULL));
    refused(rank, "a new rank 2 of 2", abi.commGrow(0, 2, id, 2, out, NULL));
    // The first three do not poison a group, the others do (GRP-14).
    rank.groupStart();
    refused(rank, "0 ranks", abi.commGrow(comm, 0, id, -1, out, NULL));
    rank.groupEnd();
    rank.groupStart();
    refused(rank, "an old rank's rank", abi.commGrow(comm, 2, id, 0, out, NULL));
    rank.groupEnd(INVALID_ARGUMENT);
  }

  private static void refused(RawRank rank, String what, int code) {
    rank.refuses("a grow with " + what, () -> code);
  }

  @Example
  public void required_GRW_05_whatOldRanksInherit(RawRank rank) {
    long old = rank.rank() == 0 ? rank.openAlone(rank.nonblocking()) : 0;
    long grown = grow(rank, old, NULL);
    rank.refuses("a wrong call", () -> rank.wrongCall(grown));
    int expected = rank.rank() == 0 ? INVALID_ARGUMENT : SUCCESS; // ERR-05
    int state = rank.settled(grown);
    rank.check(state == expected, "state " + state + " after a wrong call");
    rank.abort(grown);
    if (old != 0) {
      rank.destroy(old);
    }
  }
}
