package org.jccl.test;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.domains.DomainContextBase;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;
import org.jccl.sim.explore.ChoiceStream;
import org.junit.platform.commons.support.AnnotationSupport;

/** The schedules of a {@link RankProperty}, for jqwik. */
public final class ScheduleDomain extends DomainContextBase {
  /** Behind so many decisions it goes first in, first out. */
  private static final int MOST_CHOICES = 100;

  private int mostRanks = 1;

  /** Made by jqwik. */
  public ScheduleDomain() {}

  @Override
  public void initialize(PropertyLifecycleContext context) {
    AnnotationSupport.findAnnotation(context.targetMethod(), RankProperty.class)
        .ifPresent(property -> mostRanks = property.mostRanks());
  }

  /** {@return all schedules; they shrink towards one rank that runs first in, first out} */
  @Provide
  public Arbitrary<Schedule> schedules() {
    Arbitrary<Integer> ranks = Arbitraries.integers().between(1, mostRanks);
    Arbitrary<Integer> choice =
        Arbitraries.frequency(Tuple.of(4, 0), Tuple.of(3, 1), Tuple.of(2, 2), Tuple.of(1, 3));
    Arbitrary<ChoiceStream> choices =
        choice
            .list()
            .ofMaxSize(MOST_CHOICES)
            .map(all -> ChoiceStream.of(all.stream().mapToInt(Integer::intValue).toArray()));
    return Combinators.combine(ranks, choices).as(Schedule::of);
  }
}
