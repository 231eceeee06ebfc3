package org.jccl.conformance.misuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jccl.MisuseKind;
import org.jccl.ReportedMisuse;
import org.jccl.conformance.book.RuleBook;
import org.jccl.conformance.rules.RowSuite;
import org.jccl.ops.NcclFunction;

/**
 * Chapter 11: what the simulator must report, row by row, and that the smallest legal neighbour of
 * each row runs clean. The programs are those that the survey runs on NCCL.
 */
public final class MisuseRules extends RowSuite {
  private static final RuleBook BOOK = RuleBook.load();

  /** About the current subject. */
  public MisuseRules() {}

  @Override
  public List<Row> rows() {
    return MisuseCases.all().stream().map(row -> new Row(row.id(), row.alsoShows())).toList();
  }

  /** The misuse is told as expected, the neighbour runs clean; in simulations of their own. */
  @Override
  protected void show(String id) {
    need(
        subject().reporting().isPresent()
            ? Optional.empty()
            : Optional.of("reports are the simulator's: ./jccl misuse surveys the others"));
    MisuseProcess.Opening opening =
        (misuse, sightings) ->
            subject().reporting().orElseThrow().apply(MisuseSubject.reporting(misuse, sightings));
    MisuseCase row = MisuseCases.byId(id);
    int version = subject().capabilities().version();
    boolean fits = subject().imitating(row.since()).isPresent() || BOOK.rule(id).holdsIn(version);
    need(fits ? Optional.empty() : Optional.of("not run: not about " + NcclFunction.text(version)));
    Sightings seen = new Sightings(line -> {});
    MisuseVerdict verdict = MisuseProcess.verdict(opening, true, row, MisuseCase.Part.MISUSE, seen);
    told(row, seen, verdict);
    assertThat(seen.warnings()).as("%s: each report is told once", id).doesNotHaveDuplicates();
    Sightings clean = new Sightings(line -> {});
    MisuseVerdict legal =
        MisuseProcess.verdict(opening, true, row, MisuseCase.Part.NEIGHBOUR, clean);
    assertThat(legal.outcome())
        .as("%s, the legal neighbour: %s", id, legal.detail())
        .isIn("right data", "success");
    assertThat(clean.warnings()).as("%s, the legal neighbour: warnings and leaks", id).isEmpty();
  }

  private static void told(MisuseCase row, Sightings seen, MisuseVerdict verdict) {
    MisuseCase.Expected expected = row.expected();
    String what = row.id() + " (" + row.title() + ")";
    assertThat(verdict.outcome()).as("%s: %s", what, verdict.detail()).doesNotContain("hang");
    if (expected.code() != 0 && !seen.ranksWith(expected.code()).isEmpty()) {
      assertThat(seen.ranksWith(expected.code()))
          .as("%s: ranks that get code %s", what, expected.code())
          .containsAll(expected.ranks());
      assertThat(verdict.outcome()).as("%s: %s", what, verdict.detail()).doesNotContain("wrong");
      return;
    }
    List<String> problems = new ArrayList<>();
    for (ReportedMisuse report : seen.reports()) {
      if (expected.kinds().contains(report.kind())) {
        problems.addAll(missing(expected, report.ranks(), String.valueOf(report.getMessage())));
        assertThat(problems).as("%s: %s", what, report.getMessage()).isEmpty();
        return;
      }
    }
    for (String warning : seen.warnings()) {
      if (expected.kinds().stream().map(MisuseKind::name).anyMatch(warning::startsWith)) {
        problems.addAll(missing(expected, ranksIn(expected, warning), warning));
        assertThat(problems).as("%s: %s", what, warning).isEmpty();
        return;
      }
    }
    assertThat(verdict.outcome()).as("%s: %s", what, verdict.detail()).isEqualTo("" + expected);
  }

  /** What a report must say and does not. */
  private static List<String> missing(
      MisuseCase.Expected expected, List<Integer> ranks, String text) {
    List<String> missing = new ArrayList<>();
    for (int rank : expected.ranks()) {
      if (!ranks.contains(rank)) {
        missing.add("rank " + rank);
      }
    }
    for (String word : expected.words()) {
      if (!text.contains(word)) {
        missing.add("'" + word + "'");
      }
    }
    return missing;
  }

  /** A warning names its ranks in words. */
  private static List<Integer> ranksIn(MisuseCase.Expected expected, String text) {
    return expected.ranks().stream().filter(rank -> text.contains("rank " + rank)).toList();
  }
}
