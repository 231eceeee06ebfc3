package org.jccl.conformance.rules;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Example;
import org.jccl.Backend;
import org.jccl.CheckLevel;
import org.jccl.CollectiveException;
import org.jccl.Communicator;
import org.jccl.Communicator.MemoryStatistics;
import org.jccl.Communicator.ShrinkMode;
import org.jccl.Communicator.SignalWait;
import org.jccl.Communicator.State;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.jccl.Registration;
import org.jccl.ResultCode;
import org.jccl.UniqueId;
import org.jccl.Window;
import org.jccl.config.ConfigField;
import org.jccl.conformance.harness.Values;
import org.jccl.conformance.harness.WorldRank;

/**
 * Children, states and registered memory on the typed surface: the typed halves of chapters 2, 3
 * and 9, and what jccl normalises there.
 */
public final class FamilyRules extends Suite {
  private static final Duration LONG = Duration.ofSeconds(20);

  /** About the current subject. */
  public FamilyRules() {}

  /** Every rank gives its number plus one; all get the sum of {@code expected}. */
  private static void expectSum(WorldRank rank, Communicator comm, int own, int expected) {
    try (DeviceBuffer buffer = Values.of(comm.device(), DataType.INT32, own)) {
      comm.allReduce(buffer, ReduceOp.SUM);
      comm.awaitReady(LONG);
      comm.defaultStream().synchronize();
      rank.expect("the sum over " + comm.name(), buffer, expected);
    }
  }

  private static void expectCode(WorldRank rank, String what, ResultCode code, Runnable body) {
    try {
      body.run();
      rank.problem(what + " threw nothing, expected " + code);
    } catch (CollectiveException thrown) {
      rank.check(thrown.code() == code, what + " threw " + thrown + ", expected " + code);
    }
  }

  private static Communicator open(WorldRank rank, CommunicatorConfig config) {
    Backend backend = rank.instance().backend();
    byte[] own = rank.rank() == 0 ? backend.newUniqueId().toBytes() : new byte[0];
    UniqueId id = UniqueId.of(rank.processGroup().broadcast(own, 0));
    return backend.newCommunicator(id, rank.rank(), rank.worldSize(), rank.device(), config);
  }

  private static CommunicatorConfig nonblocking(CheckLevel checks) {
    return CommunicatorConfig.builder().set(ConfigField.BLOCKING, 0).checks(checks).build();
  }

  // ---- split

  @Example
  @AlsoShows({"SPL-03"})
  public void required_SPL_02_equalColorsFormAChildInOrderOfKeys() {
    int n = atMost(4);
    run(
        n,
        rank -> {
          int color = rank.rank() % 2;
          int size = (n + 1 - color) / 2;
          try (Communicator parent = rank.open("family");
              Communicator child = parent.split(color, -rank.rank())) {
            rank.check(child.worldSize() == size, "worldSize() is " + child.worldSize());
            int expected = size - 1 - rank.rank() / 2;
            rank.check(child.rank() == expected, "rank() is " + child.rank() + " of " + size);
            rank.check(child.device() == parent.device(), "device() is " + child.device());
            int sum = 0;
            for (int each = color; each < n; each += 2) {
              sum += each + 1;
            }
            expectSum(rank, child, rank.rank() + 1, sum);
          }
        });
  }

  @Example
  @AlsoShows({"SPL-01"})
  public void required_SPL_04_ranksWithoutAColorTakePart() {
    int n = atMost(3);
    run(
        n,
        rank -> {
          try (Communicator parent = rank.open("family")) {
            rank.expectThrown(
                "a negative color",
                IllegalArgumentException.class,
                () -> parent.split(-1, 0),
                "color -1",
                "splitNoColor");
            if (rank.rank() == 0) {
              try (Communicator lone = parent.split(5, 0)) {
                rank.check(lone.worldSize() == 1, "worldSize() is " + lone.worldSize());
                expectSum(rank, lone, 7, 7);
              }
            } else {
              parent.splitNoColor();
            }
            expectSum(rank, parent, 1, n);
          }
        });
  }

  @Example
  public void required_SPL_10_theParentMayGoFirst() {
    int n = 2;
    run(
        n,
        rank -> {
          Communicator parent = rank.open("family");
          Communicator child = parent.split(0, rank.rank());
          parent.close();
          rank.processGroup()
              .barrier(PATIENCE); // the last local close waits for all devices (LIF-07)
          expectSum(rank, child, 2, 2 * n);
          child.close();
        });
  }

