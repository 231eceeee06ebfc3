package org.jccl.conformance.rules;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import net.jqwik.api.Example;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.spi.NcclAbi;

/** The ends of communicators on the raw surface (rules LIF-01 to LIF-20). */
final class RawLifecycleRules extends RawSuite {
  // ---------------------------------------------------------------- finalize and destroy

  @Example
  @Needs(upTo = 2)
  public void required_LIF_02_finalizeWaitsForWhatWasIssued(RawRank rank) {
    int n = rank.worldSize();
    long made = rank.open(NULL);
    DeviceBuffer buffer = rank.memory(DataType.INT32, 3);
    rank.succeeds("a sum", () -> rank.sum(buffer, made));
    rank.succeeds("ncclCommFinalize", () -> rank.abi().commFinalize(made));
    rank.expect("the sum, without synchronizing", buffer, 3 * n);
    rank.check(rank.count(made) == n, "queries still work (LIF-04)");
    rank.destroy(made);
  }

  /** One rank finalizes before it destroys, the others destroy alone: both are ends. */
  @Example
  @AlsoShows({"LIF-04", "LIF-09"})
  @Needs(until = "2.31.2")
  public void required_LIF_07_finalizeMeetsDestroy() {
    int n = atMost(3);
    for (int finalizing = 0; finalizing < n; finalizing++) {
      int one = finalizing;
      raw(
          n,
          rank -> {
            long made = rank.open(NULL);
            DeviceBuffer buffer = rank.memory(DataType.INT32, 3);
            rank.succeeds("a sum", () -> rank.sum(buffer, made));
            rank.synchronize();
            if (rank.rank() == one) {
              rank.succeeds("ncclCommFinalize", () -> rank.abi().commFinalize(made));
            }
            rank.succeeds("ncclCommDestroy", () -> rank.abi().commDestroy(made));
            rank.expect("the sum", buffer, 3 * n);
          });
    }
  }

  @Example
  @AlsoShows("ARG-18")
  public void required_LIF_03_finalizeTwice(RawRank rank) {
    NcclAbi abi = rank.abi();
    long blocking = rank.openAlone(rank.config());
    rank.succeeds("ncclCommFinalize", () -> abi.commFinalize(blocking));
    rank.refuses("once more", () -> abi.commFinalize(blocking));
    rank.check(rank.state(blocking) == SUCCESS, "a blocking one keeps the error");
    rank.destroy(blocking);
    long polled = rank.openAlone(rank.nonblocking());
    rank.expectStarted("ncclCommFinalize", abi.commFinalize(polled));
    rank.expectReady("a finalized communicator", polled);
    rank.refuses("once more", () -> abi.commFinalize(polled));
    int state = rank.state(polled);
    rank.check(state == INVALID_ARGUMENT, "a nonblocking one has state " + state);
    rank.abort(polled);
  }

  @Example
  public void required_LIF_05_finalizeNeedsAReadyCommunicator(RawRank rank) {
    long unfinished = rank.openUnfinished();
    rank.refuses("ncclCommFinalize in progress", () -> rank.abi().commFinalize(unfinished));
    rank.abort(unfinished);
  }

  /** Since 2.31.2 a finalize waits for those of the other ranks. */
  @Example
  @AlsoShows({"LIF-04", "LIF-09"})
  @Needs(upTo = 3)
  public void required_VER_13_allRanksFinalize(RawRank rank) {
    long made = rank.open(NULL);
    DeviceBuffer buffer = rank.memory(DataType.INT32, 3);
    rank.succeeds("a sum", () -> rank.sum(buffer, made));
    rank.synchronize();
    rank.succeeds("ncclCommFinalize", () -> rank.abi().commFinalize(made));
    rank.check(rank.count(made) == rank.worldSize(), "queries still work (LIF-04)");
    rank.succeeds("ncclCommDestroy", () -> rank.abi().commDestroy(made));
    rank.expect("the sum", buffer, 3 * rank.worldSize());
  }

  @Example
  @Needs(oneJvm = true) // In a process of its own each rank's Destroy is the last one.
  @AlsoShows({"LIF-07", "LIF-09"})
  public void required_LIF_08_theLastDestroyWaitsForAll(RawRank rank) {
    NcclAbi abi = rank.abi();
    long made = rank.open(NULL);
    int count = 1 << 18;
    DeviceBuffer buffer = rank.own(rank.device().allocate(DataType.INT32, count));
    buffer.fill((byte) 1, rank.typedStream());
    long at = buffer.address();
    rank.succeeds("a long sum", () -> abi.allReduce(at, at, count, INT32, 0, made, rank.stream()));
    if (rank.rank() == 1) {
      rank.destroy(made); // not the last one: it may return at once (LIF-07)
    }
    rank.barrier();
    if (rank.rank() == 0) {
      rank.destroy(made);
    }
    rank.barrier();
    double[] expected = new double[count];
    Arrays.fill(expected, 0x02020202);
    rank.expect("the sum, without synchronizing", buffer, expected);
  }

  @Example
  public void required_LIF_10_destroyAlwaysBlocks(RawRank rank) {
    long polled = rank.openAlone(rank.nonblocking());
    rank.succeeds("ncclCommDestroy", () -> rank.abi().commDestroy(polled));
  }

  @Example
  @AlsoShows("ARG-19")
  public void required_LIF_11_aDestroyThatIsRefusedLeavesAGroupOpen(RawRank rank) {
    NcclAbi abi = rank.abi();
    long unfinished = rank.openUnfinished();
    rank.refuses("ncclCommDestroy in progress", () -> abi.commDestroy(unfinished));
    rank.succeeds("an end without a start", abi::groupEnd);
    rank.misuses("another one", abi::groupEnd);
    rank.abort(unfinished);
    long failed = rank.openAlone(rank.nonblocking());
    rank.refuses("a wrong call", () -> rank.wrongCall(failed));
    rank.refuses("ncclCommDestroy of a failed one", () -> abi.commDestroy(failed));
    rank.succeeds("an end without a start", abi::groupEnd);
    rank.abort(failed);
  }

