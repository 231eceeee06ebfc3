package org.jccl.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.jccl.CheckLevel;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that all ranks run, each with its own device and communicator.
 *
 * <p>The method runs once for each rank in each schedule. By default the ranks are simulated: no
 * GPU, no flag, no agent is needed. A test has one node for each number of ranks; a node runs first
 * in, first out and then {@link #seeds()} random schedules, each of them with and without strict
 * mode. Of many seeds each 50 are a node. It ends with the first schedule that fails. A finding,
 * also a warning, and whatever is left open fails it, unless {@link Allow} permits it.
 *
 * <p>Parameters are found by type. For each rank: {@link org.jccl.Rank}, {@link
 * org.jccl.Communicator}, {@link org.jccl.Device}, {@link org.jccl.Stream} (the communicator's
 * own), {@link org.jccl.ProcessGroup}. For each schedule: {@link World}, {@link
 * org.jccl.sim.Simulator}, {@link org.jccl.Backend}, and a {@code long} with {@link Seed}. A method
 * with none of the first kind runs once a schedule, on the test's own thread: it starts ranks or
 * threads itself. Other parameters are resolved as in any JUnit test.
 *
 * <p>The test instance is shared by all ranks of a node. Fields that ranks write are shared data.
 *
 * {@snippet :
 * @RankTest(ranks = {2, 3, 8}, seeds = 20)
 * void gradientsAgree(Rank rank, Communicator comm) {
 *   // …
 * }
 * }
 */
@Documented
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(RankTestExtension.class)
public @interface RankTest {
  /** {@return the numbers of ranks, a node for each} */
  int[] ranks() default {2};

  /** {@return how many random schedules run after first in, first out: seeds 1 to this} */
  int seeds() default 10;

  /**
   * {@return strategies of the search that decide the schedules instead of seeds, a node for each:
   * {@code "exhaustive"}, {@code "delays(2)"}, {@code "pct(3)"}, {@code "pos"}, …} See {@link
   * org.jccl.sim.explore.Strategy}. One that draws lots runs as many schedules as there are {@link
   * #seeds()}. What was covered is an entry in JUnit's report.
   */
  String[] schedules() default {};

  /** {@return how many schedules a strategy runs at most that would end by itself} */
  int mostSchedules() default 10_000;

  /** {@return the modes that each schedule runs in; see {@link Strictness}} */
  Strictness strict() default Strictness.BOTH;

  /** {@return how much the simulator checks} */
  CheckLevel checks() default CheckLevel.FULL;

  /** {@return what the ranks run on} */
  TestBackend backend() default TestBackend.SIM;

  /** {@return the number of simulated devices; 0: as many as ranks} */
  int devices() default 0;

  /** {@return the machine that is imitated, as {@code "a100-nvswitch"}; if it is empty, an H200} */
  String profile() default "";

  /** {@return the version of NCCL that is imitated, as 22809 for 2.28.9; 0: the default} */
  int ncclVersion() default 0;

  /** {@return NCCL's variables for the simulated world, each as {@code NAME=value}} */
  String[] environment() default {};

  /**
   * {@return how long one schedule may take, by the clock} One in which nothing goes on is found
   * out without a clock; this one ends those that go on for ever.
   */
  int timeoutSeconds() default 120;

  /**
   * {@return the one schedule to run, as a failure tells it: {@code "ranks=3 seed=7 strict"}} If it
   * is empty all run. The system property {@value RankTestExtension#REPLAY} does the same for all
   * tests.
   */
  String replay() default "";
}