  // ---- shrink

  @Example
  @AlsoShows({"SHR-07"})
  public void required_SHR_01_survivorsKeepTheirOrderTyped() {
    int n = atMost(4);
    run(
        n,
        rank -> {
          try (Communicator parent = rank.open("family")) {
            if (rank.rank() != 0) {
              try (Communicator child = parent.shrink(Set.of(0))) {
                rank.check(child.rank() == rank.rank() - 1, "rank() is " + child.rank());
                rank.check(child.worldSize() == n - 1, "worldSize() is " + child.worldSize());
                expectSum(rank, child, 3, 3 * (n - 1));
              }
            }
            rank.processGroup().barrier(LONG);
            expectSum(rank, parent, 1, n);
          }
        });
  }

  @Example
  @AlsoShows({"SHR-04"})
  public void required_SHR_02_badListsAreRefused() {
    int n = 2;
    run(
        n,
        rank -> {
          Communicator comm = rank.communicator();
          Class<IllegalArgumentException> refused = IllegalArgumentException.class;
          rank.expectThrown("an empty list", refused, () -> comm.shrink(Set.of()), "nobody");
          rank.expectThrown(
              "the caller", refused, () -> comm.shrink(Set.of(rank.rank())), "the caller");
          rank.expectThrown("rank n", refused, () -> comm.shrink(Set.of(n)), "rank " + n);
          rank.expectThrown(
              "rank -2", refused, () -> comm.shrink(Set.of(-2), ShrinkMode.ABORT), "rank -2");
          rank.check(comm.state() == State.READY, "state() is " + comm.state());
        });
  }

  @Example
  public void required_SHR_06_aClosedParentHasNoChildren() {
    run(
        2,
        rank -> {
          Communicator closed = rank.open("closed");
          closed.close();
          for (ShrinkMode mode : ShrinkMode.values()) {
            rank.expectThrown(
                "a shrink of a closed communicator, " + mode,
                IllegalStateException.class,
                () -> closed.shrink(Set.of(1 - rank.rank()), mode),
                "closed");
          }
        });
  }

  // ---- grow

  @Example
  @AlsoShows({"GRW-02", "GRW-05"})
  public void required_GRW_01_newRanksJoin() {
    int n = atMost(3);
    run(
        n,
        rank -> {
          Backend backend = rank.instance().backend();
          byte[] first = rank.rank() == 0 ? backend.newUniqueId().toBytes() : new byte[0];
          UniqueId id = UniqueId.of(rank.processGroup().broadcast(first, 0));
          CommunicatorConfig config = CommunicatorConfig.defaults();
          boolean isNew = rank.rank() == n - 1;
          Communicator old =
              isNew
                  ? rank.communicator()
                  : backend.newCommunicator(id, rank.rank(), n - 1, rank.device(), config);
          byte[] growth = rank.rank() == 0 ? old.newUniqueId().toBytes() : new byte[0];
          UniqueId by = UniqueId.of(rank.processGroup().broadcast(growth, 0));
          try (Communicator grown =
              isNew
                  ? backend.joinGrowing(by, rank.rank(), n, rank.device(), config)
                  : rank.rank() == 0 ? old.grow(n, by) : old.grow(n)) {
            rank.check(grown.rank() == rank.rank(), "rank() is " + grown.rank());
            rank.check(grown.worldSize() == n, "worldSize() is " + grown.worldSize());
            expectSum(rank, grown, 4, 4 * n);
          }
          if (!isNew) {
            rank.expectThrown(
                "growing to the same size",
                IllegalArgumentException.class,
                () -> old.grow(n - 1),
                "not larger");
            old.close();
          }
        });
  }

  // ---- life

  @Example
  @AlsoShows({"LIF-04"})
  public void required_LIF_03_finalizedOnce() {
    run(
        atMost(2),
        rank -> {
          try (Communicator comm = rank.open("finalized");
              DeviceBuffer buffer = Values.of(comm.device(), DataType.INT32, 1)) {
            comm.finalizeCommunicator();
            rank.check(comm.state() == State.FINALIZED, "state() is " + comm.state());
            rank.check(comm.asyncError() == ResultCode.SUCCESS, "asyncError()");
            expectCode(rank, "again", ResultCode.INVALID_ARGUMENT, comm::finalizeCommunicator);
            rank.expectThrown(
                "an operation",
                IllegalStateException.class,
                () -> comm.allReduce(buffer, ReduceOp.SUM),
                "finalized");
          }
        });
  }

