package org.jccl.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jccl.MisuseKind.BUFFER_FREED;

import java.time.Duration;
import java.util.List;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.ReportedMisuse;
import org.jccl.SignalWait;
import org.jccl.Stream;
import org.jccl.Window;
import org.jccl.WindowFlag;
import org.junit.jupiter.api.Test;

/** Windows that end, and puts that come to them: SIM-55, RMA-05. */
class WindowEndsTest {
  private static final int RANKS = 3;
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** How a rank knows that the puts to it have arrived. */
  private enum Knows {
    BY_SIGNAL,
    BY_MEETING_THE_WRITER,
    NOT
  }

  private static Lab lab(long seed) {
    return Lab.with(b -> (seed == 0 ? b : b.seed(seed)).ncclVersion(22902));
  }

  private static DeviceBuffer registrable(Rank rank) {
    DeviceBuffer data = rank.device().allocateRegistrable(DataType.FLOAT32, 1024);
    data.copyFrom(new float[1024]);
    return data;
  }

  /** Everybody puts to the next one, and then ends the window. */
  private static RankProgram ring(Knows how) {
    return rank -> {
      var comm = rank.communicator();
      int next = (rank.rank() + 1) % RANKS;
      try (DeviceBuffer data = registrable(rank)) {
        Window window = comm.registerWindow(data, WindowFlag.COLLECTIVE_SYMMETRIC);
        Stream stream = comm.defaultStream();
        comm.putSignal(data.slice(0, 12), next, window, 2048, stream);
        if (how == Knows.BY_SIGNAL) {
          comm.waitSignal(List.of(new SignalWait((next + 1) % RANKS, 1)), stream);
        }
        stream.synchronize();
        if (how == Knows.BY_MEETING_THE_WRITER) {
          rank.processGroup().barrier(MINUTE);
        }
        window.close();
      }
    };
  }

  @Test
  void SIM_55_aWindowEndsBehindItsPuts() {
    for (long seed = 0; seed < 6; seed++) {
      lab(seed).accepts(RANKS, ring(Knows.BY_SIGNAL));
      lab(seed).accepts(RANKS, ring(Knows.BY_MEETING_THE_WRITER));
      List<ReportedMisuse> found = lab(seed).findings(RANKS, ring(Knows.NOT));
      assertThat(found).singleElement().extracting(ReportedMisuse::kind).isEqualTo(BUFFER_FREED);
    }
  }

  /** Rank 0 puts to rank 1, which has ended its window before. */
  private static RankProgram late(boolean isLate) {
    return rank -> {
      var comm = rank.communicator();
      try (DeviceBuffer data = registrable(rank)) {
        Window window = comm.registerWindow(data, WindowFlag.COLLECTIVE_SYMMETRIC);
        Stream stream = comm.defaultStream();
        comm.signal(rank.rank(), stream);
        comm.waitSignal(List.of(new SignalWait(rank.rank(), 1)), stream);
        stream.synchronize();
        if (!isLate) {
          putsToRank1(rank, window, data);
          rank.processGroup().barrier(MINUTE);
        }
        if (rank.rank() == 1) {
          window.close();
        }
        rank.processGroup().barrier(MINUTE);
        if (isLate) {
          putsToRank1(rank, window, data);
        }
        rank.processGroup().barrier(MINUTE);
        if (rank.rank() != 1) {
          window.close();
        }
      }
    };
  }

  private static void putsToRank1(Rank rank, Window window, DeviceBuffer data) {
    if (rank.rank() == 0) {
      Stream stream = rank.communicator().defaultStream();
      rank.communicator().putSignal(data.slice(0, 12), 1, window, 2048, stream);
      stream.synchronize();
    }
  }

  @Test
  void SIM_55_aPutComesToAWindowThatItsTargetHasEnded() {
    lab(0).accepts(RANKS, late(false));
    ReportedMisuse found = lab(0).finds(BUFFER_FREED, RANKS, late(true));
    assertThat(found.ranks()).containsExactly(0, 1);
    assertThat(found.getMessage())
        .contains("comes to a window that rank 1 has ended", "putsToRank1", "deregistration");
  }
}
