package org.jccl.conformance.rules;

import static org.jccl.conformance.rules.TypedRank.expectCode;
import static org.jccl.conformance.rules.TypedRank.expectSum;
import static org.jccl.conformance.rules.TypedRank.nonblocking;
import static org.jccl.conformance.rules.TypedRank.open;

import java.time.Duration;
import java.util.List;
import net.jqwik.api.Example;
import org.jccl.Backend;
import org.jccl.CheckLevel;
import org.jccl.Communicator;
import org.jccl.Communicator.State;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.MemoryStatistics;
import org.jccl.ReduceOp;
import org.jccl.ResultCode;
import org.jccl.UniqueId;
import org.jccl.conformance.harness.Values;
import org.jccl.conformance.harness.WorldRank;

/**
 * The states of a communicator on the typed surface: its life, and calls that come back at once.
 */
final class TypedStateRules extends Suite {
  private static final Duration LONG = Duration.ofSeconds(20);

  // ---- life

  @Example
  @AlsoShows({"LIF-04"})
  @Needs(upTo = 2)
  public void required_LIF_03_finalizedOnce(WorldRank rank) {
    Communicator comm = rank.own(rank.open("finalized"));
    DeviceBuffer buffer = rank.own(Values.of(comm.device(), DataType.INT32, 1));
    comm.finalizeCommunicator();
    rank.check(comm.state() == State.FINALIZED, "state() is " + comm.state());
    rank.check(comm.asyncError() == ResultCode.SUCCESS, "asyncError()");
    expectCode(rank, "again", ResultCode.INVALID_ARGUMENT, comm::finalizeCommunicator);
    rank.illegalState("an operation", () -> comm.allReduce(buffer, ReduceOp.SUM), "finalized");
  }

  @Example
  @AlsoShows({"LIF-18", "LIF-20"})
  @Needs(upTo = 2)
  public void required_LIF_19_revokedIsForChildrenAlone(WorldRank rank) {
    int n = rank.worldSize();
    Communicator comm = rank.own(rank.open("revoked"));
    DeviceBuffer buffer = rank.own(Values.of(comm.device(), DataType.INT32, 1));
    comm.revoke();
    comm.awaitReady(LONG);
    rank.check(comm.state() == State.REVOKED, "state() is " + comm.state());
    expectCode(
        rank, "an operation", ResultCode.INVALID_USAGE, () -> comm.allReduce(buffer, ReduceOp.SUM));
    expectCode(rank, "again", ResultCode.INVALID_ARGUMENT, comm::revoke);
    expectCode(rank, "finalize", ResultCode.INVALID_ARGUMENT, comm::finalizeCommunicator);
    rank.processGroup().barrier(LONG);
    Communicator child = rank.own(comm.split(0, rank.rank()));
    expectSum(rank, child, 5, 5 * n);
  }

  @Example
  @AlsoShows({"LIF-22", "LIF-23", "LIF-25"})
  public void required_LIF_21_suspendedUntilResumed(WorldRank rank) {
    int n = rank.worldSize();
    Communicator comm = rank.own(rank.open("suspended"));
    DeviceBuffer buffer = rank.own(Values.of(comm.device(), DataType.INT32, 1));
    expectSum(rank, comm, 1, n);
    expectCode(rank, "resume", ResultCode.INVALID_USAGE, comm::resume);
    comm.suspend();
    rank.check(comm.state() == State.SUSPENDED, "state() is " + comm.state());
    MemoryStatistics seen = comm.memoryStatistics();
    rank.check(seen.suspended(), "suspended() is false");
    rank.check(
        seen.totalBytes() == seen.suspendableBytes() + seen.persistentBytes(),
        "the total is no sum: " + seen);
    rank.illegalState("an operation", () -> comm.allReduce(buffer, ReduceOp.SUM), "resume()");
    expectCode(rank, "again", ResultCode.INVALID_USAGE, comm::suspend);
    comm.resume();
    expectSum(rank, comm, 2, 2 * n);
  }

  // ---- nonblocking

  @Example
  @AlsoShows({"ERR-06", "SPL-07"})
  @Needs(upTo = 3)
  public void required_INIT_17_nonblockingWorkIsAwaited(WorldRank rank) {
    int n = rank.worldSize();
    Communicator comm = rank.own(open(rank, nonblocking(CheckLevel.DEFAULT)));
    comm.awaitReady(LONG);
    rank.check(comm.state() == State.READY, "state() is " + comm.state());
    expectSum(rank, comm, 6, 6 * n);
    Communicator child = rank.own(comm.split(0, -rank.rank()));
    comm.awaitReady(LONG);
    child.awaitReady(LONG);
    rank.check(child.rank() == n - 1 - rank.rank(), "rank() is " + child.rank());
    expectSum(rank, child, 7, 7 * n);
  }

