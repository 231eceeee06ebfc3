package org.jccl.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jccl.MisuseKind.CAPTURE_MISMATCH;
import static org.jccl.MisuseKind.GROUP_REQUIRED;
import static org.jccl.MisuseKind.GROUP_SHAPE;
import static org.jccl.MisuseKind.MISMATCH;
import static org.jccl.MisuseKind.MISSING_RANK;
import static org.jccl.MisuseKind.ORDER_INVERSION;
import static org.jccl.programs.Lab.FULL;
import static org.jccl.programs.Lab.PLAIN;
import static org.jccl.programs.Lab.STRICT;
import static org.jccl.programs.Lab.ints;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Graph;
import org.jccl.MisuseKind;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.ReduceOp;
import org.jccl.ReportedMisuse;
import org.jccl.Stream;
import org.jccl.sim.Provokes;
import org.junit.jupiter.api.Test;

/**
 * Calls that ranks must make alike and in one order: SIM-01 to SIM-08, SIM-17 to SIM-21, SIM-50.
 */
class AgreementMisuseTest {
  private static void end(Rank rank) {
    rank.communicator().defaultStream().synchronize();
  }

  @Test
  void SIM_01_bothSitesAndBothValues_atFull() {
    ReportedMisuse found =
        FULL.finds(
            MISMATCH,
            2,
            rank -> {
              DeviceBuffer b = ints(rank, 3 + rank.rank());
              rank.communicator().allReduce(b, ReduceOp.SUM);
              end(rank);
            });
    assertThat(found.ranks()).containsExactly(0, 1);
    assertThat(found.getMessage())
        .contains("rank 0 has count 3, rank 1 has count 4")
        .containsPattern("rank 0: all_reduce.*\n    at .*AgreementMisuseTest")
        .containsPattern("rank 1: all_reduce.*\n    at .*AgreementMisuseTest")
        .contains("replay: schedule fifo");
  }

  @Test
  void SIM_01_howManyAgreeBesideTheOneThatDiffers() {
    ReportedMisuse found =
        FULL.finds(
            MISMATCH,
            4,
            rank -> {
              DeviceBuffer b = ints(rank, rank.rank() == 3 ? 4 : 3);
              rank.communicator().allReduce(b, ReduceOp.SUM);
              end(rank);
            });
    assertThat(found.getMessage())
        .contains("rank 3 has count 4")
        .contains("2 of 4 ranks have called as rank 1 has, rank 3 alone differs so far");
  }

  @Test
  void SIM_06_anotherCollective() {
    ReportedMisuse found =
        PLAIN.finds(
            MISMATCH,
            2,
            rank -> {
              DeviceBuffer b = ints(rank, 2);
              if (rank.rank() == 0) {
                rank.communicator().allReduce(b, ReduceOp.SUM);
              } else {
                rank.communicator().broadcast(b, 0);
              }
              end(rank);
            });
    assertThat(found.getMessage()).contains("MISMATCH(operation)");
  }

  @Test
  void SIM_07_aRankThatNeverCalls_isMissing() {
    RankProgram program =
        rank -> {
          DeviceBuffer b = ints(rank, 2);
          if (rank.rank() != 1) {
            rank.communicator().allReduce(b, ReduceOp.SUM);
            end(rank);
          }
        };
    ReportedMisuse found = PLAIN.finds(MISSING_RANK, 3, program);
    assertThat(found.ranks()).containsExactly(0, 1, 2);
    assertThat(found.getMessage()).contains("missing: rank 1: ended without making the call");
    assertThat(STRICT.finds(MISSING_RANK, 3, program).ranks()).containsExactly(0, 1, 2);
  }

  private static void one(Rank rank, DeviceBuffer b) {
    rank.communicator().allReduce(b.slice(0, 1), ReduceOp.SUM);
    rank.communicator().allReduce(b.slice(1, 1), ReduceOp.SUM);
  }

