package org.jccl.conformance.rules;

import static org.jccl.conformance.rules.RawRank.INVALID_ARGUMENT;
import static org.jccl.conformance.rules.RawRank.INVALID_USAGE;
import static org.jccl.conformance.rules.RawRank.SUCCESS;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import net.jqwik.api.Example;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.spi.NcclAbi;

/** The ends of communicators on the raw surface (rules LIF-01 to LIF-20). */
public final class RawLifecycleRules extends RawSuite {
  private static final int INT32 = DataType.INT32.code();
  private static final MemorySegment NULL = MemorySegment.NULL;

  /** About the current subject. */
  public RawLifecycleRules() {}

  // ---------------------------------------------------------------- finalize and destroy

  @Example
  public void required_LIF_02_finalizeWaitsForWhatWasIssued() {
    int n = atMost(2);
    raw(
        n,
        rank -> {
          long made = rank.open(NULL);
          try (DeviceBuffer buffer = rank.memory(DataType.INT32, 3)) {
            rank.expect("a sum", SUCCESS, () -> rank.sum(buffer, made));
            rank.expect("ncclCommFinalize", SUCCESS, () -> rank.abi().commFinalize(made));
            rank.world().expect("the sum, without synchronizing", buffer, 3 * n);
          }
          rank.world().check(rank.count(made) == n, "queries still work (LIF-04)");
          rank.destroy(made);
        });
  }

  @Example
  @AlsoShows("ARG-18")
  public void required_LIF_03_finalizeTwice() {
    raw(
        1,
        rank -> {
          NcclAbi abi = rank.abi();
          long blocking = rank.openAlone(rank.config());
          rank.expect("ncclCommFinalize", SUCCESS, () -> abi.commFinalize(blocking));
          rank.expect("once more", INVALID_ARGUMENT, () -> abi.commFinalize(blocking));
          rank.world().check(rank.state(blocking) == SUCCESS, "a blocking one keeps the error");
          rank.destroy(blocking);
          long polled = rank.openAlone(rank.nonblocking());
          rank.expectStarted("ncclCommFinalize", abi.commFinalize(polled));
          rank.expectReady("a finalized communicator", polled);
          rank.expect("once more", INVALID_ARGUMENT, () -> abi.commFinalize(polled));
          int state = rank.state(polled);
          rank.world().check(state == INVALID_ARGUMENT, "a nonblocking one has state " + state);
          rank.abort(polled);
        });
  }

  @Example
  public void required_LIF_05_finalizeNeedsAReadyCommunicator() {
    raw(
        1,
        rank -> {
          long unfinished = rank.openUnfinished();
          rank.expect(
              "ncclCommFinalize in progress",
              INVALID_ARGUMENT,
              () -> rank.abi().commFinalize(unfinished));
          rank.abort(unfinished);
        });
  }

  @Example
  @AlsoShows({"LIF-07", "LIF-09"})
  public void required_LIF_08_theLastDestroyWaitsForAll() {
    raw(
        2,
        rank -> {
          NcclAbi abi = rank.abi();
          long made = rank.open(NULL);
          int count = 1 << 18;
          try (DeviceBuffer buffer = rank.device().allocate(DataType.INT32, count)) {
            buffer.fill((byte) 1, rank.typedStream());
            long at = buffer.address();
            rank.expect(
                "a long sum",
                SUCCESS,
                () -> abi.allReduce(at, at, count, INT32, 0, made, rank.stream()));
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
            rank.world().expect("the sum, without synchronizing", buffer, expected);
          }
        });
  }

  @Example
  public void required_LIF_10_destroyAlwaysBlocks() {
    raw(
        1,
        rank -> {
          long polled = rank.openAlone(rank.nonblocking());
          rank.expect("ncclCommDestroy", SUCCESS, () -> rank.abi().commDestroy(polled));
        });
  }

  @Example
  @AlsoShows("ARG-19")
  public void required_LIF_11_aDestroyThatIsRefusedLeavesAGroupOpen() {
    raw(
        1,
        rank -> {
          NcclAbi abi = rank.abi();
          long unfinished = rank.openUnfinished();
          rank.expect(
              "ncclCommDestroy in progress", INVALID_ARGUMENT, () -> abi.commDestroy(unfinished));
          rank.expect("an end without a start", SUCCESS, abi::groupEnd);
          rank.expect("another one", INVALID_USAGE, abi::groupEnd);
          rank.abort(unfinished);
          long failed = rank.openAlone(rank.nonblocking());
          rank.expect("a wrong call", INVALID_ARGUMENT, () -> rank.wrongCall(failed));
          rank.expect(
              "ncclCommDestroy of a failed one", INVALID_ARGUMENT, () -> abi.commDestroy(failed));
          rank.expect("an end without a start", SUCCESS, abi::groupEnd);
          rank.abort(failed);
        });
  }

  @Example
  public void required_LIF_13_aGroupOfDestroyCallsAlone() {
    int n = atMost(2);
    raw(
        n,
        rank -> {
          long one = rank.open(NULL);
          long two = rank.open(NULL);
          rank.expectSum("the first one's sum", one, 1, n);
          rank.expectSum("the second one's sum", two, 2, 2 * n);
          rank.group(
              SUCCESS,
              () -> {
                rank.destroy(one);
                rank.destroy(two);
              });
          rank.expectSum("another communicator's sum", rank.comm(), 3, 3 * n);
        });
  }

  // ---------------------------------------------------------------- abort