  @Example
  @AlsoShows({"LIF-18", "LIF-20"})
  public void required_LIF_19_revokedIsForChildrenAlone() {
    int n = atMost(2);
    run(
        n,
        rank -> {
          try (Communicator comm = rank.open("revoked");
              DeviceBuffer buffer = Values.of(comm.device(), DataType.INT32, 1)) {
            comm.revoke();
            comm.awaitReady(LONG);
            rank.check(comm.state() == State.REVOKED, "state() is " + comm.state());
            expectCode(
                rank,
                "an operation",
                ResultCode.INVALID_USAGE,
                () -> comm.allReduce(buffer, ReduceOp.SUM));
            expectCode(rank, "again", ResultCode.INVALID_ARGUMENT, comm::revoke);
            expectCode(rank, "finalize", ResultCode.INVALID_ARGUMENT, comm::finalizeCommunicator);
            rank.processGroup().barrier(LONG);
            try (Communicator child = comm.split(0, rank.rank())) {
              expectSum(rank, child, 5, 5 * n);
            }
          }
        });
  }

  @Example
  @AlsoShows({"LIF-22", "LIF-23", "LIF-25"})
  public void required_LIF_21_suspendedUntilResumed() {
    int n = 2;
    run(
        n,
        rank -> {
          try (Communicator comm = rank.open("suspended");
              DeviceBuffer buffer = Values.of(comm.device(), DataType.INT32, 1)) {
            expectSum(rank, comm, 1, n);
            expectCode(rank, "resume", ResultCode.INVALID_USAGE, comm::resume);
            comm.suspend();
            rank.check(comm.state() == State.SUSPENDED, "state() is " + comm.state());
            MemoryStatistics seen = comm.memoryStatistics();
            rank.check(seen.suspended(), "suspended() is false");
            rank.check(
                seen.totalBytes() == seen.suspendableBytes() + seen.persistentBytes(),
                "the total is no sum: " + seen);
            rank.expectThrown(
                "an operation",
                IllegalStateException.class,
                () -> comm.allReduce(buffer, ReduceOp.SUM),
                "resume()");
            expectCode(rank, "again", ResultCode.INVALID_USAGE, comm::suspend);
            comm.resume();
            expectSum(rank, comm, 2, 2 * n);
          }
        });
  }

  // ---- nonblocking

  @Example
  @AlsoShows({"ERR-06", "SPL-07"})
  public void required_INIT_17_nonblockingWorkIsAwaited() {
    int n = atMost(3);
    run(
        n,
        rank -> {
          try (Communicator comm = open(rank, nonblocking(CheckLevel.DEFAULT))) {
            comm.awaitReady(LONG);
            rank.check(comm.state() == State.READY, "state() is " + comm.state());
            expectSum(rank, comm, 6, 6 * n);
            try (Communicator child = comm.split(0, -rank.rank())) {
              comm.awaitReady(LONG);
              child.awaitReady(LONG);
              rank.check(child.rank() == n - 1 - rank.rank(), "rank() is " + child.rank());
              expectSum(rank, child, 7, 7 * n);
            }
          }
        });
  }

