package org.jccl.conformance.rules;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import net.jqwik.api.Example;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Stream;
import org.jccl.spi.NcclAbi;

/**
 * Ends of groups that are not blocking ones, on the raw surface (rules GRP-23, GRP-24 and GRP-27 to
 * GRP-32). Communicators that simulate are the tests' own, and all their ranks do (GRP-32).
 */
final class RawGroupEndRules extends RawSuite {
  private static final int MAGIC = 0x74685283;
  private static final int INFO_BYTES = 24;
  private static final int MAGIC_OFFSET = 8;
  private static final int VERSION_OFFSET = 12;
  private static final int TIME_OFFSET = 16;
  private static final float NOTHING = -1;

  // ---------------------------------------------------------------- modes

  @Example
  @Needs(process = true)
  public void required_GRP_23_managementCallsOfOneModeAlone() {
    boolean survives = !capabilities().hasDefects();
    raw(
        rank -> {
          NcclAbi abi = rank.abi();
          long blocking = rank.openAlone(rank.config());
          long polled = rank.openAlone(rank.nonblocking());
          rank.group(
              INVALID_ARGUMENT,
              () -> {
                rank.succeeds("finalize, blocking", () -> abi.commFinalize(blocking));
                rank.refuses("and nonblocking", () -> abi.commFinalize(polled));
              });
          rank.misuses("nothing is left open", abi::groupEnd);
          if (survives) { // 2.28.9 ends the process in the abort of a discarded Finalize (measured)
            rank.abort(polled);
            rank.abort(blocking);
          }
        });
  }

  @Example
  public void required_GRP_24_aNonblockingEndIsPolled(RawRank rank) {
    int n = rank.worldSize();
    long made = rank.open(rank.nonblocking());
    DeviceBuffer one = rank.memory(DataType.INT32, 1);
    DeviceBuffer two = rank.memory(DataType.INT32, 2, 3);
    rank.group(
        IN_PROGRESS,
        () -> {
          rank.succeeds("ncclAllReduce", () -> rank.sum(one, made));
          rank.succeeds("ncclSend", () -> send(rank, two, rank.next(), made));
          rank.succeeds("ncclRecv", () -> recv(rank, two, rank.before(), made));
        });
    rank.expectReady("the communicator of the group", made);
    rank.synchronize();
    rank.expect("the sum", one, n);
    rank.expect("what was sent and what came", two, 2, 2);
    rank.destroy(made);
  }

  private static int send(RawRank rank, DeviceBuffer two, int peer, long comm) {
    return rank.abi().send(two.address(), 1, INT32, peer, comm, rank.stream());
  }

  private static int recv(RawRank rank, DeviceBuffer two, int peer, long comm) {
    return rank.abi().recv(two.slice(1, 1).address(), 1, INT32, peer, comm, rank.stream());
  }

  // ---------------------------------------------------------------- simulated ends

  /** {@code ncclSimInfo_t} as its initializer makes it. */
  private static MemorySegment info(RawRank rank) {
    MemorySegment info = rank.allocate(INFO_BYTES);
    info.fill((byte) 0);
    info.set(JAVA_LONG, 0, INFO_BYTES);
    info.set(JAVA_INT, MAGIC_OFFSET, MAGIC);
    info.set(JAVA_INT, VERSION_OFFSET, rank.world().instance().backend().ncclVersion());
    info.set(JAVA_FLOAT, TIME_OFFSET, NOTHING);
    return info;
  }

  private static float time(MemorySegment info) {
    return info.get(JAVA_FLOAT, TIME_OFFSET);
  }

  /** Makes calls as a group that is only simulated, whose end must return {@code code}. */
  private static void simulate(RawRank rank, int code, MemorySegment info, Runnable calls) {
    rank.succeeds("ncclGroupStart", rank.abi()::groupStart);
    calls.run();
    rank.expect("ncclGroupSimulateEnd", code, () -> rank.abi().groupSimulateEnd(info));
  }

  @Example
  @AlsoShows("GRP-32")
  public void required_GRP_27_aSimulatedEndLaunchesNothing(RawRank rank) {
    int n = rank.worldSize();
    NcclAbi abi = rank.abi();
    long made = rank.open(rank.config());
    DeviceBuffer buffer = rank.memory(DataType.INT32, 9);
    Runnable sum = () -> rank.succeeds("a sum", () -> rank.sum(buffer, made));
    simulate(rank, SUCCESS, info(rank), sum);
    rank.synchronize();
    rank.expect("the buffer after a simulated end", buffer, 9);
    rank.misuses("the group is closed", abi::groupEnd);
    rank.expectSum("a sum on the communicator that was simulated", made, 4, 4 * n);
    rank.expect("the buffer of the simulated call", buffer, 9);
    rank.barrier();
    rank.destroy(made);
  }

  @Example
  public void required_GRP_27_whatASimulatedEndRefuses(RawRank rank) {
    NcclAbi abi = rank.abi();
    long made = rank.open(rank.config());
    DeviceBuffer buffer = rank.memory(DataType.INT32, 9);
    MemorySegment unmarked = info(rank);
    unmarked.set(JAVA_INT, MAGIC_OFFSET, 0);
    simulate(
        rank,
        INVALID_ARGUMENT,
        unmarked,
        () -> rank.succeeds("a sum", () -> rank.sum(buffer, made)));
    // The group's own error comes first, before the marker is looked at.
    simulate(
        rank,
        INVALID_USAGE,
        unmarked,
        () -> {
          rank.succeeds("a sum", () -> rank.sum(buffer, made));
          mixCapture(rank, made);
        });
    rank.misuses("an end without a start", () -> abi.groupSimulateEnd(info(rank)));
    rank.synchronize();
    rank.expect("the buffer of the groups thrown away", buffer, 9);
    rank.expectSum("the next sum", made, 4, 8);
    rank.barrier();
    rank.destroy(made);
  }