  @Example
  @AlsoShows("LIF-15")
  public void required_LIF_14_abortEndsWhatIsStuck() {
    raw(
        2,
        rank -> {
          long made = rank.open(NULL);
          rank.expectSum("a first contact", made, 1, 2);
          rank.barrier();
          try (DeviceBuffer buffer = rank.memory(DataType.INT32, 1)) {
            if (rank.rank() == 0) {
              rank.expect("a sum without rank 1", SUCCESS, () -> rank.sum(buffer, made));
            }
            rank.abort(made);
            rank.synchronize(); // LIF-15: the stream goes on
            rank.barrier();
          }
          rank.expectSum("another communicator's sum", rank.comm(), 1, 2);
        });
  }

  @Example
  @AlsoShows("ARG-19")
  public void required_LIF_16_abortIgnoresErrorsAndUnfinishedCreation() {
    raw(
        1,
        rank -> {
          rank.abort(rank.openUnfinished());
          long failed = rank.openAlone(rank.nonblocking());
          rank.expect("a wrong call", INVALID_ARGUMENT, () -> rank.wrongCall(failed));
          rank.abort(failed);
        });
  }

  // ---------------------------------------------------------------- revoke

  @Example
  @AlsoShows({"LIF-01", "GRP-14"})
  public void required_LIF_17_whatRevokeRefuses() {
    raw(
        1,
        rank -> {
          NcclAbi abi = rank.abi();
          rank.expect("null, flags 5", SUCCESS, () -> abi.commRevoke(0, 5));
          long finalized = rank.openAlone(NULL);
          rank.expect("ncclGroupStart", SUCCESS, abi::groupStart);
          rank.expect("flags 1", INVALID_ARGUMENT, () -> abi.commRevoke(finalized, 1));
          rank.expect("ncclGroupEnd: not poisoned", SUCCESS, abi::groupEnd);
          rank.expectSum("a sum after the refusal", finalized, 4, 4);
          rank.expect("ncclCommFinalize", SUCCESS, () -> abi.commFinalize(finalized));
          rank.expect("after finalize", INVALID_ARGUMENT, () -> abi.commRevoke(finalized, 0));
          rank.destroy(finalized);
        });
  }

  @Example
  public void required_LIF_18_revokeEndsWhatIsStuckAndKeepsTheCommunicator() {
    raw(
        2,
        rank -> {
          long made = rank.open(NULL);
          rank.expectSum("a first contact", made, 1, 2);
          rank.barrier();
          try (DeviceBuffer buffer = rank.memory(DataType.INT32, 1)) {
            if (rank.rank() == 0) {
              rank.expect("a sum without rank 1", SUCCESS, () -> rank.sum(buffer, made));
            }
            rank.expect("ncclCommRevoke", SUCCESS, () -> rank.abi().commRevoke(made, 0));
            rank.synchronize();
          }
          rank.world().check(rank.state(made) == SUCCESS, "state " + rank.slotInt());
          rank.world().check(rank.count(made) == 2, "count " + rank.slotInt());
          rank.barrier();
          rank.destroy(made);
        });
  }

  @Example
  public void required_LIF_18_revokeOfANonblockingCommunicator() {
    raw(
        1,
        rank -> {
          long made = rank.openAlone(rank.nonblocking());
          rank.expectStarted("ncclCommRevoke", rank.abi().commRevoke(made, 0));
          rank.expectReady("a revoked communicator", made);
          rank.destroy(made);
        });
  }

  @Example
  public void required_LIF_19_aRevokedCommunicatorTakesNoOperation() {
    raw(
        1,
        rank -> {
          NcclAbi abi = rank.abi();
          long made = rank.openAlone(NULL);
          rank.expect("ncclCommRevoke", SUCCESS, () -> abi.commRevoke(made, 0));
          for (int root : new int[] {0, -5}) {
            rank.everyOperation(0, 0, INT32, 0, root, made)
                .forEach((name, call) -> rank.expect(name + ", root " + root, INVALID_USAGE, call));
          }
          rank.expect("ncclGroupStart", SUCCESS, abi::groupStart);
          rank.expect("in a group", INVALID_USAGE, () -> rank.wrongCall(made));
          rank.expect("ncclGroupEnd", INVALID_USAGE, abi::groupEnd);
          rank.destroy(made);
        });
  }

  @Example
  public void required_LIF_20_whatARevokedCommunicatorStillDoes() {
    raw(
        2,
        rank -> {
          NcclAbi abi = rank.abi();
          long made = rank.open(NULL);
          rank.expect("ncclCommRevoke", SUCCESS, () -> abi.commRevoke(made, 0));
          rank.expect("once more", INVALID_ARGUMENT, () -> abi.commRevoke(made, 0));
          rank.expect("ncclCommFinalize", INVALID_ARGUMENT, () -> abi.commFinalize(made));
          rank.world().check(rank.userRank(made) == rank.rank(), "rank " + rank.slotInt());
          rank.barrier();
          MemorySegment out = rank.allocate(8);
          rank.expect("ncclCommSplit", SUCCESS, () -> abi.commSplit(made, 0, 0, out, NULL));
          long child = out.get(java.lang.foreign.ValueLayout.JAVA_LONG, 0);
          rank.expectSum("the child's sum", child, 2, 4);
          rank.destroy(child);
          rank.barrier();
          if (rank.rank() == 0) {
            rank.destroy(made);
          } else {
            rank.abort(made);
          }
        });
  }
}