  @Example
  @AlsoShows({"ERR-04"})
  public void required_ERR_05_argumentErrorsStickOnNonblockingOnesAlone() {
    run(
        1,
        rank -> {
          CommunicatorConfig blocking =
              CommunicatorConfig.builder().checks(CheckLevel.NONE).build();
          for (CommunicatorConfig config : List.of(blocking, nonblocking(CheckLevel.NONE))) {
            boolean sticks = config != blocking;
            try (Communicator comm = open(rank, config);
                DeviceBuffer buffer = Values.of(comm.device(), DataType.INT32, 1)) {
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
        });
  }

  // ---- groups

  @Example
  @AlsoShows({"GRP-29"})
  public void required_GRP_27_simulatedGroupsAreNotIssued() {
    int n = 2;
    run(
        n,
        rank -> {
          Backend backend = rank.instance().backend();
          try (Communicator comm = rank.open("simulated");
              DeviceBuffer buffer = Values.of(comm.device(), DataType.INT32, 9)) {
            backend.simulate(group -> group.on(comm).allReduce(buffer, ReduceOp.SUM));
            comm.defaultStream().synchronize();
            rank.expect("the buffer", buffer, 9);
            expectSum(rank, comm, 1, n);
          }
          try (Communicator comm = open(rank, nonblocking(CheckLevel.DEFAULT));
              DeviceBuffer buffer = Values.of(rank.device(), DataType.INT32, 9)) {
            comm.awaitReady(LONG);
            expectCode(
                rank,
                "a nonblocking one",
                ResultCode.INVALID_USAGE,
                () -> backend.simulate(group -> group.on(comm).allReduce(buffer, ReduceOp.SUM)));
          }
        });
  }

  @Example
  public void required_GRP_23_oneGroupOneMode() {
    int n = atMost(2);
    run(
        n,
        rank -> {
          Backend backend = rank.instance().backend();
          try (Communicator blocking = rank.open("blocking");
              Communicator polled = open(rank, nonblocking(CheckLevel.DEFAULT));
              DeviceBuffer one = Values.of(rank.device(), DataType.INT32, 1);
              DeviceBuffer two = Values.of(rank.device(), DataType.INT32, 2)) {
            polled.awaitReady(LONG);
            rank.expectThrown(
                "both in one group",
                IllegalArgumentException.class,
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
        });
  }

  // ---- creation by several ids

  @Example
  public void required_INIT_15_severalIdsTyped() {
    int n = atMost(3);
    run(
        n,
        rank -> {
          Backend backend = rank.instance().backend();
          byte[] own = rank.rank() < 2 ? backend.newUniqueId().toBytes() : new byte[0];
          List<byte[]> all = rank.processGroup().allGather(own);
          List<UniqueId> ids = List.of(UniqueId.of(all.get(0)), UniqueId.of(all.get(1)));
          CommunicatorConfig config = CommunicatorConfig.defaults();
          try (Communicator comm =
              backend.newCommunicator(ids, rank.rank(), n, rank.device(), config)) {
            expectSum(rank, comm, 1, n);
          }
          rank.expectThrown(
              "no id",
              IllegalArgumentException.class,
              () -> backend.newCommunicator(List.of(), rank.rank(), n, rank.device(), config),
              "0 ids");
        });
  }

  // ---- memory

  @Example
  @AlsoShows({"MEM-04"})
  public void required_MEM_03_registrationIsAHint() {
    int n = atMost(2);
    run(
        n,
        rank -> {
          try (Communicator comm = rank.open("registered");
              DeviceBuffer buffer = comm.device().allocateRegistrable(DataType.INT32, 1024)) {
            Registration first = comm.register(buffer);
            Registration again = comm.register(buffer.slice(16, 16));
            expectSum(rank, comm, 1, n);
            again.close();
            first.close();
            first.close();
          }
        });
  }

  @Example
  @AlsoShows({"RMA-03", "RMA-07"})
  public void required_RMA_01_putsArriveWithTheirSignal() {
    run(
        2,
        rank -> {
          int peer = 1 - rank.rank();
          try (Communicator comm = rank.open("one-sided");
              DeviceBuffer memory = comm.device().allocateRegistrable(DataType.INT32, 4);
              DeviceBuffer source = comm.device().allocateRegistrable(DataType.INT32, 2)) {
            memory.copyFrom(0, 0, 0, 0);
            source.copyFrom(rank.rank() + 10, rank.rank() + 20);
            try (Window window = comm.registerWindow(memory, Window.Flag.COLLECTIVE_SYMMETRIC);
                Window from = comm.registerWindow(source, Window.Flag.COLLECTIVE_SYMMETRIC)) {
              if (window.isNull() || from.isNull()) {
                return; // WIN-03: this machine has no windows
              }
              comm.putSignal(source, peer, window, 8, comm.defaultStream());
              comm.waitSignal(List.of(new SignalWait(peer, 1)), comm.defaultStream());
              comm.defaultStream().synchronize();
              rank.expect("the window", memory, 0, 0, peer + 10, peer + 20);
              rank.processGroup().barrier(LONG);
            }
          }
        });
  }
}