  private static RankProgram shapes(boolean alike) {
    return rank -> {
      try (DeviceBuffer b = ints(rank, 2)) {
        if (rank.rank() == 0 || alike) {
          rank.communicator()
              .group(
                  g -> {
                    g.allReduce(b.slice(0, 1), ReduceOp.SUM);
                    g.allReduce(b.slice(1, 1), ReduceOp.SUM);
                  });
        } else {
          one(rank, b);
        }
        end(rank);
      }
    };
  }

  @Test
  void SIM_17_otherGroups_areAWarning_andAnErrorInStrictMode() {
    List<ReportedMisuse> told = PLAIN.findings(2, shapes(false));
    assertThat(told).extracting(ReportedMisuse::kind).containsExactly(GROUP_SHAPE);
    STRICT.finds(GROUP_SHAPE, 2, shapes(false));
    PLAIN.accepts(2, shapes(true));
    STRICT.accepts(2, shapes(true));
  }

  /** Two communicators over all ranks. */
  private static RankProgram two(Two body) {
    return rank -> {
      try (Communicator other =
              Communicator.open(rank.processGroup(), rank.device(), CommunicatorConfig.defaults());
          DeviceBuffer b = ints(rank, 2)) {
        body.run(rank, rank.communicator(), other, b);
        end(rank);
        other.defaultStream().synchronize();
      }
    };
  }

  private interface Two {
    void run(Rank rank, Communicator a, Communicator b, DeviceBuffer buffer) throws Exception;
  }

  private static void first(Communicator comm, DeviceBuffer b, Stream stream) {
    comm.allReduce(b.slice(0, 1), b.slice(0, 1), ReduceOp.SUM, stream);
  }

  private static void second(Communicator comm, DeviceBuffer b, Stream stream) {
    comm.allReduce(b.slice(1, 1), b.slice(1, 1), ReduceOp.SUM, stream);
  }

  @Test
  void SIM_18_oppositeOrderOnOneStream() {
    ReportedMisuse found =
        PLAIN.finds(
            ORDER_INVERSION,
            2,
            two(
                (rank, a, b, buffer) -> {
                  Stream stream = a.defaultStream();
                  if (rank.rank() == 0) {
                    first(a, buffer, stream);
                    second(b, buffer, stream);
                  } else {
                    second(b, buffer, stream);
                    first(a, buffer, stream);
                  }
                }));
    assertThat(found.ranks()).containsExactly(0, 1);
    PLAIN.accepts(
        2,
        two(
            (rank, a, b, buffer) -> {
              first(a, buffer, a.defaultStream());
              second(b, buffer, a.defaultStream());
            }));
  }

  @Test
  void SIM_18_oppositeOrderInsideGroups() {
    RankProgram program =
        two(
            (rank, a, b, buffer) ->
                rank.backend()
                    .group(
                        g -> {
                          if (rank.rank() == 0) {
                            g.on(a).allReduce(buffer.slice(0, 1), ReduceOp.SUM);
                            g.on(b).allReduce(buffer.slice(1, 1), ReduceOp.SUM);
                          } else {
                            g.on(b).allReduce(buffer.slice(1, 1), ReduceOp.SUM);
                            g.on(a).allReduce(buffer.slice(0, 1), ReduceOp.SUM);
                          }
                        }));
    PLAIN.finds(ORDER_INVERSION, 2, program);
  }

  @Test
  void SIM_18_oppositeOrderWithHostWaits() {
    PLAIN.finds(
        ORDER_INVERSION,
        2,
        two(
            (rank, a, b, buffer) -> {
              Communicator one = rank.rank() == 0 ? a : b;
              Communicator other = rank.rank() == 0 ? b : a;
              one.allReduce(buffer, ReduceOp.SUM);
              one.defaultStream().synchronize();
              other.allReduce(buffer, ReduceOp.SUM);
            }));
  }

