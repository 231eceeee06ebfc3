package org.jccl.conformance.rules;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a test needs that the fields of its rule do not say: the environment that the rule is about,
 * and the exceptions. What is given takes the place of the rule's field. On a suite it is about all
 * its tests that do not say otherwise.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
@Inherited
public @interface Needs {
  /**
   * The first version that this test is about: {@code 2.29.2}. Where the rule is no longer true of
   * that, the test shows what came after it.
   */
  String since() default "";

  /** The first version that this test is no longer about. */
  String until() default "";

  /** Whether it needs a process of its own, in which nothing else runs. */
  boolean process() default false;

  /**
   * Whether all its ranks must be in one JVM: one thread drives several of them, or they share what
   * they note. Where each rank is a process, it is not run.
   */
  boolean oneJvm() default false;

  /**
   * Whether each rank must have a GPU of its own: it is about which device counts, or it waits for
   * all work of a device. Where ranks share GPUs (rule ENV-12), it is not run.
   */
  boolean ownGpus() default false;

  /** How many ranks it takes. */
  int ranks() default -1;

  /**
   * On how many ranks it runs at most, as far as the subject has them; 0 for as many as it takes.
   */
  int upTo() default 0;

  /**
   * NCCL's variables, each {@code NAME=value}, with blanks between: the subject, or its process, is
   * given them.
   */
  String environment() default "";

  /**
   * Whether the test makes the misuse itself, not its legal half: where the rule's safety forbids
   * that, only subjects that report misuse are asked.
   */
  boolean misuse() default false;
}
