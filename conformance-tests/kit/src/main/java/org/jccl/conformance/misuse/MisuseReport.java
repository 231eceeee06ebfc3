package org.jccl.conformance.misuse;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The page that sets what NCCL does beside what the rule book and the simulator say. */
public final class MisuseReport {
  /** The page, below the repository's root. */
  static final Path PAGE = Path.of("docs", "reports", "nccl-misuse.md");

  /** Where the tables lie that it is made of. */
  static final Path TABLES = Path.of("docs", "reports", "misuse");

  private static final int MAX_DETAIL = 160;

  private final MisuseTable nccl;
  private final MisuseTable simulator;

  /** The report on the tables in a folder. */
  public MisuseReport(Path folder) {
    this.nccl = MisuseTable.of(folder, MisuseSubject.NCCL);
    this.simulator = MisuseTable.of(folder, MisuseSubject.SIM);
  }

  /** The page. */
  public String page() throws IOException {
    StringBuilder text =
        new StringBuilder(
            """
            # What NCCL makes of misuse

            Every misuse of chapter 11 of the rule book as a small program on NCCL's C functions, run on two
            GPUs in a process of its own that was ended by force, and its smallest legal neighbour. Beside it
            stands what the rule book says and what the simulator reports for the same program. "hang" means
            that a stream or a call did not end within seconds; results that depend on a race may differ from
            run to run. `./jccl report misuse` makes this page of the tables in `docs/reports/misuse`, which
            `./jccl misuse` writes.

            | id | misuse | NCCL does (measured) | rule book | simulator says | neighbour on NCCL, simulator |
            |---|---|---|---|---|---|
            """);
    Map<String, Integer> totals = new TreeMap<>();
    for (MisuseCase row : MisuseCases.all()) {
      String measured = outcome(nccl, row, MisuseCase.Part.MISUSE);
      totals.merge(measured, 1, Integer::sum);
      text.append(
          "| %s | %s | %s%s | %s | %s | %s, %s |\n"
              .formatted(
                  row.id(),
                  cell(row.title()),
                  cell(measured),
                  detail(row),
                  cell(row.onNccl()),
                  cell(outcome(simulator, row, MisuseCase.Part.MISUSE)),
                  cell(outcome(nccl, row, MisuseCase.Part.NEIGHBOUR)),
                  cell(outcome(simulator, row, MisuseCase.Part.NEIGHBOUR))));
    }
    text.append("\n## Totals on NCCL\n\n| outcome | misuses |\n|---|---|\n");
    totals.forEach((outcome, count) -> text.append("| %s | %d |\n".formatted(outcome, count)));
    text.append("| all | %d |\n".formatted(MisuseCases.all().size()));
    return text.toString();
  }

  private static String outcome(MisuseTable table, MisuseCase row, MisuseCase.Part part)
      throws IOException {
    Optional<MisuseVerdict> verdict = table.last(row.id(), part);
    return verdict.map(MisuseVerdict::outcome).orElse("not run");
  }

  private String detail(MisuseCase row) throws IOException {
    String words =
        nccl.last(row.id(), MisuseCase.Part.MISUSE).map(MisuseVerdict::detail).orElse("").strip();
    if (words.isEmpty()) {
      return "";
    }
    return ": " + cell(words.length() > MAX_DETAIL ? words.substring(0, MAX_DETAIL) + "…" : words);
  }

  private static String cell(String text) {
    return text.replace("|", "\\|").replace("<", "&lt;");
  }
}
