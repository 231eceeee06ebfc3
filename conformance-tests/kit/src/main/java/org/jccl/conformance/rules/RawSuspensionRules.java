package org.jccl.conformance.rules;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import net.jqwik.api.Example;
import org.jccl.spi.NcclAbi;

/** Suspended communicators, on the raw surface (rules LIF-21 to LIF-25, ARG-32). */
final class RawSuspensionRules extends RawSuite {
  private static final int MEMORY = 1;
  private static final int SUSPENDABLE = 0;
  private static final int SUSPENDED = 1;
  private static final int PERSISTENT = 2;
  private static final int TOTAL = 3;

  private static void suspend(RawRank rank, int flags, int code) {
    rank.expect(
        "ncclCommSuspend(" + flags + ")", code, () -> rank.abi().commSuspend(rank.comm(), flags));
  }

  private static void resume(RawRank rank, int code) {
    rank.expect("ncclCommResume", code, () -> rank.abi().commResume(rank.comm()));
  }

  private static long statistic(RawRank rank, int which) {
    rank.slot().set(JAVA_LONG, 0, -1);
    rank.succeeds(
        "statistic " + which, () -> rank.abi().commMemStats(rank.comm(), which, rank.slot()));
    return rank.slotLong();
  }

  private static void expectSuspended(RawRank rank, boolean suspended) {
    long flag = statistic(rank, SUSPENDED);
    rank.check(flag == (suspended ? 1 : 0), "the suspended flag is " + flag);
  }

  @Example
  public void required_LIF_21_onlyTheMemoryBitDoesSomething(RawRank rank) {
    for (int flags : new int[] {0, 2}) {
      suspend(rank, flags, SUCCESS);
      expectSuspended(rank, false);
    }
    suspend(rank, MEMORY | 2, SUCCESS); // other bits are ignored
    expectSuspended(rank, true);
    resume(rank, SUCCESS);
  }

  @Example
  public void required_LIF_22_suspendAndResumeAlternate(RawRank rank) {
    resume(rank, INVALID_USAGE);
    suspend(rank, MEMORY, SUCCESS);
    suspend(rank, MEMORY, INVALID_USAGE);
    expectSuspended(rank, true);
    resume(rank, SUCCESS);
    resume(rank, INVALID_USAGE);
    expectSuspended(rank, false);
  }

  @Example
  @Needs(ranks = 2)
  public void required_LIF_22_aRankIsRefusedWithoutTheOthers(RawRank rank) {
    if (rank.rank() == 0) {
      resume(rank, INVALID_USAGE); // alone: no barrier was entered
    }
    rank.barrier();
  }

  @Example
  @AlsoShows({"ENV-17"})
  @Needs(environment = "NCCL_DISABLE_MEM_MANAGER=1")
  public void required_LIF_22_theMemoryManagerCanBeTurnedOff(RawRank rank) {
    suspend(rank, MEMORY, INVALID_USAGE);
    suspend(rank, 0, SUCCESS);
    resume(rank, INVALID_USAGE);
    rank.misuses("a statistic", () -> rank.abi().commMemStats(rank.comm(), TOTAL, rank.slot()));
  }

  @Example
  @Needs(ranks = 3)
  public void required_LIF_23_aResumedCommunicatorWorksAgain(RawRank rank) {
    RawMemory memory = rank.own(new RawMemory(rank, 4096));
    memory.expectSum("a communicator", 0, 5);
    suspend(rank, MEMORY, SUCCESS);
    rank.succeeds("its rank", () -> rank.abi().commUserRank(rank.comm(), rank.slot()));
    resume(rank, SUCCESS);
    memory.expectSum("a resumed communicator", 0, 6);
  }

  @Example
  @AlsoShows({"GRP-09"})
  @Needs(since = "2.30.0")
  public void required_LIF_24_since2_30BothWaitForTheGroupsEnd(RawRank rank) {
    rank.groupStart();
    suspend(rank, MEMORY, SUCCESS);
    expectSuspended(rank, false);
    rank.groupEnd();
    expectSuspended(rank, true);
    rank.groupStart();
    resume(rank, SUCCESS);
    expectSuspended(rank, true);
    rank.groupEnd();
    expectSuspended(rank, false);
  }

  @Example
  @Needs(until = "2.30.0")
  public void required_LIF_24_before2_30TheyActAtOnce(RawRank rank) {
    rank.groupStart();
    suspend(rank, MEMORY, SUCCESS);
    expectSuspended(rank, true);
    resume(rank, SUCCESS);
    expectSuspended(rank, false);
    rank.groupEnd();
  }

  @Example
  @Needs(since = "2.30.0")
  public void required_GRP_13_aFailingResumptionPoisonsItsGroup(RawRank rank) {
    NcclAbi abi = rank.abi();
    rank.groupStart();
    rank.succeeds("in the group", () -> abi.commResume(rank.comm()));
    rank.misuses("its end", abi::groupEnd);
  }

  @Example
  public void required_LIF_25_statisticsAddUp(RawRank rank) {
    long suspendable = statistic(rank, SUSPENDABLE);
    long persistent = statistic(rank, PERSISTENT);
    long total = statistic(rank, TOTAL);
    rank.check(
        suspendable >= 0 && persistent >= 0 && total == suspendable + persistent,
        total + " bytes, " + suspendable + " suspendable, " + persistent + " not");
  }

  @Example
  @AlsoShows({"ARG-32"})
  public void required_LIF_25_whatStatisticsRefuse(RawRank rank) {
    NcclAbi abi = rank.abi();
    rank.refuses("no communicator", () -> abi.commMemStats(0, TOTAL, rank.slot()));
    rank.refuses("no output", () -> abi.commMemStats(rank.comm(), TOTAL, MemorySegment.NULL));
    for (int unknown : new int[] {-1, 4}) {
      rank.refuses(
          "statistic " + unknown, () -> abi.commMemStats(rank.comm(), unknown, rank.slot()));
    }
    rank.refuses("suspend nothing", () -> abi.commSuspend(0, MEMORY));
    rank.refuses("resume nothing", () -> abi.commResume(0));
  }
}
