package org.jccl.sim.explore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.jccl.CheckLevel;
import org.jccl.sim.Provokes;
import org.jccl.sim.Simulator;
import org.junit.jupiter.api.Test;

/**
 * Exhaustive search with reduction and without it come to the same outcomes, over generated
 * programs. {@code -Djccl.explore.programs=1000} compares so many.
 */
@Provokes(judgedBy = "the comparison of the outcomes of two searches")
class ReductionTest {
  private static final int PROGRAMS = Integer.getInteger("jccl.explore.programs", 12);
  private static final long FIRST = Long.getLong("jccl.explore.first", 1);
  private static final boolean TELLS = Boolean.getBoolean("jccl.explore.tells");

  private static final int PROBES = 3;

  /** Programs with more schedules than that are left out, and not counted. */
  private static final int MOST = Integer.getInteger("jccl.explore.most", 300);

  @Test
  void reduction_losesNoOutcome_andInventsNone() {
    int compared = 0;
    long all = 0;
    long reduced = 0;
    long differing = 0;
    int failing = 0;
    int several = 0;
    int large = 0;
    for (long seed = FIRST; compared < PROGRAMS; seed++) {
      GeneratedProgram program = GeneratedProgram.of(seed);
      if (isLarge(seed, program)) {
        large++;
        continue;
      }
      Exploration every = explored(seed, program, Strategy.bruteForce());
      if (!every.complete()) {
        large++;
        continue;
      }
      Exploration some = explored(seed, program, Strategy.exhaustive());
      if (TELLS) {
        System.out.printf(
            "seed %d: %d schedules, %d that differ in %d runs, outcomes %d%n",
            seed, every.runs(), some.schedules(), some.runs(), every.outcomes().size());
      }

      assertThat(some.complete()).describedAs("seed %d %s", seed, program).isTrue();
      assertThat(some.outcomes().keySet())
          .describedAs("seed %d %s", seed, program)
          .isEqualTo(every.outcomes().keySet());
      compared++;
      all += every.runs();
      reduced += some.runs();
      differing += some.schedules();
      failing += every.isPassed() ? 0 : 1;
      several += every.outcomes().size() > 1 ? 1 : 0;
    }
    System.out.printf(
        "%,d programs (%d with failures, %d with several outcomes; %d were too large):"
            + " %,d schedules by brute force, %,d that differ in %,d runs%n",
        compared, failing, several, large, all, differing, reduced);
  }

  /**
   * Every fourth program runs in strict mode, every fifth on devices that hold one kernel, every
   * seventh on devices that hold two, and in every third small sends end early.
   */
  private static Explorer explorer(long seed, GeneratedProgram program) {
    return Explorer.ofWorlds(program::run)
        .ranks(program.ranks())
        .varies(Set.of())
        .world(
            () ->
                Simulator.builder()
                    .checks(CheckLevel.FULL)
                    .strict(seed % 4 == 0)
                    .eagerSends(seed % 3 == 0)
                    .residentKernels(seed % 5 == 0 ? 1 : seed % 7 == 0 ? 2 : 0))
        .sharesState(program.sharesState())
        .stopsAtFailure(false)
        .shrinks(false);
  }

  private static Exploration explored(long seed, GeneratedProgram program, Strategy strategy) {
    return explorer(seed, program).strategy(strategy).schedules(MOST).explore();
  }

  /**
   * Whether a program seems to have far too many schedules to run them all: the alternatives along
   * a random schedule, multiplied, are on average as many as there are schedules.
   */
  private static boolean isLarge(long seed, GeneratedProgram program) {
    double all = 0;
    for (int number = 1; number <= PROBES; number++) {
      Course course =
          new Course(Guides.random(seed, number), program.ranks(), program.sharesState());
      explorer(seed, program).run(course);
      all += course.options().stream().mapToDouble(Integer::doubleValue).reduce(1, (a, b) -> a * b);
    }
    return all / PROBES > 2.0 * MOST;
  }
}