  @Test
  void SIM_19_oppositeOrderOnTwoStreams_evenIfThisRunWouldPass() {
    PLAIN.finds(
        ORDER_INVERSION,
        2,
        two(
            (rank, a, b, buffer) -> {
              if (rank.rank() == 0) {
                first(a, buffer, a.defaultStream());
                second(b, buffer, b.defaultStream());
              } else {
                second(b, buffer, b.defaultStream());
                first(a, buffer, a.defaultStream());
              }
            }));
    PLAIN.accepts(
        2,
        two(
            (rank, a, b, buffer) -> {
              for (int i = 0; i < 3; i++) {
                first(a, buffer, a.defaultStream());
                second(b, buffer, b.defaultStream());
              }
            }));
  }

  @Test
  @Provokes(leaves = "an event that the other rank may still wait for")
  void SIM_19_hostOrderDiffers_butEventsAcrossDevicesMakeOneOrder() {
    Event[] done = new Event[1];
    PLAIN.accepts(
        2,
        two(
            (rank, a, b, buffer) -> {
              if (rank.rank() == 0) {
                second(b, buffer, b.defaultStream());
                done[0] = rank.device().newEvent();
                done[0].record(b.defaultStream());
                rank.processGroup().barrier(Duration.ofMinutes(1));
                first(a, buffer, a.defaultStream());
              } else {
                rank.processGroup().barrier(Duration.ofMinutes(1));
                a.defaultStream().waitFor(done[0]);
                first(a, buffer, a.defaultStream());
                second(b, buffer, b.defaultStream());
              }
            }));
  }

  @Test
  void SIM_20_cycleThroughEvents() {
    ReportedMisuse found =
        PLAIN.finds(
            MisuseKind.DEADLOCK,
            2,
            two(
                (rank, a, b, buffer) -> {
                  Communicator one = rank.rank() == 0 ? a : b;
                  Communicator other = rank.rank() == 0 ? b : a;
                  one.allReduce(buffer, ReduceOp.SUM);
                  try (Event event = rank.device().newEvent()) {
                    event.record(one.defaultStream());
                    other.defaultStream().waitFor(event);
                    other.allReduce(buffer, ReduceOp.SUM);
                  }
                }));
    assertThat(found.getMessage()).contains("through an event");
  }

  @Test
  void SIM_21_oneThread_twoRanks_noGroup() {
    PLAIN.finds(GROUP_REQUIRED, 1, 2, rank -> drive(rank, false));
    PLAIN.accepts(1, 2, rank -> drive(rank, true));
  }

  private static void drive(Rank rank, boolean grouped) {
    var backend = rank.backend();
    List<Communicator> all = backend.openAll(backend.devices(), CommunicatorConfig.defaults());
    List<DeviceBuffer> buffers = new ArrayList<>();
    for (Communicator each : all) {
      buffers.add(each.device().allocate(DataType.INT32, 1));
    }
    if (grouped) {
      backend.group(
          g -> {
            for (int i = 0; i < 2; i++) {
              g.on(all.get(i)).allReduce(buffers.get(i), ReduceOp.SUM);
            }
          });
    } else {
      for (int i = 0; i < 2; i++) {
        all.get(i).allReduce(buffers.get(i), ReduceOp.SUM);
      }
    }
    all.forEach(each -> each.defaultStream().synchronize());
    buffers.forEach(DeviceBuffer::close);
    all.forEach(Communicator::close);
  }

  @Test
  void SIM_21_oneThread_waitsForARankItDrivesItself() {
    PLAIN.finds(
        GROUP_REQUIRED,
        1,
        2,
        rank -> {
          var backend = rank.backend();
          List<Communicator> all =
              backend.openAll(backend.devices(), CommunicatorConfig.defaults());
          all.getFirst().allReduce(ints(rank, 1), ReduceOp.SUM);
          all.getFirst().defaultStream().synchronize();
        });
  }

  private static RankProgram captured(boolean everywhere) {
    return rank -> {
      try (DeviceBuffer b = ints(rank, 1)) {
        Stream stream = rank.communicator().defaultStream();
        if (rank.rank() == 0 || everywhere) {
          stream.beginCapture();
          rank.communicator().allReduce(b, ReduceOp.SUM);
          Graph graph = stream.endCapture();
          graph.launch(stream);
          stream.synchronize();
          graph.close();
        } else {
          rank.communicator().allReduce(b, ReduceOp.SUM);
        }
        end(rank);
      }
    };
  }

