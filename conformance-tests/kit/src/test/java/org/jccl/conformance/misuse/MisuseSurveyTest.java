package org.jccl.conformance.misuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jccl.conformance.book.Rule;
import org.jccl.conformance.book.RuleBook;
import org.jccl.conformance.harness.RunScreen;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The survey writes down what it sees, goes on where it stopped, and makes a page of it. */
class MisuseSurveyTest {
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  @TempDir private Path folder;

  private int survey(MisuseSubject subject, String only, boolean again) throws Exception {
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    return new MisuseSurvey(subject, folder, RunScreen.plain(out))
        .run(MisuseSurvey.rows(null, only), again);
  }

  @Test
  void rows_areThoseOfTheRuleBook() {
    List<String> ids = RuleBook.load().chapter("SIM").stream().map(Rule::id).sorted().toList();
    assertThat(MisuseCases.all()).extracting(MisuseCase::id).isEqualTo(ids);
    assertThat(MisuseSurvey.rows("SIM-60", null))
        .extracting(MisuseCase::id)
        .isEqualTo(ids.subList(ids.indexOf("SIM-60"), ids.size()));
    assertThatThrownBy(() -> MisuseSurvey.rows(null, "SIM-99")).hasMessageContaining("SIM-99");
  }

  @Test
  void survey_writesVerdictsAndGoesOn() throws Exception {
    assertThat(survey(MisuseSubject.SIM, "SIM-04", false)).isEqualTo(MisuseSurvey.OK);
    assertThat(survey(MisuseSubject.SIM, "SIM-04,SIM-05", false)).isEqualTo(MisuseSurvey.OK);
    MisuseTable table = MisuseTable.of(folder, MisuseSubject.SIM);
    assertThat(table.verdicts())
        .extracting(MisuseVerdict::id)
        .containsExactly("SIM-04", "SIM-04", "SIM-05", "SIM-05");
    assertThat(table.last("SIM-05", MisuseCase.Part.MISUSE))
        .map(MisuseVerdict::outcome)
        .hasValue("report MISMATCH");
    assertThat(table.last("SIM-05", MisuseCase.Part.NEIGHBOUR))
        .map(MisuseVerdict::outcome)
        .hasValue("right data");
    survey(MisuseSubject.SIM, "SIM-05", true);
    assertThat(table.verdicts()).hasSize(6);
  }

  @Test
  void survey_inProcessesOfTheirOwn() throws Exception {
    assertThat(survey(MisuseSubject.LOOPBACK, "SIM-04,SIM-14", false)).isEqualTo(MisuseSurvey.OK);
    MisuseTable table = MisuseTable.of(folder, MisuseSubject.LOOPBACK);
    assertThat(table.last("SIM-04", MisuseCase.Part.MISUSE).orElseThrow().outcome())
        .contains("report MISMATCH");
    assertThat(table.last("SIM-14", MisuseCase.Part.MISUSE).orElseThrow().outcome())
        .isEqualTo("code 5");
    assertThat(table.last("SIM-14", MisuseCase.Part.NEIGHBOUR).orElseThrow().outcome())
        .isEqualTo("right data");
  }

  @Test
  void line_isReadAsItWasWritten() {
    MisuseVerdict verdict =
        new MisuseVerdict(
            "SIM-09", MisuseCase.Part.MISUSE, "hang", "rank 0:\tin\nncclRecv", 12, false);
    assertThat(MisuseVerdict.ofLine(verdict.toLine()))
        .isEqualTo(
            new MisuseVerdict(
                "SIM-09", MisuseCase.Part.MISUSE, "hang", "rank 0: in ncclRecv", 12, false));
    assertThatThrownBy(() -> MisuseVerdict.ofLine("SIM-09\thang")).hasMessageContaining("SIM-09");
  }

  @Test
  void page_setsMeasuredBesideReported() throws Exception {
    MisuseTable.of(folder, MisuseSubject.NCCL)
        .append(
            new MisuseVerdict(
                "SIM-01", MisuseCase.Part.MISUSE, "hang", "rank 1 | stream", 1, false));
    MisuseTable.of(folder, MisuseSubject.SIM)
        .append(
            new MisuseVerdict("SIM-01", MisuseCase.Part.MISUSE, "report MISMATCH", "", 1, true));
    assertThat(new MisuseReport(folder).page().lines())
        .anyMatch(
            line -> line.matches("\\| SIM-01 .* hang: rank 1 \\\\\\| stream .* report MISMATCH .*"))
        .contains("| hang | 1 |", "| not run | 69 |", "| all | 70 |");
  }

  @Test
  void committedPage_isMadeOfTheCommittedTables() throws Exception {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve("docs"))) {
      root = root.getParent();
    }
    MisuseReport report = new MisuseReport(root.resolve(MisuseReport.TABLES));
    assertThat(root.resolve(MisuseReport.PAGE)).hasContent(report.page());
  }
}
