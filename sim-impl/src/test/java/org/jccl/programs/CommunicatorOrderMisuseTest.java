package org.jccl.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jccl.MisuseKind.ORDER_INVERSION;
import static org.jccl.programs.Lab.PLAIN;
import static org.jccl.programs.Lab.ints;

import java.time.Duration;
import java.util.List;
import org.jccl.Communicator;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Graph;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.ReduceOp;
import org.jccl.ReportedMisuse;
import org.jccl.Stream;
import org.junit.jupiter.api.Test;

/** The order of more than two communicators, over more than two devices: SIM-18, SIM-19. */
class CommunicatorOrderMisuseTest {
  /** What a rank of a grid of 2 x 2 does with its row (tensor parallel) and column (data). */
  @FunctionalInterface
  private interface OnGrid {
    void run(Rank rank, Communicator row, Communicator column, DeviceBuffer b) throws Exception;
  }

  private static RankProgram grid(OnGrid body) {
    return rank -> {
      Communicator world = rank.communicator();
      Communicator row = world.split(rank.rank() / 2, rank.rank());
      Communicator column = world.split(rank.rank() % 2, rank.rank());
      try (DeviceBuffer b = ints(rank, 2)) {
        body.run(rank, row, column, b);
        row.defaultStream().synchronize();
        column.defaultStream().synchronize();
      }
      rank.processGroup().barrier(Duration.ofMinutes(1));
      row.close();
      column.close();
    };
  }

  private static void sum(Communicator comm, DeviceBuffer b, int index, Stream stream) {
    DeviceBuffer part = b.slice(index, 1);
    comm.allReduce(part, part, ReduceOp.SUM, stream);
  }

  private static RankProgram orders(List<Integer> columnFirst, int before) {
    return grid(
        (rank, row, column, b) -> {
          for (int i = 0; i <= before; i++) {
            boolean first = i < before || columnFirst.contains(rank.rank());
            if (first) {
              sum(column, b, 0, column.defaultStream());
            }
            sum(row, b, 1, row.defaultStream());
            if (!first) {
              sum(column, b, 0, column.defaultStream());
            }
          }
        });
  }

  @Test
  void SIM_19_aCircleOfOrdersRoundAGrid_inEverySchedule() {
    RankProgram circle = orders(List.of(0, 3), 0);
    for (long seed = 0; seed < 8; seed++) {
      ReportedMisuse found =
          (seed == 0 ? PLAIN : Lab.seeded(seed)).finds(ORDER_INVERSION, 4, circle);
      assertThat(found.ranks()).containsExactly(0, 1, 2, 3);
      assertThat(found.getMessage()).contains("in orders that close a circle");
    }
    PLAIN.finds(ORDER_INVERSION, 4, orders(List.of(1, 2), 5));
    PLAIN.accepts(4, orders(List.of(0, 1, 2, 3), 5));
    PLAIN.accepts(4, orders(List.of(), 0));
  }

  @Test
  void SIM_19_ordersThatDifferWithoutACircle_areOneOrder() {
    PLAIN.accepts(4, orders(List.of(0), 0));
    PLAIN.accepts(4, orders(List.of(0, 1), 0));
    PLAIN.accepts(4, orders(List.of(0, 1, 2), 3));
  }

  @Test
  void SIM_18_aCircleWithHostWaits() {
    RankProgram program =
        grid(
            (rank, row, column, b) -> {
              boolean columnFirst = rank.rank() == 0 || rank.rank() == 3;
              Communicator one = columnFirst ? column : row;
              Communicator other = columnFirst ? row : column;
              sum(one, b, 0, one.defaultStream());
              one.defaultStream().synchronize();
              sum(other, b, 1, other.defaultStream());
            });
    assertThat(PLAIN.finds(ORDER_INVERSION, 4, program).ranks()).containsExactly(0, 1, 2, 3);
  }

