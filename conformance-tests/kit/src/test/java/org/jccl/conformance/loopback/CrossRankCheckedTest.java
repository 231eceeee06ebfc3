package org.jccl.conformance.loopback;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.MisuseKind;
import org.jccl.Rank;
import org.jccl.ReduceOp;
import org.jccl.ReportedMisuse;
import org.jccl.Stream;
import org.jccl.UniqueId;
import org.jccl.observe.CrossRankCheck;
import org.jccl.observe.ResultHash;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The comparison of calls across ranks. */
@Timeout(60)
class CrossRankCheckedTest extends ListenerRuns {
  private void misuse(
      Where where, CrossRankCheck check, BiConsumer<Rank, Communicator> body, String difference) {
    thrown.clear();
    run(where, config(check), body);
    assertThat(thrown).hasSize(RANKS);
    assertThat(thrown.values())
        .allSatisfy(
            failure -> {
              assertThat(failure).isInstanceOf(ReportedMisuse.class);
              ReportedMisuse found = (ReportedMisuse) failure;
              assertThat(found.kind()).isEqualTo(MisuseKind.MISMATCH);
              assertThat(found.ranks()).containsExactly(1);
              assertThat(found)
                  .hasMessageStartingWith("MISMATCH(" + difference + ") in world, call #1")
                  .hasMessageContaining("rank 1 against the others")
                  .hasMessageContaining("found by the cross-rank check")
                  .hasMessageContaining("CrossRankCheckedTest.java:");
            });
  }

  @ParameterizedTest
  @EnumSource
  void differentCalls_areAMisuseOnEveryRank_withTheGuiltyOne(Where where) {
    for (CrossRankCheck check : List.of(new CrossRankCheck(), CrossRankCheck.every(2))) {
      misuse(where, check, (rank, comm) -> wrong(comm, rank.rank() == 1, 0), "operation");
      misuse(where, check, (rank, comm) -> wrong(comm, rank.rank() == 1, 1), "count");
      misuse(where, check, (rank, comm) -> wrong(comm, rank.rank() == 1, 2), "type");
      misuse(where, check, (rank, comm) -> wrong(comm, rank.rank() == 1, 3), "reduction");
      misuse(where, check, (rank, comm) -> wrong(comm, rank.rank() == 1, 4), "root");
    }
  }

  private static void wrong(Communicator comm, boolean isGuilty, int what) {
    Stream stream = comm.defaultStream();
    try (DeviceBuffer ints = comm.device().allocate(DataType.INT32, 8);
        DeviceBuffer floats = comm.device().allocate(DataType.FLOAT32, 8)) {
      ints.fill((byte) 0, stream);
      floats.fill((byte) 0, stream);
      comm.broadcast(ints, 0, stream);
      if (!isGuilty) {
        comm.reduce(ints, ints, ReduceOp.SUM, 0, stream);
      } else {
        switch (what) {
          case 0 -> comm.allReduce(ints, ints, ReduceOp.SUM, stream);
          case 1 -> {
            DeviceBuffer half = ints.slice(0, 4);
            comm.reduce(half, half, ReduceOp.SUM, 0, stream);
          }
          case 2 -> comm.reduce(floats, floats, ReduceOp.SUM, 0, stream);
          case 3 -> comm.reduce(ints, ints, ReduceOp.MAX, 0, stream);
          default -> comm.reduce(ints, ints, ReduceOp.SUM, 2, stream);
        }
      }
      stream.synchronize();
    }
  }

  /** A simulated child without a configuration of its own is called as its parent, as in NCCL. */
  private static String named(Where where, String child) {
    return where == Where.SIMULATOR ? "world" : child;
  }

  /** A communicator of all ranks, made in the way that is tested, in which rank 1 is wrong. */
  private void wrongChild(Where where, Function<Communicator, Communicator> birth, String name) {
    thrown.clear();
    run(
        where,
        config(CrossRankCheck.every(2), ResultHash.every(3)),
        (rank, comm) -> {
          try (Communicator child = birth.apply(comm)) {
            wrong(child, rank.rank() == 1, 3);
          }
        });
    assertThat(thrown).hasSize(RANKS);
    assertThat(thrown.values())
        .allSatisfy(
            failure ->
                assertThat(failure)
                    .isInstanceOf(ReportedMisuse.class)
                    .hasMessageStartingWith("MISMATCH(reduction) in " + named(where, name))
                    .hasMessageContaining(", call #1: rank 1 against the others")
                    .hasMessageContaining("CrossRankCheckedTest.java:"));
  }

  @ParameterizedTest
  @EnumSource
  void differentCallsInASplit_orInTheSplitOfASplit_areNamed(Where where) {
    wrongChild(where, comm -> comm.split(7, -comm.rank()), "world/split1-7");
    wrongChild(
        where,
        comm -> {
          comm.split(comm.rank(), 0).close();
          return comm.split(0, comm.rank()).split(1, 0);
        },
        "world/split2-0/split1-1");
  }

  @ParameterizedTest
  @EnumSource
  void differentCallsAndResultsOfChildren_areNamedByTheChildsRanks(Where where) {
    run(
        where,
        config(new CrossRankCheck()),
        (rank, comm) -> {
          // Ranks 2 and 1 of the world are ranks 0 and 1 of a child, while rank 0 is alone.
          try (Communicator child = comm.split(rank.rank() == 0 ? 0 : 1, -rank.rank())) {
            if (rank.rank() == 0) {
              child.barrier();
              comm.defaultStream().synchronize();
            } else {
              wrong(child, rank.rank() == 1, 3);
            }
          }
        });
    assertThat(thrown).containsOnlyKeys(1, 2);
    assertThat(thrown.values())
        .allSatisfy(
            failure ->
                assertThat(failure)
                    .hasMessageStartingWith(
                        "MISMATCH(reduction) in " + named(where, "world/split1-1") + ", call #1: ")
                    .hasMessageContaining("the ranks are divided evenly")
                    .hasMessageContaining("rank 0: reduce #1 (count 8, INT32, sum")
                    .hasMessageContaining("rank 1: reduce #1 (count 8, INT32, max"));
  }

  @ParameterizedTest
  @EnumSource
  void differentCallsInAGrownCommunicator_areNamed_onceAGroupIsAttached(Where where) {
    CommunicatorConfig config = config(new CrossRankCheck());
    run(
        where,
        config,
        (rank, comm) -> {
          Communicator grown;
          if (rank.rank() == 2) {
            byte[] id = rank.processGroup().broadcast(new byte[0], 0);
            grown =
                rank.device()
                    .backend()
                    .joinGrowing(UniqueId.of(id), 2, RANKS, rank.device(), config);
          } else {
            Communicator two = comm.shrink(Set.of(2));
            UniqueId id = rank.rank() == 0 ? two.newUniqueId() : null;
            rank.processGroup().broadcast(id == null ? new byte[0] : id.toBytes(), 0);
            grown = id == null ? two.grow(RANKS) : two.grow(RANKS, id);
          }
          try (grown) {
            grown.attach(rank.processGroup());
            wrong(grown, rank.rank() == 1, 1);
          }
        });
    assertThat(thrown).hasSize(RANKS);
    assertThat(thrown.values())
        .allSatisfy(
            failure ->
                assertThat(failure)
                    .isInstanceOf(ReportedMisuse.class)
                    .hasMessageStartingWith("MISMATCH(count) in ")
                    .hasMessageContaining("rank 1 against the others"));
  }
}
