package org.jccl.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;
import net.jqwik.api.lifecycle.AddLifecycleHook;

/**
 * A property of jqwik 1.9.3 that all ranks run. jqwik generates the number of ranks and the
 * schedule with all else, as a {@link Schedule}, and shrinks them together: what it shows in the
 * end has few ranks, small values, and a schedule close to first in, first out.
 *
 * <p>Other parameters are found by type, as in a {@link RankTest}. Beside it {@code @Property(tries
 * = …)} says how often it is tried.
 *
 * {@snippet :
 * @RankProperty(mostRanks = 4)
 * void everyCallGivesTheSum(
 *     @ForAll Schedule schedule, @ForAll @Size(max = 5) List<@IntRange(min = 1) Integer> counts,
 *     Communicator comm) {
 *   // …
 * }
 * }
 */
@Documented
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Property
@AddLifecycleHook(RankPropertyHook.class)
@Domain(DomainContext.Global.class)
@Domain(ScheduleDomain.class)
public @interface RankProperty {
  /** {@return the most ranks of a try; there are 1 and more} */
  int mostRanks() default 4;

  /** {@return what the worlds are like: of its options those that concern a simulated world} */
  RankTest world() default @RankTest;
}
