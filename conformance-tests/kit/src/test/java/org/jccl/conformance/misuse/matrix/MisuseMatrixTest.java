package org.jccl.conformance.misuse.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jccl.CheckLevel;
import org.junit.jupiter.api.Test;

/** A short part of the misuse matrix: order of arrival and two seeds, at the default checks. */
class MisuseMatrixTest {
  private static final int SEEDS = 2;
  private static final int LEAST = 6;

  private static Path open() {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve("docs"))) {
      root = root.getParent();
    }
    return root.resolve("docs/reports/misuse/matrix-open.txt");
  }

  @Test
  void everyKind_isFound_asItIs() throws Exception {
    List<String> told = new ArrayList<>();
    MisuseMatrix matrix = new MisuseMatrix(List.of(), SEEDS, 0, List.of(CheckLevel.DEFAULT));
    matrix.run(told::add);
    Set<String> more = new TreeSet<>(matrix.shortcomings());
    Set<String> known = Set.copyOf(Files.readAllLines(open()));
    more.removeIf(way -> known.contains(way) || known.contains(family(way) + ": missed"));
    List<String> words =
        told.stream().filter(text -> more.stream().anyMatch(way -> isAbout(text, way))).toList();
    assertThat(more).as("beside those in matrix-open.txt: %s", words).isEmpty();
  }

  private static boolean isAbout(String text, String shortcoming) {
    String way = shortcoming.substring(family(shortcoming).length());
    return text.startsWith(family(shortcoming) + " [") && text.contains(way + ": ");
  }

  private static String family(String shortcoming) {
    return shortcoming.substring(0, shortcoming.lastIndexOf(": "));
  }

  @Test
  void families_coverTheChapter_withEnoughPrograms() {
    List<String> rules = IntStream.rangeClosed(1, 62).mapToObj("SIM-%02d"::formatted).toList();
    assertThat(Families.all()).extracting(Family::rule).containsAll(rules);
    assertThat(Families.all())
        .allSatisfy(each -> assertThat(each.points()).hasSizeGreaterThanOrEqualTo(LEAST));
    List<Axes> all = Families.all().stream().flatMap(each -> each.points().stream()).toList();
    assertThat(all.stream().filter(axes -> axes.ranks() >= 3).count() * 3)
        .isGreaterThanOrEqualTo(all.size());
  }
}
