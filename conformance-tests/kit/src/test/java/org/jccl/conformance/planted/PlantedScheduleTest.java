package org.jccl.conformance.planted;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.jccl.sim.explore.Exploration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The exhaustive search finds each planted bug, and says with which report. */
class PlantedScheduleTest {
  /** The deeper ones are in the table that {@code ./jccl planted} makes. */
  static Stream<PlantedBug> bugs() {
    return PlantedBugs.all().stream().filter(bug -> bug.depth() <= 1);
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void isFound(PlantedBug bug) {
    Exploration found = bug.explorer().schedules(300).explore();

    assertThat(found.failures()).describedAs(found.summary()).isNotEmpty();
  }
}
