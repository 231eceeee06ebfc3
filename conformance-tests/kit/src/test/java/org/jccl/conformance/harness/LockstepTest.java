package org.jccl.conformance.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jccl.ProcessGroup;
import org.jccl.process.ProcessGroups;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

class LockstepTest {
  private static final int PROCESSES = 4;

  /** What came of each process's part: null if it returned. */
  private static List<@Nullable Throwable> each(Consumer<Lockstep> part) throws Exception {
    List<ProcessGroup> groups = ProcessGroups.inJvm(PROCESSES);
    try (ExecutorService threads = Executors.newFixedThreadPool(PROCESSES)) {
      List<Future<@Nullable Throwable>> ends = new ArrayList<>();
      for (ProcessGroup group : groups) {
        ends.add(threads.submit(() -> catchThrowable(() -> part.accept(new Lockstep(group, 1)))));
      }
      List<@Nullable Throwable> all = new ArrayList<>();
      for (Future<@Nullable Throwable> end : ends) {
        all.add(end.get(1, TimeUnit.MINUTES));
      }
      return all;
    }
  }

  @Test
  void whoIsAtTheSamePlaceGoesOn() throws Exception {
    assertThat(each(lockstep -> lockstep.meet("COL-01, 4 ranks", null))).containsOnlyNulls();
  }

  @Test
  void whatOneProcessCannotShowIsNotShownByThoseWithoutARankEither() throws Exception {
    List<@Nullable Throwable> ends =
        each(
            lockstep -> {
              boolean takesPart = lockstep.isIn(2);
              TestAbortedException no = new TestAbortedException("not run:\nno kernels here");
              catchAndCheck(lockstep, takesPart ? no : null);
            });
    assertThat(ends)
        .allSatisfy(
            end ->
                assertThat(end)
                    .isInstanceOf(TestAbortedException.class)
                    .hasMessage("not run:\nno kernels here"));
  }

  /** Whoever is told so is out of step with a test that others may have left earlier. */
  private static void catchAndCheck(Lockstep lockstep, @Nullable TestAbortedException notShown) {
    try {
      lockstep.meet("KRN-03, 2 ranks", notShown);
    } finally {
      assertThat(lockstep.isBroken()).isTrue();
    }
  }

  @Test
  void whoIsElsewhereIsNamedWithBothPlaces() throws Exception {
    List<@Nullable Throwable> ends =
        each(lockstep -> lockstep.meet(lockstep.rank() == 3 ? "COL-02" : "COL-01", null));
    assertThat(ends)
        .allSatisfy(
            end ->
                assertThat(end)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContainingAll("1 COL-01", "1 COL-02"));
  }
}
