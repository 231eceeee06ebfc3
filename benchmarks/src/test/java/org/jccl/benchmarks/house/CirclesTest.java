package org.jccl.benchmarks.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CirclesTest {
  @Test
  void aChain_hasNone() {
    assertThat(Circles.of(Map.of("a", Set.of("b", "c"), "b", Set.of("c"), "c", Set.of())))
        .isEmpty();
  }

  @Test
  void twoCirclesThatAnArrowJoins_areTwo() {
    Map<String, Set<String>> graph =
        Map.of(
            "a", Set.of("b"),
            "b", Set.of("c"),
            "c", Set.of("a", "d"),
            "d", Set.of("e"),
            "e", Set.of("d", "f"),
            "f", Set.of());

    assertThat(Circles.of(graph))
        .containsExactlyInAnyOrder(Set.of("a", "b", "c"), Set.of("d", "e"));
  }
}