  /** A captured sum in a group whose other sum is not: INVALID_USAGE (STR-18). */
  private static void mixCapture(RawRank rank, long comm) {
    Stream captured = rank.newStream();
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1);
    long at = buffer.address();
    captured.beginCapture();
    rank.misuses(
        "a captured sum",
        () -> rank.abi().allReduce(at, at, 1, INT32, SUM, comm, captured.handle()));
    captured.endCapture().close();
  }

  @Example
  public void required_GRP_28_withoutAStructureItIsARealEnd(RawRank rank) {
    int n = rank.worldSize();
    DeviceBuffer buffer = rank.memory(DataType.INT32, 3);
    simulate(rank, SUCCESS, MemorySegment.NULL, () -> rank.allReduce(buffer));
    rank.synchronize();
    rank.expect("the sum of a group that ended without structure", buffer, 3 * n);
  }

  @Example
  public void required_GRP_29_nonblockingOnesAreLaunched(RawRank rank) {
    long made = rank.open(rank.nonblocking());
    MemorySegment info = info(rank);
    DeviceBuffer buffer = rank.memory(DataType.INT32, 3);
    simulate(rank, IN_PROGRESS, info, () -> rank.succeeds("a sum", () -> rank.sum(buffer, made)));
    rank.expectReady("the communicator", made);
    rank.synchronize();
    rank.expect("the sum, really launched", buffer, 6);
    rank.check(time(info) == NOTHING, "the estimate is " + time(info));
    rank.destroy(made);
  }

  @Example
  @Needs(upTo = 2)
  public void required_GRP_30_anInnerSimulatedEndClosesItsLevel(RawRank rank) {
    int n = rank.worldSize();
    NcclAbi abi = rank.abi();
    MemorySegment info = info(rank);
    DeviceBuffer buffer = rank.memory(DataType.INT32, 3);
    rank.group(
        () -> {
          simulate(rank, SUCCESS, info, () -> rank.allReduce(buffer));
          rank.groupStart();
          MemorySegment unmarked = rank.allocate(INFO_BYTES);
          unmarked.fill((byte) 0x55);
          rank.succeeds("an inner one is not looked at", () -> abi.groupSimulateEnd(unmarked));
        });
    rank.synchronize();
    rank.expect("the sum, launched by the outer end", buffer, 3 * n);
    rank.check(time(info) == NOTHING, "the estimate is " + time(info));
  }

  @Example
  @AlsoShows("GRP-32")
  public void required_GRP_31_theEstimateIsThatOfTheLastBatch(RawRank rank) {
    long made = rank.open(rank.config());
    float ints = estimate(rank, made, INT32);
    float floats = estimate(rank, made, FLOAT32);
    float both = estimate(rank, made, INT32, FLOAT32);
    rank.check(ints > 0, "one sum of ints takes " + ints + " us");
    rank.check(floats > 0, "one sum of floats takes " + floats + " us");
    float longest = Math.max(ints, floats);
    rank.check(
        both > 0 && both < 1.5f * longest, "two batches: " + both + " us, one at most " + longest);
    rank.expectSum("a collective afterwards (GRP-32)", made, 5, 10);
    rank.barrier();
    rank.destroy(made);
  }

  /** Microseconds of a group with a sum of one element of each type. */
  private static float estimate(RawRank rank, long comm, int... types) {
    MemorySegment info = info(rank);
    DeviceBuffer two = rank.memory(DataType.INT32, 1, 1);
    simulate(
        rank,
        SUCCESS,
        info,
        () -> {
          for (int i = 0; i < types.length; i++) {
            int type = types[i];
            long at = two.slice(i, 1).address();
            rank.succeeds(
                "a sum of type " + type,
                () -> rank.abi().allReduce(at, at, 1, type, SUM, comm, rank.stream()));
          }
        });
    return time(info);
  }

  @Example
  public void required_GRP_31_whatHasNoEstimate(RawRank rank) {
    long made = rank.open(rank.config());
    long alone = rank.openAlone(rank.config());
    MemorySegment info = info(rank);
    simulate(rank, SUCCESS, info, () -> {});
    rank.check(time(info) == NOTHING, "nothing takes " + time(info) + " us");
    simulate(
        rank,
        SUCCESS,
        info,
        () ->
            rank.succeeds(
                "count 0", () -> rank.abi().allReduce(0, 0, 0, INT32, SUM, made, rank.stream())));
    rank.check(time(info) == NOTHING, "count 0 takes " + time(info) + " us");
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1);
    simulate(
        rank, SUCCESS, info, () -> rank.succeeds("one rank's sum", () -> rank.sum(buffer, alone)));
    rank.synchronize();
    rank.check(time(info) == NOTHING, "one rank takes " + time(info) + " us");
    rank.destroy(alone);
    rank.barrier();
    rank.destroy(made);
  }
}
