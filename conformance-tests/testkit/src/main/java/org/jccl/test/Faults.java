package org.jccl.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.jccl.sim.faults.FaultKind;

/**
 * What breaks in the simulated worlds of a {@link RankTest} or {@link RankProperty}. On a class it
 * holds for all its tests that have none of their own.
 *
 * <p>Each plan is a node for itself, for each number of ranks. A rank that a fault ends is no
 * failure by itself: the test passes if the others go on without it. It fails with what they throw,
 * if they would wait for ever, if they go on with data that an operation should have written and
 * has not, and if a fault does not strike. The failure names the first cause and its line.
 *
 * {@snippet :
 * @RankTest(ranks = 3)
 * @Faults({"rank 1 at call 3: exit", "rank 1 at all_reduce 2: lost connection"})
 * void trainingGoesOn(Rank rank) {
 *   // …
 * }
 * }
 */
@Documented
@Inherited
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
public @interface Faults {
  /**
   * {@return plans, each as {@link org.jccl.sim.faults.FaultPlan#parse} reads it} The system
   * property {@value RankTestExtension#FAULTS} has one plan that takes the place of these, for all
   * tests.
   */
  String[] value() default {};

  /**
   * {@return kinds of faults that strike at every call of every rank, one fault a run, in all
   * schedules of the test} That is a node for each kind and number of ranks, beside those without
   * faults or with those of {@link #value}. Calls are those that the test makes, first in, first
   * out. A fault that needs a time takes 10 ms of virtual time.
   */
  FaultKind[] everyCall() default {};
}
