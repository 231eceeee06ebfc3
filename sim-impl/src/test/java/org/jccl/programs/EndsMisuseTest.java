package org.jccl.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jccl.MisuseKind.HOST_WAIT;
import static org.jccl.MisuseKind.MISSING_RANK;
import static org.jccl.MisuseKind.ORDER_INVERSION;
import static org.jccl.programs.Lab.PLAIN;
import static org.jccl.programs.Lab.STRICT;
import static org.jccl.programs.Lab.ints;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.function.IntPredicate;
import org.jccl.Backend;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.ReduceOp;
import org.jccl.ReportedMisuse;
import org.jccl.sim.Simulator;
import org.jccl.sim.machine.GpuProfile;
import org.junit.jupiter.api.Test;

/** How communicators end, seen from all ranks: LIF-07, LIF-09, VER-13, SIM-61, SIM-07, SIM-18. */
class EndsMisuseTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private static void sum(Communicator comm, DeviceBuffer b) {
    comm.allReduce(b, ReduceOp.SUM);
    comm.defaultStream().synchronize();
  }

  /** A child is closed; then the parent goes on, if {@code meets}, behind a meeting. */
  private static RankProgram closesAndGoesOn(boolean meets) {
    return rank -> {
      Communicator world = rank.communicator();
      try (DeviceBuffer b = ints(rank, 1)) {
        for (int i = 0; i < 2; i++) {
          try (Communicator child = world.split(0, -rank.rank())) {
            sum(child, b);
          }
          if (meets) {
            rank.processGroup().barrier(MINUTE);
          }
          sum(world, b);
        }
      }
    };
  }

  @Test
  void LIF_07_goesOnWithTheParentBeforeAllHaveClosedTheChild_inEverySchedule() {
    for (long seed = 0; seed < 6; seed++) {
      Lab lab = seed == 0 ? PLAIN : Lab.seeded(seed);
      List<ReportedMisuse> found = lab.findings(3, closesAndGoesOn(false));
      assertThat(found).singleElement().extracting(ReportedMisuse::kind).isEqualTo(HOST_WAIT);
      assertThat(found.getFirst().getMessage())
          .contains("has closed comm-", "close (ncclCommDestroy)", "all_reduce #", "LIF-07");
      lab.accepts(3, closesAndGoesOn(true));
    }
    STRICT.finds(HOST_WAIT, 3, closesAndGoesOn(false));
    STRICT.accepts(3, closesAndGoesOn(true));
  }

  /** Who ends a child by finalize and close, the others by close alone. */
  private static RankProgram finalizing(IntPredicate who) {
    return rank -> {
      try (DeviceBuffer b = ints(rank, 1);
          Communicator child = rank.communicator().split(0, rank.rank())) {
        sum(child, b);
        if (who.test(rank.rank())) {
          child.finalizeCommunicator();
        }
      }
    };
  }

  @Test
  void VER_13_aFinalizeMeetsThoseOfTheOtherRanks() {
    Lab since = Lab.with(builder -> builder.ncclVersion(23102));
    for (int who = 0; who < 3; who++) {
      int one = who;
      assertThat(since.findings(3, finalizing(rank -> rank == one)))
          .singleElement()
          .satisfies(
              found -> {
                assertThat(found.kind()).isEqualTo(MISSING_RANK);
                assertThat(found.getMessage()).contains("VER-13", "has closed comm-");
              });
      Lab.with(builder -> builder.ncclVersion(23007)).accepts(3, finalizing(rank -> rank == one));
    }
    since.accepts(3, finalizing(rank -> true));
    since.accepts(3, finalizing(rank -> false));
  }

  @Test
  void VER_13_oneThreadClosesAllRanks() {
    try (Simulator simulator = Simulator.builder().ncclVersion(23102).build()) {
      Backend backend = simulator.backend();
      List<Communicator> all =
          backend.openAll(backend.devices().subList(0, 3), CommunicatorConfig.defaults());
      all.forEach(Communicator::close);
      assertThat(all).allMatch(each -> each.state() == Communicator.State.CLOSED);
    }
  }

  @Test
  void LIF_07_legal_nothingIsSharedWithWhoCloses_orAnotherCallMeets() {
    PLAIN.accepts(
        4,
        rank -> { // the pairs that close are not the pairs that go on
          Communicator world = rank.communicator();
          Communicator row = world.split(rank.rank() / 2, rank.rank());
          Communicator column = world.split(rank.rank() % 2, rank.rank());
          try (DeviceBuffer b = ints(rank, 1)) {
            sum(row, b);
            row.close();
            sum(column, b);
          }
          rank.processGroup().barrier(MINUTE);
          column.close();
        });
    PLAIN.accepts(
        3,
        rank -> { // a split returns when all have come to it
          Communicator world = rank.communicator();
          try (DeviceBuffer b = ints(rank, 1)) {
            world.split(0, rank.rank()).close();
            Communicator next = world.split(0, rank.rank());
            sum(next, b);
            sum(world, b);
            next.close();
          }
        });
    PLAIN.accepts(
        2,
        rank -> { // rank 0 ends it last, and knows that
          Communicator world = rank.communicator();
          Communicator child = world.split(0, rank.rank());
          try (DeviceBuffer b = ints(rank, 1)) {
            if (rank.rank() == 1) {
              child.close();
            }
            rank.processGroup().barrier(MINUTE);
            if (rank.rank() == 0) {
              child.close();
              world.allReduce(b, ReduceOp.SUM);
            }
            rank.processGroup().barrier(MINUTE);
            if (rank.rank() == 1) {
              world.allReduce(b, ReduceOp.SUM);
            }
            world.defaultStream().synchronize();
          }
        });
  }

  @Test
  void LIF_07_legal_aBarrierOfTheProgramsOwn() {
    for (int run = 0; run < 3; run++) {
      CyclicBarrier meeting = new CyclicBarrier(3); // the last to come does not wait in it
      PLAIN.accepts(
          3,
          rank -> {
            Communicator world = rank.communicator();
            Communicator child = world.split(0, -rank.rank());
            try (DeviceBuffer b = ints(rank, 1)) {
              child.close();
              meeting.await();
              sum(world, b);
            }
          });
    }
  }

  private static RankProgram rowsThenWorld(boolean columns) {
    return rank -> {
      Communicator world = rank.communicator();
      int color = columns ? rank.rank() % 2 : rank.rank() / 2;
      try (DeviceBuffer b = ints(rank, 1)) {
        world.split(color, rank.rank()).close();
        sum(world, b);
      }
    };
  }

  @Test
  void LIF_07_onlyRanksOfOneHostWaitForEachOther() {
    Lab twoHosts = Lab.with(b -> b.profile(GpuProfile.h200().withGpusPerHost(2)));
    twoHosts.accepts(4, rowsThenWorld(true));
    twoHosts.finds(HOST_WAIT, 4, rowsThenWorld(false));
  }

  @Test
  void SIM_07_aPeerHasClosedIt() {
    ReportedMisuse found =
        PLAIN.finds(
            MISSING_RANK,
            3,
            rank -> {
              try (Communicator child = rank.communicator().split(0, -rank.rank());
                  DeviceBuffer b = ints(rank, 1)) {
                sum(child, b);
                if (rank.rank() != 2) {
                  sum(child, b);
                }
              }
            });
    assertThat(found.getMessage())
        .contains("missing: rank 2:", "rank 2 (0 in comm-2) has closed comm-2", "LIF-09");
  }

  private static RankProgram ends(int turned) {
    return rank -> {
      Communicator one = rank.communicator().split(0, rank.rank());
      Communicator two = rank.communicator().split(0, rank.rank());
      (rank.rank() == turned ? two : one).close();
      (rank.rank() == turned ? one : two).close();
    };
  }

  @Test
  void LIF_09_oppositeOrdersOfClosing_strict() {
    ReportedMisuse found = STRICT.finds(ORDER_INVERSION, 3, ends(2));
    assertThat(found.getMessage()).contains("close communicators in one order", "the end of comm-");
    STRICT.accepts(3, ends(-1));
    PLAIN.accepts(3, ends(2));
  }

  private static RankProgram leaves(boolean closes) {
    return rank -> {
      Communicator child = rank.communicator().split(0, rank.rank());
      if (closes || rank.rank() != 1) {
        child.close();
      } else {
        keep(rank, child);
      }
    };
  }

  private static void keep(Rank rank, Communicator child) {
    assertThat(child.worldSize()).isEqualTo(rank.worldSize());
  }

  @Test
  void LIF_09_aRankNeverCloses_strict() {
    ReportedMisuse found = STRICT.finds(MISSING_RANK, 3, leaves(false));
    assertThat(found.getMessage()).contains("missing: rank 1:", "the end of comm-2");
    STRICT.accepts(3, leaves(true));
  }
}