  @Example
  @Needs(upTo = 2)
  public void required_LIF_13_aGroupOfDestroyCallsAlone(RawRank rank) {
    int n = rank.worldSize();
    long one = rank.open(NULL);
    long two = rank.open(NULL);
    rank.expectSum("the first one's sum", one, 1, n);
    rank.expectSum("the second one's sum", two, 2, 2 * n);
    rank.group(
        () -> {
          rank.destroy(one);
          rank.destroy(two);
        });
    rank.barrier(); // LIF-07
    rank.expectSum("another communicator's sum", rank.comm(), 3, 3 * n);
  }

  // ---------------------------------------------------------------- abort

  @Example
  @AlsoShows("LIF-15")
  public void required_LIF_14_abortEndsWhatIsStuck(RawRank rank) {
    long made = rank.open(NULL);
    rank.expectSum("a first contact", made, 1, 2);
    rank.barrier();
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1);
    if (rank.rank() == 0) {
      rank.succeeds("a sum without rank 1", () -> rank.sum(buffer, made));
    }
    rank.abort(made);
    rank.synchronize(); // LIF-15: the stream goes on
    rank.barrier();
    rank.expectSum("another communicator's sum", rank.comm(), 1, 2);
  }

  @Example
  @AlsoShows("ARG-19")
  public void required_LIF_16_abortIgnoresErrorsAndUnfinishedCreation(RawRank rank) {
    rank.abort(rank.openUnfinished());
    long failed = rank.openAlone(rank.nonblocking());
    rank.refuses("a wrong call", () -> rank.wrongCall(failed));
    rank.abort(failed);
  }

  // ---------------------------------------------------------------- revoke

  @Example
  @AlsoShows({"LIF-01", "GRP-14"})
  public void required_LIF_17_whatRevokeRefuses(RawRank rank) {
    NcclAbi abi = rank.abi();
    rank.succeeds("null, flags 5", () -> abi.commRevoke(0, 5));
    long finalized = rank.openAlone(NULL);
    rank.groupStart();
    rank.refuses("flags 1", () -> abi.commRevoke(finalized, 1));
    rank.succeeds("ncclGroupEnd: not poisoned", abi::groupEnd);
    rank.expectSum("a sum after the refusal", finalized, 4, 4);
    rank.succeeds("ncclCommFinalize", () -> abi.commFinalize(finalized));
    rank.refuses("after finalize", () -> abi.commRevoke(finalized, 0));
    rank.destroy(finalized);
  }

  @Example
  public void required_LIF_18_revokeEndsWhatIsStuckAndKeepsTheCommunicator(RawRank rank) {
    long made = rank.open(NULL);
    rank.expectSum("a first contact", made, 1, 2);
    rank.barrier();
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1);
    if (rank.rank() == 0) {
      rank.succeeds("a sum without rank 1", () -> rank.sum(buffer, made));
    }
    rank.succeeds("ncclCommRevoke", () -> rank.abi().commRevoke(made, 0));
    rank.synchronize();
    rank.check(rank.state(made) == SUCCESS, "state " + rank.slotInt());
    rank.check(rank.count(made) == 2, "count " + rank.slotInt());
    rank.barrier();
    rank.destroy(made);
  }

  @Example
  @Needs(upTo = 1)
  public void required_LIF_18_revokeOfANonblockingCommunicator(RawRank rank) {
    long made = rank.openAlone(rank.nonblocking());
    rank.expectStarted("ncclCommRevoke", rank.abi().commRevoke(made, 0));
    rank.expectReady("a revoked communicator", made);
    rank.destroy(made);
  }

  @Example
  public void required_LIF_19_aRevokedCommunicatorTakesNoOperation(RawRank rank) {
    NcclAbi abi = rank.abi();
    long made = rank.openAlone(NULL);
    rank.succeeds("ncclCommRevoke", () -> abi.commRevoke(made, 0));
    for (int root : new int[] {0, -5}) {
      rank.everyOperation(0, 0, INT32, 0, root, made)
          .forEach((name, call) -> rank.misuses(name + ", root " + root, call));
    }
    rank.groupStart();
    rank.misuses("in a group", () -> rank.wrongCall(made));
    rank.groupEnd(INVALID_USAGE);
    rank.destroy(made);
  }

  @Example
  public void required_LIF_20_whatARevokedCommunicatorStillDoes(RawRank rank) {
    NcclAbi abi = rank.abi();
    long made = rank.open(NULL);
    rank.succeeds("ncclCommRevoke", () -> abi.commRevoke(made, 0));
    rank.refuses("once more", () -> abi.commRevoke(made, 0));
    rank.refuses("ncclCommFinalize", () -> abi.commFinalize(made));
    rank.check(rank.userRank(made) == rank.rank(), "rank " + rank.slotInt());
    rank.barrier();
    MemorySegment out = rank.allocate(8);
    rank.succeeds("ncclCommSplit", () -> abi.commSplit(made, 0, 0, out, NULL));
    long child = out.get(ValueLayout.JAVA_LONG, 0);
    rank.expectSum("the child's sum", child, 2, 4);
    rank.destroy(child);
    rank.barrier();
    if (rank.rank() == 0) {
      rank.destroy(made);
    } else {
      rank.abort(made);
    }
  }
}
