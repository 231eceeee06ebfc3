package org.jccl.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jccl.BackendUnavailableException;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.MisuseKind;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.Ranks;
import org.jccl.RanksFailedException;
import org.jccl.ReduceOp;
import org.jccl.config.ConfigField;
import org.jccl.config.Tuning;
import org.jccl.config.TuningChoice;
import org.junit.jupiter.api.Test;

/** Tuned communicators on the simulator. */
class TunedTest {
  private static final TuningChoice WINDOWS = new TuningChoice(16, true, "a test", List.of());

  private static void run(int ranks, CommunicatorConfig config, RankProgram program) {
    Simulator simulator = Simulator.builder().devices(ranks).build();
    try (simulator) {
      Ranks.run(simulator.backend(), ranks, config, List.of(), program);
      assertThat(simulator.findings()).isEmpty();
    }
    assertThat(simulator.leaks()).isEmpty();
  }

  private static CommunicatorConfig tuned(Tuning tuning) {
    return CommunicatorConfig.builder().tuning(tuning).build();
  }

  private static Communicator open(Rank rank, CommunicatorConfig config) {
    return Communicator.open(rank.processGroup(), rank.device(), config);
  }

  @Test
  void auto_takesWhatIsKnown_onTwoRanksAlone() {
    run(
        2,
        tuned(Tuning.AUTO),
        rank -> assertThat(rank.communicator().tuning().ctas()).isPositive());
    run(
        3,
        tuned(Tuning.AUTO),
        rank -> {
          assertThat(rank.communicator().tuning().isNone()).isTrue();
          assertThat(rank.communicator().tuning().why()).contains("nobody has measured 3 ranks");
        });
  }

  @Test
  void memoryOfATunedCommunicator_outlivesIt_andGoesInAnyOrder() {
    run(
        3,
        tuned(Tuning.of(WINDOWS)),
        rank -> {
          Communicator comm = rank.communicator();
          Communicator own = open(rank, tuned(Tuning.of(WINDOWS)));
          DeviceBuffer first = own.allocate(DataType.FLOAT32, 10);
          DeviceBuffer second = own.allocate(DataType.FLOAT32, 10);
          first.copyFrom(new float[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
          own.allReduce(first, second, ReduceOp.SUM);
          if (rank.rank() == 1) {
            own.defaultStream().synchronize();
            first.close(); // before the others, and before the communicator
          }
          own.close(); // waits for what is issued
          float[] sum = new float[10];
          second.copyTo(sum);
          assertThat(sum).containsOnly(3);
          rank.processGroup().barrier(Duration.ofSeconds(9));
          first.close();
          second.close();
          comm.barrier();
          comm.defaultStream().synchronize();
        });
  }

  @Test
  void aChild_hasTheChoiceOfItsParent() {
    run(
        4,
        tuned(Tuning.of(WINDOWS)),
        rank -> {
          try (Communicator half = rank.communicator().split(rank.rank() % 2, 0);
              Communicator off = half.split(0, half.rank(), tuned(Tuning.OFF))) {
            assertThat(half.tuning()).isEqualTo(WINDOWS);
            assertThat(off.tuning().isNone()).isTrue();
            try (DeviceBuffer own = half.allocate(DataType.INT32, 5)) {
              own.copyFrom(1, 1, 1, 1, 1);
              half.allReduce(own, ReduceOp.SUM);
              half.defaultStream().synchronize();
            }
          }
        });
  }

  @Test
  void whatTheUserSets_wins() {
    CommunicatorConfig config =
        CommunicatorConfig.builder()
            .tuning(Tuning.of(WINDOWS))
            .set(ConfigField.MAX_CTAS, 2)
            .build();
    run(2, config, rank -> rank.communicator().barrier());
  }

  @Test
  void ranksThatDiffer_areToldBeforeAnythingIsOpened() {
    assertThatThrownBy(
            () ->
                run(
                    2,
                    CommunicatorConfig.defaults(),
                    rank -> open(rank, tuned(rank.rank() == 0 ? Tuning.OFF : Tuning.AUTO)).close()))
        .isInstanceOf(RanksFailedException.class)
        .hasMessageContaining(BackendUnavailableException.class.getSimpleName())
        .hasMessageContaining("tuning is not the same on all ranks");
  }

  @Test
  void aFileThatIsMissing_isToldOnAllRanks() {
    run(
        2,
        CommunicatorConfig.defaults(),
        rank ->
            assertThatThrownBy(() -> open(rank, tuned(Tuning.file(Path.of("/no/such/tuning")))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("./jccl tune"));
  }

  @Provokes(reports = MisuseKind.DEADLOCK)
  @Test
  void ranksThatAskForDifferentMemory_areReported() {
    assertThatThrownBy(
            () ->
                run(
                    2,
                    tuned(Tuning.of(WINDOWS)),
                    rank -> {
                      Communicator comm = rank.communicator();
                      if (rank.rank() == 0) {
                        comm.allocate(DataType.INT32, 5).close();
                      }
                      comm.barrier();
                      comm.defaultStream().synchronize();
                    }))
        .isInstanceOf(RanksFailedException.class);
  }

  /** On GPUs one rank's kernel would wait for another one's, which never comes (KRN-02). */
  @Provokes(reports = MisuseKind.MISMATCH)
  @Test
  void groupsOfTwoShapes_withOwnKernels_areAnError_andNameBothWays() {
    try (Simulator simulator = Simulator.builder().devices(3).build()) {
      assertThatThrownBy(
              () ->
                  Ranks.run(
                      simulator.backend(),
                      3,
                      tuned(Tuning.OFF.kernels()),
                      List.of(),
                      rank -> sums(rank, rank.rank() == 1)))
          .isInstanceOf(RanksFailedException.class)
          .hasMessageContaining("own kernel")
          .hasMessageContaining(
              "rank 1 issues it as number 1 of a group of 2 (NCCL carries it out)")
          .hasMessageContaining("issues it alone (an own kernel carries it out)")
          .hasMessageContaining("TunedTest.java");
      assertThat(simulator.findings()).hasSize(1);
      assertThat(simulator.findings().getFirst().kind()).isEqualTo(MisuseKind.MISMATCH);
    }
  }

  @Test
  void groupsOfOneShape_withOwnKernels_areNoError() {
    run(3, tuned(Tuning.OFF.kernels()), rank -> sums(rank, true));
    run(3, tuned(Tuning.OFF.kernels()), rank -> sums(rank, false));
  }

  private static void sums(Rank rank, boolean isGrouped) {
    Communicator comm = rank.communicator();
    try (DeviceBuffer one = rank.device().allocate(DataType.FLOAT32, 4);
        DeviceBuffer two = rank.device().allocate(DataType.FLOAT32, 4)) {
      one.copyFrom(new float[4]);
      two.copyFrom(new float[4]);
      if (isGrouped) {
        comm.group(
            group -> {
              group.allReduce(one, ReduceOp.SUM);
              group.allReduce(two, ReduceOp.SUM);
            });
      } else {
        comm.allReduce(one, ReduceOp.SUM);
        comm.allReduce(two, ReduceOp.SUM);
      }
      comm.defaultStream().synchronize();
    }
  }
}