  @Test
  void SIM_50_capturedOnSomeRanksOnly() {
    PLAIN.finds(CAPTURE_MISMATCH, 2, captured(false));
    PLAIN.accepts(2, captured(true));
  }

  private static RankProgram graphs(boolean sameOrder) {
    return rank -> {
      try (DeviceBuffer b = ints(rank, 2)) {
        Stream stream = rank.communicator().defaultStream();
        List<Graph> graphs = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
          stream.beginCapture();
          rank.communicator().allReduce(b.slice(i, 1), ReduceOp.SUM);
          graphs.add(stream.endCapture());
        }
        boolean forward = sameOrder || rank.rank() == 0;
        graphs.get(forward ? 0 : 1).launch(stream);
        graphs.get(forward ? 1 : 0).launch(stream);
        graphs.get(0).launch(stream);
        end(rank);
        graphs.forEach(Graph::close);
      }
    };
  }

  @Test
  void SIM_50_graphsInAnotherOrder() {
    PLAIN.finds(ORDER_INVERSION, 2, graphs(false));
    PLAIN.accepts(2, graphs(true));
  }

  private static RankProgram barrierAfterTheFirst(boolean before) {
    return rank -> {
      try (DeviceBuffer b = ints(rank, 1)) {
        if (rank.rank() == 0 && !before) {
          rank.communicator().allReduce(b, ReduceOp.SUM);
        }
        rank.processGroup().barrier(Duration.ofMinutes(1));
        if (rank.rank() == 1 || before) {
          rank.communicator().allReduce(b, ReduceOp.SUM);
        }
        end(rank);
      }
    };
  }

  @Test
  void SIM_61_hostWaitsBetweenACallAndThePeersCall() {
    ReportedMisuse found = STRICT.finds(MisuseKind.HOST_WAIT, 2, barrierAfterTheFirst(false));
    assertThat(found.ranks()).containsExactly(0, 1);
    STRICT.accepts(2, barrierAfterTheFirst(true));
    PLAIN.accepts(2, barrierAfterTheFirst(false));
  }

  /**
   * One list names a rank that the other one counts on: the shrink without it is complete alone.
   */
  @Test
  void SIM_48_listsThatDiffer_areTheReportWhoeverComesFirst() {
    for (long seed = 0; seed < 10; seed++) {
      ReportedMisuse found =
          Lab.seeded(seed)
              .finds(
                  MisuseKind.MISMATCH,
                  3,
                  rank -> {
                    if (rank.rank() < 2) {
                      Set<Integer> without = rank.rank() == 0 ? Set.of(2) : Set.of(0, 2);
                      rank.communicator().shrink(without).close();
                    }
                  });
      assertThat(found)
          .hasMessageContainingAll("rank 0: shrinks without [2]", "rank 1: shrinks without [0, 2]");
    }
  }

  private static RankProgram messagesCross(boolean ofTwoCommunicators) {
    return rank -> {
      Communicator one = rank.communicator();
      try (Communicator other = one.split(0, rank.rank());
          DeviceBuffer out = ints(rank, 1);
          DeviceBuffer in = ints(rank, 1)) {
        Communicator first = ofTwoCommunicators && rank.rank() == 1 ? other : one;
        Communicator second = !ofTwoCommunicators || rank.rank() == 1 ? one : other;
        first.send(out, 1 - rank.rank(), one.defaultStream());
        second.recv(in, 1 - rank.rank(), one.defaultStream());
        one.defaultStream().synchronize();
      }
    };
  }

  @Test
  void SIM_12_theAdviceFitsTheCircle() {
    for (Lab lab : List.of(PLAIN, STRICT)) {
      assertThat(lab.finds(MisuseKind.DEADLOCK, 2, messagesCross(false)))
          .hasMessageContaining("put the sends and receives of an exchange into one group");
      assertThat(lab.finds(MisuseKind.DEADLOCK, 2, messagesCross(true)))
          .hasMessageContaining("issue the messages of different communicators in one order");
    }
  }
}