  @Test
  void SIM_19_aRankThatWaitsOnItsHostBetweenTheTwo_isNoBetter() {
    RankProgram program =
        rank -> {
          Communicator one = rank.communicator().split(0, rank.rank());
          Communicator two = rank.communicator().split(0, rank.rank());
          try (DeviceBuffer b = ints(rank, 2)) {
            if (rank.rank() == 2) {
              sum(two, b, 1, two.defaultStream());
              two.defaultStream().synchronize();
            }
            sum(one, b, 0, one.defaultStream());
            if (rank.rank() != 2) {
              sum(two, b, 1, two.defaultStream());
            }
            one.defaultStream().synchronize();
            two.defaultStream().synchronize();
          }
          rank.processGroup().barrier(Duration.ofMinutes(1));
          one.close();
          two.close();
        };
    assertThat(PLAIN.finds(ORDER_INVERSION, 3, program).ranks()).contains(2);
    assertThat(Lab.seeded(5).finds(ORDER_INVERSION, 3, program).ranks()).contains(2);
  }

  @Test
  void SIM_19_graphsAreIssuedWhereTheyAreLaunched() {
    RankProgram program =
        grid(
            (rank, row, column, b) -> {
              column.defaultStream().beginCapture();
              sum(column, b, 0, column.defaultStream());
              Graph first = column.defaultStream().endCapture();
              row.defaultStream().beginCapture();
              sum(row, b, 1, row.defaultStream());
              Graph second = row.defaultStream().endCapture();
              boolean columnFirst = rank.rank() == 1 || rank.rank() == 2;
              if (columnFirst) {
                first.launch(column.defaultStream());
              }
              second.launch(row.defaultStream());
              if (!columnFirst) {
                first.launch(column.defaultStream());
              }
              column.defaultStream().synchronize();
              row.defaultStream().synchronize();
              first.close();
              second.close();
            });
    PLAIN.finds(ORDER_INVERSION, 4, program);
  }

  /** Gradients are reduced on a side stream while the tensor parallel calls go on. */
  private static RankProgram overlapped() {
    return grid(
        (rank, row, column, b) -> {
          try (Stream side = rank.device().newStream()) {
            for (int step = 0; step < 12; step++) {
              sum(row, b, 1, row.defaultStream());
              try (Event done = rank.device().newEvent()) {
                done.record(row.defaultStream());
                side.waitFor(done);
              }
              sum(column, b, 0, side);
              sum(row, b, 1, row.defaultStream());
              if (rank.rank() == 1 && step % 3 == 0) {
                side.synchronize();
              }
            }
            side.synchronize();
          }
        });
  }

  @Test
  void SIM_19_legalOverlap() {
    PLAIN.accepts(4, overlapped());
    for (long seed = 1; seed < 6; seed++) {
      Lab.seeded(seed).accepts(4, overlapped());
    }
  }

  /**
   * A message that one rank has and another has not changes nothing of the order of collectives.
   */
  @Test
  void messagesOfAGroup_areNotInTheOrder() {
    PLAIN.accepts(
        3,
        rank -> {
          Communicator world = rank.communicator();
          Communicator split = world.split(0, rank.rank());
          try (DeviceBuffer a = ints(rank, 1);
              DeviceBuffer b = ints(rank, 1);
              DeviceBuffer c = ints(rank, 2);
              DeviceBuffer d = ints(rank, 1)) {
            for (int round = 0; round < 3; round++) {
              rank.backend()
                  .group(
                      group -> {
                        group
                            .on(world)
                            .gatherV(
                                a.slice(0, rank.rank() == 2 ? 0 : 1), c, new long[] {1, 1, 0}, 0);
                        group.on(split).allReduce(b, ReduceOp.SUM);
                        group.on(world).allReduce(d, ReduceOp.MAX);
                      });
            }
            world.defaultStream().synchronize();
            split.defaultStream().synchronize();
          }
          rank.processGroup().barrier(Duration.ofMinutes(1));
          split.close();
        });
  }
}
