package org.jccl.conformance.misuse.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jccl.CheckLevel;
import org.junit.jupiter.api.Test;

/** A short part of the misuse matrix: order of arrival and two seeds. */
class MisuseMatrixTest {
  private static final int SEEDS = 2;
  private static final int LEAST = 6;

  @Test
  void everyKind_isFound_asItIs() throws Exception {
    assertNothingFallsShort(List.of(), CheckLevel.DEFAULT);
  }

  @Test
  void whatOnlyFullChecksFind_isFound_asItIs() throws Exception {
    assertNothingFallsShort(List.of("SIM-63"), CheckLevel.FULL);
  }

  private static void assertNothingFallsShort(List<String> only, CheckLevel level)
      throws InterruptedException {
    List<String> told = new ArrayList<>();
    MisuseMatrix matrix = new MisuseMatrix(only, SEEDS, 0, List.of(level));
    matrix.run(told::add, (next, done, total) -> {});
    assertThat(matrix.shortcomings()).as("%s", String.join("\n", told)).isEmpty();
  }

  @Test
  void families_coverTheChapter_withEnoughPrograms() {
    List<String> rules = IntStream.rangeClosed(1, 63).mapToObj("SIM-%02d"::formatted).toList();
    assertThat(Families.all()).extracting(Family::rule).containsAll(rules);
    assertThat(Families.all())
        .allSatisfy(each -> assertThat(each.points()).hasSizeGreaterThanOrEqualTo(LEAST));
    List<Axes> all = Families.all().stream().flatMap(each -> each.points().stream()).toList();
    assertThat(all.stream().filter(axes -> axes.ranks() >= 3).count() * 3)
        .isGreaterThanOrEqualTo(all.size());
  }
}
