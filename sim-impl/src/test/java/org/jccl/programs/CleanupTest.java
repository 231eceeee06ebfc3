package org.jccl.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.jccl.MisuseKind.BUFFER_REUSE;
import static org.jccl.MisuseKind.MISMATCH;

import org.jccl.CheckLevel;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Graph;
import org.jccl.MisuseKind;
import org.jccl.RankProgram;
import org.jccl.Ranks;
import org.jccl.RanksFailedException;
import org.jccl.ReduceOp;
import org.jccl.ReportedMisuse;
import org.jccl.Stream;
import org.jccl.Window;
import org.jccl.WindowFlag;
import org.jccl.sim.Provokes;
import org.jccl.sim.Simulator;
import org.jccl.sim.explore.Exploration;
import org.jccl.sim.explore.Explorer;
import org.jccl.sim.explore.Strategy;
import org.junit.jupiter.api.Test;

/**
 * Programs that clean up in a {@code finally} after a report: an exception of the cleanup would
 * take its place, so there is none.
 */
class CleanupTest {
  private static void isTheFailure(MisuseKind kind, RankProgram program) {
    for (long seed = 0; seed < 4; seed++) {
      Simulator.Builder builder = Simulator.builder().devices(3).warnings(line -> {});
      try (Simulator simulator = (seed == 0 ? builder : builder.seed(seed)).build()) {
        RanksFailedException failed =
            catchThrowableOfType(
                RanksFailedException.class, () -> Ranks.run(simulator.backend(), 3, program));
        assertThat(failed.failures().getFirst().cause())
            .isInstanceOfSatisfying(
                ReportedMisuse.class, found -> assertThat(found.kind()).isEqualTo(kind));
        assertThat(simulator.findings()).hasSize(1);
        assertThat(simulator.leaks()).isEmpty();
      }
    }
  }

  private static void disagree(Communicator comm, DeviceBuffer data, Stream stream) {
    comm.allReduce(comm.rank() == 1 ? data.slice(0, 4) : data, ReduceOp.SUM, stream);
    stream.synchronize();
  }

  private static final RankProgram FREES_IN_FINALLY =
      rank -> {
        DeviceBuffer data = Lab.ints(rank, 8);
        try {
          disagree(rank.communicator(), data, rank.communicator().defaultStream());
        } finally {
          data.close();
        }
      };

  @Provokes(reports = MisuseKind.MISMATCH)
  @Test
  void aBufferInUse() {
    isTheFailure(MISMATCH, FREES_IN_FINALLY);
  }

  @Provokes(reports = MisuseKind.BUFFER_REUSE)
  @Test
  void aBufferThatIsInARace() {
    isTheFailure(
        BUFFER_REUSE,
        rank -> {
          Stream stream = rank.device().newStream();
          DeviceBuffer data = Lab.ints(rank, 8);
          try {
            rank.communicator().allReduce(data, ReduceOp.SUM, stream);
            data.copyTo(new int[8]);
          } finally {
            data.close();
            stream.close();
          }
        });
  }

  @Provokes(reports = MisuseKind.MISMATCH)
  @Test
  void aWindowAndACommunicatorBeforeItsGraph() {
    isTheFailure(
        MISMATCH,
        rank -> {
          Communicator world = rank.communicator();
          Communicator child = world.split(0, rank.rank());
          DeviceBuffer data = rank.device().allocateRegistrable(DataType.INT32, 1024);
          Window window = child.registerWindow(data, WindowFlag.COLLECTIVE_SYMMETRIC);
          Stream stream = rank.device().newStream();
          stream.beginCapture();
          child.allReduce(data, ReduceOp.SUM, stream);
          Graph graph = stream.endCapture();
          try {
            disagree(world, data, stream);
          } finally {
            data.close();
            window.close();
            child.close();
            graph.close();
            stream.close();
          }
        });
  }

  @Provokes(reports = MisuseKind.MISMATCH)
  @Test
  void aSearchGoesOnBehindIt() {
    Exploration all =
        Explorer.of(FREES_IN_FINALLY)
            .ranks(3)
            .strategy(Strategy.pct(3))
            .schedules(12)
            .stopsAtFailure(false)
            .world(() -> Simulator.builder().devices(3).checks(CheckLevel.DEFAULT))
            .explore();
    assertThat(all.outcomes()).containsOnlyKeys("[MISMATCH]");
  }
}
