package org.jccl.conformance.rules;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.jccl.conformance.rules.RawRank.INVALID_ARGUMENT;
import static org.jccl.conformance.rules.RawRank.INVALID_USAGE;
import static org.jccl.conformance.rules.RawRank.SUCCESS;

import java.lang.foreign.MemorySegment;
import net.jqwik.api.Example;
import org.jccl.spi.NcclAbi;

/** Suspended communicators, on the raw surface (rules LIF-21 to LIF-25, ARG-32). */
public final class RawSuspensionRules extends RawSuite {
  private static final int MEMORY = 1;
  private static final int SUSPENDABLE = 0;
  private static final int SUSPENDED = 1;
  private static final int PERSISTENT = 2;
  private static final int TOTAL = 3;

  /** About the current subject. */
  public RawSuspensionRules() {}

  private static void suspend(RawRank rank, int flags, int code) {
    rank.expect(
        "ncclCommSuspend(" + flags + ")", code, () -> rank.abi().commSuspend(rank.comm(), flags));
  }

  private static void resume(RawRank rank, int code) {
    rank.expect("ncclCommResume", code, () -> rank.abi().commResume(rank.comm()));
  }

  private static long statistic(RawRank rank, int which) {
    rank.slot().set(JAVA_LONG, 0, -1);
    rank.expect(
        "statistic " + which,
        SUCCESS,
        () -> rank.abi().commMemStats(rank.comm(), which, rank.slot()));
    return rank.slot().get(JAVA_LONG, 0);
  }

  private static void expectSuspended(RawRank rank, boolean suspended) {
    long flag = statistic(rank, SUSPENDED);
    rank.world().check(flag == (suspended ? 1 : 0), "the suspended flag is " + flag);
  }

  @Example
  public void required_LIF_21_onlyTheMemoryBitDoesSomething() {
    raw(
        2,
        rank -> {
          for (int flags : new int[] {0, 2}) {
            suspend(rank, flags, SUCCESS);
            expectSuspended(rank, false);
          }
          suspend(rank, MEMORY | 2, SUCCESS); // other bits are ignored
          expectSuspended(rank, true);
          resume(rank, SUCCESS);
        });
  }

  @Example
  public void required_LIF_22_suspendAndResumeAlternate() {
    raw(
        1,
        rank -> {
          resume(rank, INVALID_USAGE);
          suspend(rank, MEMORY, SUCCESS);
          suspend(rank, MEMORY, INVALID_USAGE);
          expectSuspended(rank, true);
          resume(rank, SUCCESS);
          resume(rank, INVALID_USAGE);
          expectSuspended(rank, false);
        });
  }

  @Example
  @Needs(ranks = 2)
  public void required_LIF_22_aRankIsRefusedWithoutTheOthers() {
    raw(
        2,
        rank -> {
          if (rank.rank() == 0) {
            resume(rank, INVALID_USAGE); // alone: no barrier was entered
          }
          rank.world().processGroup().barrier(PATIENCE);
        });
  }

  @Example
  @AlsoShows({"ENV-17"})
  @Needs(environment = "NCCL_DISABLE_MEM_MANAGER=1")
  public void required_LIF_22_theMemoryManagerCanBeTurnedOff() {
    raw(
        1,
        rank -> {
          suspend(rank, MEMORY, INVALID_USAGE);
          suspend(rank, 0, SUCCESS);
          resume(rank, INVALID_USAGE);
          rank.expect(
              "a statistic",
              INVALID_USAGE,
              () -> rank.abi().commMemStats(rank.comm(), TOTAL, rank.slot()));
        });
  }

  @Example
  @Needs(ranks = 3)
  public void required_LIF_23_aResumedCommunicatorWorksAgain() {
    raw(
        3,
        rank -> {
          try (RawMemory memory = new RawMemory(rank, 4096)) {
            memory.expectSum("a communicator", 0, 5);
            suspend(rank, MEMORY, SUCCESS);
            rank.expect(
                "its rank", SUCCESS, () -> rank.abi().commUserRank(rank.comm(), rank.slot()));
            resume(rank, SUCCESS);
            memory.expectSum("a resumed communicator", 0, 6);
          }
        });
  }

  @Example
  @AlsoShows({"GRP-09"})
  @Needs(since = "2.30.0")
  public void required_LIF_24_since2_30BothWaitForTheGroupsEnd() {
    raw(
        2,
        rank -> {
          NcclAbi abi = rank.abi();
          rank.expect("ncclGroupStart", SUCCESS, abi::groupStart);
          suspend(rank, MEMORY, SUCCESS);
          expectSuspended(rank, false);
          rank.expect("ncclGroupEnd", SUCCESS, abi::groupEnd);
          expectSuspended(rank, true);
          rank.expect("ncclGroupStart", SUCCESS, abi::groupStart);
          resume(rank, SUCCESS);
          expectSuspended(rank, true);
          rank.expect("ncclGroupEnd", SUCCESS, abi::groupEnd);
          expectSuspended(rank, false);
        });
  }

  @Example
  @Needs(until = "2.30.0")
  public void required_LIF_24_before2_30TheyActAtOnce() {
    raw(
        2,
        rank -> {
          NcclAbi abi = rank.abi();
          rank.expect("ncclGroupStart", SUCCESS, abi::groupStart);
          suspend(rank, MEMORY, SUCCESS);
          expectSuspended(rank, true);
          resume(rank, SUCCESS);
          expectSuspended(rank, false);
          rank.expect("ncclGroupEnd", SUCCESS, abi::groupEnd);
        });
  }

  @Example
  @Needs(since = "2.30.0")
  public void required_GRP_13_aFailingResumptionPoisonsItsGroup() {
    raw(
        1,
        rank -> {
          NcclAbi abi = rank.abi();
          rank.expect("ncclGroupStart", SUCCESS, abi::groupStart);
          rank.expect("in the group", SUCCESS, () -> abi.commResume(rank.comm()));
          rank.expect("its end", INVALID_USAGE, abi::groupEnd);
        });
  }

  @Example
  public void required_LIF_25_statisticsAddUp() {
    raw(
        1,
        rank -> {
          long suspendable = statistic(rank, SUSPENDABLE);
          long persistent = statistic(rank, PERSISTENT);
          long total = statistic(rank, TOTAL);
          rank.world()
              .check(
                  suspendable >= 0 && persistent >= 0 && total == suspendable + persistent,
                  total + " bytes, " + suspendable + " suspendable, " + persistent + " not");
        });
  }

  @Example
  @AlsoShows({"ARG-32"})
  public void required_LIF_25_whatStatisticsRefuse() {
    raw(
        1,
        rank -> {
          NcclAbi abi = rank.abi();
          rank.expect(
              "no communicator", INVALID_ARGUMENT, () -> abi.commMemStats(0, TOTAL, rank.slot()));
          rank.expect(
              "no output",
              INVALID_ARGUMENT,
              () -> abi.commMemStats(rank.comm(), TOTAL, MemorySegment.NULL));
          for (int unknown : new int[] {-1, 4}) {
            rank.expect(
                "statistic " + unknown,
                INVALID_ARGUMENT,
                () -> abi.commMemStats(rank.comm(), unknown, rank.slot()));
          }
          rank.expect("suspend nothing", INVALID_ARGUMENT, () -> abi.commSuspend(0, MEMORY));
          rank.expect("resume nothing", INVALID_ARGUMENT, () -> abi.commResume(0));
        });
  }
}
