package org.jccl.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jccl.spi.RankProgress.Stage;
import org.junit.jupiter.api.Test;

/** Who has closed a communicator too early: ranks of one process, and no clock. */
class JobProgressTest {
  private static final String NAME = "JobProgressTest";

  /** Kept alive here. */
  private final List<Object> kept = new ArrayList<>();

  private long now;

  private JobProgress rank(int rank, long collectives) {
    Supplier<RankProgress> says =
        () -> new RankProgress(rank, Stage.CLOSED, 9, collectives, "all_reduce", "");
    JobProgress job = new JobProgress(says);
    kept.add(job);
    kept.add(says);
    job.join(NAME);
    return job;
  }

  private List<Integer> early(JobProgress self, long collectives) {
    now += 10_000_000_000L; // what was heard before is old
    return self.closedBefore(0, collectives, 4, now).map(RankProgress::rank).stream().toList();
  }

  @Test
  void rankThatHasIssuedAll_isNotEarly_andOneWithFewerIs() {
    JobProgress waits = rank(0, 3);
    JobProgress other = rank(1, 3);
    other.close();

    assertThat(early(waits, 2)).isEmpty();
    assertThat(early(waits, 3)).as("both have issued all").isEmpty();
    assertThat(early(waits, 4)).containsExactly(1);
    waits.close();
  }

  @Test
  void unknownNumbers_accuseNobody() {
    JobProgress waits = rank(0, 3);
    JobProgress other = rank(1, RankProgress.UNKNOWN);
    other.close();

    assertThat(early(waits, 4)).isEmpty();
    waits.close();
  }

  @Test
  void laterWordOfTheSameRank_counts() {
    JobProgress waits = rank(0, 3);
    rank(2, 1).close();
    JobProgress again = rank(2, 4);

    assertThat(early(waits, 4)).as("it has opened it again, and issued all").isEmpty();
    again.close();
    assertThat(early(waits, 4)).isEmpty();
    assertThat(early(waits, 5)).containsExactly(2);
    waits.close();
  }
}
