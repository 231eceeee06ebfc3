package org.jccl.conformance.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jccl.conformance.book.RuleBook;
import org.jccl.conformance.run.RuleVerdict.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page says of every rule what each run showed. */
class StatusPageTest {
  private static final RuleBook BOOK = RuleBook.load();

  /** Of a rule that is older than all, read but for one release. */
  private static final String IN_RELEASES = "read | %s | read | read | read | read | ";

  @TempDir private Path folder;

  private String page() throws IOException {
    VerdictTable.write(
        folder.resolve("rules-simulator.tsv"),
        "simulator",
        "NCCL 22809, simulated",
        30,
        List.of(
            new RuleVerdict("COL-01", Verdict.PASSED, 2, 30, ""),
            new RuleVerdict("COL-02", Verdict.PASSED, 1, 5, ""),
            new RuleVerdict("VER-04", Verdict.UNTESTABLE, 0, 0, "why | not")));
    VerdictTable.write(
        folder.resolve("rules-nccl-2.tsv"),
        "nccl",
        "NCCL 22809, up to 2 ranks",
        61,
        List.of(
            new RuleVerdict("COL-01", Verdict.FAILED, 2, 30, "the sum is 3"),
            new RuleVerdict("COL-02", Verdict.SKIPPED, 0, 0, "needs 4 ranks"),
            new RuleVerdict("VER-04", Verdict.UNTESTABLE, 0, 0, "why | not")));
    return StatusPage.page(folder);
  }

  private static String head(String id) {
    return "| " + id + " " + BOOK.rule(id).title() + " | ";
  }

  @Test
  void runsAreSummedUp() throws IOException {
    assertThat(page().lines())
        .contains(
            "| simulator | NCCL 22809, simulated; 30 s | 2 | 0 | 0 | 1 |",
            "| 2 GPUs | NCCL 22809, up to 2 ranks; 61 s | 0 | 1 | 1 | 1 |")
        .noneMatch(line -> line.startsWith("| 4 GPUs"));
  }

  @Test
  void everyRuleOfTheTablesHasALine() throws IOException {
    List<String> lines = page().lines().toList();
    assertThat(lines)
        .contains(
            "| rule | tests | simulator | 2 GPUs"
                + " | 2.27.3 | 2.28.9 | 2.29.7 | 2.30.7 | 2.31.2 | 2.32.3 | |",
            head("COL-01")
                + "2 | passed | **FAILED** | "
                + IN_RELEASES.formatted("**FAILED**")
                + "the sum is 3 |",
            head("COL-02")
                + "1 | passed | not run | "
                + IN_RELEASES.formatted("read")
                + "needs 4 ranks |",
            head("VER-04")
                + "0 | untestable | untestable | "
                + "untestable | ".repeat(6)
                + "why \\| not |")
        .noneMatch(line -> line.startsWith(head("COL-03")));
    assertThat(lines.stream().filter(line -> line.startsWith("## ")))
        .containsExactly("## Releases", "## 1. Types and reductions", "## 6. Collectives");
  }
}