  @Example
  @AlsoShows({"ERR-04"})
  public void required_ERR_05_argumentErrorsStickOnNonblockingOnesAlone(WorldRank rank) {
    CommunicatorConfig blocking = CommunicatorConfig.builder().checks(CheckLevel.NONE).build();
    for (CommunicatorConfig config : List.of(blocking, nonblocking(CheckLevel.NONE))) {
      boolean sticks = config != blocking;
      Communicator comm = rank.own(open(rank, config));
      DeviceBuffer buffer = rank.own(Values.of(comm.device(), DataType.INT32, 1));
      comm.awaitReady(LONG);
      expectCode(rank, "peer 9", ResultCode.INVALID_ARGUMENT, () -> comm.send(buffer, 9));
      State expected = sticks ? State.FAILED : State.READY;
      rank.check(comm.state() == expected, "state() is " + comm.state());
      if (sticks) {
        expectCode(
            rank,
            "the next call",
            ResultCode.INVALID_ARGUMENT,
            () -> comm.allReduce(buffer, ReduceOp.SUM));
      } else {
        expectSum(rank, comm, 8, 8);
      }
    }
  }

  // ---- groups

  @Example
  @AlsoShows({"GRP-29"})
  public void required_GRP_27_simulatedGroupsAreNotIssued(WorldRank rank) {
    int n = rank.worldSize();
    Backend backend = rank.instance().backend();
    try (Communicator comm = rank.open("simulated");
        DeviceBuffer buffer = Values.of(comm.device(), DataType.INT32, 9)) {
      backend.simulate(group -> group.on(comm).allReduce(buffer, ReduceOp.SUM));
      comm.defaultStream().synchronize();
      rank.expect("the buffer", buffer, 9);
      expectSum(rank, comm, 1, n);
    }
    Communicator comm = rank.own(open(rank, nonblocking(CheckLevel.DEFAULT)));
    DeviceBuffer buffer = rank.memory(DataType.INT32, 9);
    comm.awaitReady(LONG);
    expectCode(
        rank,
        "a nonblocking one",
        ResultCode.INVALID_USAGE,
        () -> backend.simulate(group -> group.on(comm).allReduce(buffer, ReduceOp.SUM)));
  }

  @Example
  @Needs(upTo = 2)
  public void required_GRP_23_oneGroupOneMode(WorldRank rank) {
    int n = rank.worldSize();
    Backend backend = rank.instance().backend();
    Communicator blocking = rank.own(rank.open("blocking"));
    Communicator polled = rank.own(open(rank, nonblocking(CheckLevel.DEFAULT)));
    DeviceBuffer one = rank.memory(DataType.INT32, 1);
    DeviceBuffer two = rank.memory(DataType.INT32, 2);
    polled.awaitReady(LONG);
    rank.illegalArgument(
        "both in one group",
        () ->
            backend.group(
                group -> {
                  group.on(blocking).allReduce(one, ReduceOp.SUM);
                  group.on(polled).allReduce(two, ReduceOp.SUM);
                }),
        "GRP-23");
    rank.expect("the blocking one's buffer", one, 1);
    rank.expect("the nonblocking one's buffer", two, 2);
    rank.check(polled.state() == State.READY, "state() is " + polled.state());
    expectSum(rank, blocking, 3, 3 * n);
    expectSum(rank, polled, 4, 4 * n);
  }

  // ---- creation by several ids

  @Example
  @Needs(upTo = 3)
  public void required_INIT_15_severalIdsTyped(WorldRank rank) {
    int n = rank.worldSize();
    Backend backend = rank.instance().backend();
    byte[] own = rank.rank() < 2 ? backend.newUniqueId().toBytes() : new byte[0];
    List<byte[]> all = rank.processGroup().allGather(own);
    List<UniqueId> ids = List.of(UniqueId.of(all.get(0)), UniqueId.of(all.get(1)));
    CommunicatorConfig config = CommunicatorConfig.defaults();
    try (Communicator comm = backend.newCommunicator(ids, rank.rank(), n, rank.device(), config)) {
      expectSum(rank, comm, 1, n);
    }
    rank.illegalArgument(
        "no id",
        () -> backend.newCommunicator(List.of(), rank.rank(), n, rank.device(), config),
        "0 ids");
  }
}
