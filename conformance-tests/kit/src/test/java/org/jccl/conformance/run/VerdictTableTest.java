package org.jccl.conformance.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jccl.conformance.run.RuleResult.Outcome;
import org.jccl.conformance.run.RuleVerdict.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run leaves can be read again. */
class VerdictTableTest {
  @TempDir private Path folder;

  @Test
  void whatIsWrittenIsRead() throws IOException {
    Path file = folder.resolve("rules.tsv");
    List<RuleVerdict> verdicts =
        List.of(
            new RuleVerdict("COL-01", Verdict.PASSED, 2, 30, ""),
            new RuleVerdict("COL-02", Verdict.FAILED, 1, 5, "a\ttab\nand a second line"),
            new RuleVerdict("COL-03", Verdict.SKIPPED, 0, 0, "needs 2 ranks"),
            new RuleVerdict("VER-04", Verdict.UNTESTABLE, 0, 0, "why"));
    VerdictTable.write(file, "nccl", "NCCL 22809, up to 2 ranks", 61, verdicts);
    VerdictTable table = VerdictTable.read(file);
    assertThat(table.subject()).isEqualTo("nccl");
    assertThat(table.about()).isEqualTo("NCCL 22809, up to 2 ranks; 61 s");
    assertThat(table.verdicts().values())
        .containsExactly(
            verdicts.get(0),
            new RuleVerdict("COL-02", Verdict.FAILED, 1, 5, "a tab"),
            verdicts.get(2),
            verdicts.get(3));
    assertThat(table.verdicts().keySet()).containsExactly("COL-01", "COL-02", "COL-03", "VER-04");
  }

  @Test
  void otherFilesAreRefused() throws IOException {
    Path file = folder.resolve("rules.tsv");
    Files.writeString(file, "rule\toutcome\n");
    assertThatIOException()
        .isThrownBy(() -> VerdictTable.read(file))
        .withMessageContaining("rules.tsv")
        .withMessageContaining("line 3");
    VerdictTable.write(file, "sim", "x", 1, List.of());
    assertThat(VerdictTable.read(file).verdicts()).isEmpty();
    Files.writeString(file, Files.readString(file) + "COL-01\tpassed\t1\n");
    assertThatIOException()
        .isThrownBy(() -> VerdictTable.read(file))
        .withMessageContaining("line 4");
  }

  @Test
  void testsAreSortedWithTheFirstLineOfTheirWords() throws IOException {
    Path file = folder.resolve("tests.tsv");
    VerdictTable.writeTests(
        file,
        List.of(
            new RuleResult("required_COL_02_b", Outcome.BROKEN, 7, "one\ttab\ntwo"),
            new RuleResult("required_COL_01_a", Outcome.HELD, 3, "")));
    assertThat(Files.readAllLines(file))
        .containsExactly(
            "rule\toutcome\tmillis\ttest\twords",
            "COL-01\theld\t3\trequired_COL_01_a\t",
            "COL-02\tbroken\t7\trequired_COL_02_b\tone tab");
  }
}
