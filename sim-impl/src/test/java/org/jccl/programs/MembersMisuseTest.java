package org.jccl.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jccl.MisuseKind.DEADLOCK;
import static org.jccl.MisuseKind.MISMATCH;
import static org.jccl.MisuseKind.MISSING_RANK;
import static org.jccl.MisuseKind.P2P_LENGTH;
import static org.jccl.MisuseKind.UNMATCHED_P2P;
import static org.jccl.programs.Lab.PLAIN;
import static org.jccl.programs.Lab.STRICT;
import static org.jccl.programs.Lab.ints;

import org.jccl.Communicator;
import org.jccl.DeviceBuffer;
import org.jccl.RankProgram;
import org.jccl.ReduceOp;
import org.jccl.ReportedMisuse;
import org.junit.jupiter.api.Test;

/**
 * Whom reports name: the rank that drives a member of a child, by its number in the whole program;
 * the members of a group that matter; composite calls as they were written.
 */
class MembersMisuseTest {
  /** A child of all ranks, in the opposite order. */
  private static Communicator reversed(Communicator world) {
    return world.split(0, -world.rank());
  }

  private static RankProgram onFreshChild(int absent) {
    return rank -> {
      try (Communicator child = reversed(rank.communicator());
          DeviceBuffer b = ints(rank, 4)) {
        if (rank.rank() != absent) {
          child.allReduce(b, ReduceOp.SUM);
          child.defaultStream().synchronize();
        }
      }
    };
  }

  @Test
  void SIM_07_onAChildNobodyHasUsed_namesTheRankThatIsMissing() {
    for (Lab lab : new Lab[] {PLAIN, STRICT, Lab.seeded(3)}) {
      ReportedMisuse found = lab.finds(MISSING_RANK, 4, onFreshChild(1));
      assertThat(found.getMessage()).contains("missing: rank 1:").doesNotContain("SIM-21");
    }
    PLAIN.accepts(4, onFreshChild(-1));
  }

  private static RankProgram countsOnChild(int odd) {
    return rank -> {
      Communicator world = rank.communicator();
      if (rank.rank() == 0) {
        world.splitNoColor();
        return;
      }
      try (Communicator child = world.split(0, -rank.rank());
          DeviceBuffer b = ints(rank, rank.rank() == odd ? 3 : 4)) {
        child.allReduce(b, ReduceOp.SUM);
        child.defaultStream().synchronize();
      }
    };
  }

  @Test
  void SIM_01_onAChild_namesRanksOfTheProgram_withTheChildsInParentheses() {
    ReportedMisuse found = PLAIN.finds(MISMATCH, 4, countsOnChild(3));
    assertThat(found.ranks()).contains(3).doesNotContain(0);
    assertThat(found.getMessage())
        .containsPattern("rank 3 \\(0 in comm-\\d\\) has count 3")
        .doesNotContain("rank 0");
    PLAIN.accepts(4, countsOnChild(-1));
  }

  private static RankProgram ring(int half) {
    return rank -> {
      try (Communicator child = reversed(rank.communicator());
          DeviceBuffer b = ints(rank, 2)) {
        int next = (child.rank() + 1) % child.worldSize();
        int before = (child.rank() + child.worldSize() - 1) % child.worldSize();
        if (rank.rank() == half) {
          child.send(b.slice(0, 1), next);
        } else {
          child.sendRecv(b.slice(0, 1), next, b.slice(1, 1), before);
        }
        child.defaultStream().synchronize();
      }
    };
  }

  @Test
  void SIM_11_namesTheHalfThatIsNotAnswered_andTheCallAsItWasWritten() {
    ReportedMisuse found = PLAIN.finds(UNMATCHED_P2P, 4, ring(2));
    assertThat(found.getMessage())
        .contains("missing: rank 2:", "to rank 2 (1 in", "of send_recv) in a group of 2");
    PLAIN.accepts(4, ring(-1));
  }

  private static RankProgram uneven(long atRankOne) {
    return rank -> {
      long[] sent = {1, 1, 1};
      long[] received = {1, 1, rank.rank() == 1 ? atRankOne : 1};
      try (DeviceBuffer send = ints(rank, 3);
          DeviceBuffer recv = ints(rank, 4)) {
        rank.communicator().allToAllV(send, sent, recv, received);
        rank.communicator().defaultStream().synchronize();
      }
    };
  }

  @Test
  void SIM_09_inAnUnevenExchange_namesIt() {
    ReportedMisuse found = PLAIN.finds(P2P_LENGTH, 3, uneven(2));
    assertThat(found.ranks()).containsExactly(1, 2);
    assertThat(found.getMessage()).contains("of all_to_all_v", "4 bytes sent, 8 bytes expected");
    PLAIN.accepts(3, uneven(1));
  }

  private static RankProgram barrierAndSum(int turned) {
    return rank -> {
      try (DeviceBuffer one = ints(rank, 1)) {
        Communicator comm = rank.communicator();
        if (rank.rank() == turned) {
          comm.allReduce(one, ReduceOp.SUM);
          comm.barrier();
        } else {
          comm.barrier();
          comm.allReduce(one, ReduceOp.SUM);
        }
        comm.defaultStream().synchronize();
      }
    };
  }

  @Test
  void SIM_06_aBarrierIsNoSumOfOneInteger() {
    ReportedMisuse found = PLAIN.finds(MISMATCH, 3, barrierAndSum(2));
    assertThat(found.ranks()).contains(2);
    assertThat(found.getMessage()).contains("(operation)", "has barrier", "has all_reduce");
    PLAIN.accepts(3, barrierAndSum(-1));
  }

  @Test
  void adviceOfACycle_fitsIt() {
    ReportedMisuse messages =
        PLAIN.finds(
            DEADLOCK,
            3,
            rank -> {
              try (DeviceBuffer b = ints(rank, 2)) {
                Communicator comm = rank.communicator();
                comm.send(b.slice(0, 1), (rank.rank() + 1) % 3);
                comm.recv(b.slice(1, 1), (rank.rank() + 2) % 3);
                comm.defaultStream().synchronize();
              }
            });
    assertThat(messages.getMessage()).contains("one group on each rank (P2P-08)");
    ReportedMisuse mixed =
        PLAIN.finds(
            DEADLOCK,
            2,
            rank -> {
              try (DeviceBuffer b = ints(rank, 2)) {
                Communicator comm = rank.communicator();
                if (rank.rank() == 0) {
                  comm.send(b.slice(0, 1), 1);
                }
                comm.allReduce(b.slice(1, 1), ReduceOp.SUM);
                if (rank.rank() == 1) {
                  comm.recv(b.slice(0, 1), 0);
                }
                comm.defaultStream().synchronize();
              }
            });
    assertThat(mixed.getMessage()).contains("the messages and the collectives among them");
  }
}
