package org.jccl.conformance.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jccl.conformance.book.Rule;
import org.jccl.conformance.book.RuleBook;
import org.jccl.conformance.harness.RunScreen;
import org.jccl.conformance.run.RuleVerdict.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is asked for is shown, and nothing else. */
class VerifyRunTest {
  @TempDir private Path folder;

  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final VerifyRun run =
      new VerifyRun(RunScreen.plain(new PrintStream(written, true, StandardCharsets.UTF_8)));

  private List<String> ids(String... wanted) {
    return run.selected(List.of(wanted)).stream().map(Rule::id).toList();
  }

  @Test
  void nothingWantedMeansTheBook() {
    assertThat(run.selected(List.of())).isEqualTo(RuleBook.load().rules());
  }

  @Test
  void idsPrefixesAndChapters() {
    assertThat(ids("COL-04")).containsExactly("COL-04");
    assertThat(ids("dif")).containsExactly("DIF-01", "DIF-02", "DIF-03", "DIF-04");
    assertThat(ids("12")).containsExactly("DIF-01", "DIF-02", "DIF-03", "DIF-04");
    assertThat(ids("1")).contains("VER-01", "PMS-13").doesNotContain("SIM-01", "ENV-01");
    assertThat(ids("DIF-02", "DIF", "dif-02"))
        .containsExactly("DIF-02", "DIF-01", "DIF-03", "DIF-04");
  }

  @Test
  void whatThereIsNotIsRefusedBeforeAnythingRuns() {
    for (String wrong : List.of("COL-99", "XYZ", "99", "", "COL-")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> run.run("sim", List.of("COL-01", wrong), folder.resolve("new")))
          .withMessageContaining("'" + wrong + "'")
          .withMessageContaining("COL-04");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> run.run("gpu", List.of(), folder.resolve("new")))
        .withMessageContaining("gpu")
        .withMessageContaining("loopback");
    assertThat(folder.resolve("new")).doesNotExist();
    assertThat(written.size()).isZero();
  }

  @Test
  void aRunLeavesItsTablesAndSaysWhatCameOut() throws IOException {
    assertThat(run.run("sim", List.of("VER-01", "VER-04"), folder)).isEqualTo(VerifyRun.OK);
    String said = written.toString(StandardCharsets.UTF_8);
    assertThat(said)
        .startsWith("simulator: NCCL ")
        .contains("passed     VER-01  ")
        .contains("untestable VER-04  ")
        .contains("simulator: 2 rules, 1 passed, 0 failed, 0 skipped, 1 untestable in ");
    VerdictTable table = VerdictTable.read(folder.resolve("rules-simulator.tsv"));
    assertThat(table.subject()).isEqualTo("simulator");
    assertThat(table.verdicts().get("VER-01").verdict()).isEqualTo(Verdict.PASSED);
    assertThat(folder.resolve("tests-simulator.tsv")).content().contains("required_VER_01_");
  }

  @Test
  void aProcessForEachRank_showsTheSame_andTellsWhatNeedsOneProcess() throws IOException {
    int code = run.run("loopback", List.of("LIF-07", "SPL-01", "TOPO-04"), folder, 2);

    String said = written.toString(StandardCharsets.UTF_8);
    assertThat(code).as(said).isEqualTo(VerifyRun.OK);
    assertThat(said)
        .startsWith("loopback-2-processes: NCCL ")
        .contains("up to 2 ranks")
        .contains("passed     LIF-07  ")
        .contains("skipped    TOPO-04 needs 3 ranks, there are 2")
        .contains("2 tests need one process that has all ranks:")
        .contains("  required_SPL_01_aSplitWaitsForAllRanks");
    assertThat(folder.resolve("tests-loopback-2-processes.tsv"))
        .content()
        .contains("LIF-07\theld")
        .contains("needs one process: its ranks share");
  }

  @Test
  void processesThatCannotBe_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> run.run("sim", List.of("VER-01"), folder, 2))
        .withMessageContaining("one process")
        .withMessageContaining("loopback");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> run.run("loopback", List.of("VER-01"), folder, 9))
        .withMessageContaining("9 processes need 9 devices, there are 8");
  }

  @Test
  void whereNoTestRanNothingWasShown() throws IOException {
    assertThat(run.run("sim", List.of("VER-04"), folder)).isEqualTo(VerifyRun.BROKEN);
  }

  @Test
  void totalsCountEveryVerdict() {
    assertThat(
            VerifyRun.totals(
                "nccl",
                List.of(
                    new RuleVerdict("COL-01", Verdict.PASSED, 1, 1, ""),
                    new RuleVerdict("COL-02", Verdict.PASSED, 1, 1, ""),
                    new RuleVerdict("COL-03", Verdict.FAILED, 1, 1, "no"))))
        .isEqualTo("nccl: 3 rules, 2 passed, 1 failed, 0 skipped, 0 untestable");
  }
}
