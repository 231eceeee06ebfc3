package org.jccl.conformance.run;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jccl.conformance.book.Rule;
import org.jccl.conformance.book.RuleBook;
import org.jccl.conformance.run.RuleVerdict.Verdict;
import org.jccl.ops.NcclFunction;

/** How each rule is known in each release of NCCL: by runs on GPUs, or read from its sources. */
final class Releases {
  /** Those that have a column: they began something, or GPUs have run them. */
  private static final List<Integer> VERSIONS = List.of(22703, 22809, 22907, 23007, 23102, 23203);

  /** What is known of a rule in one release, and from where. */
  private enum Known {
    ON_GPUS("on GPUs"),
    FAILED("**FAILED**"),
    SIMULATOR("simulator"),
    READ("read"),
    UNTESTABLE("untestable"),
    NOTHING("–");

    /** Those that are counted. */
    private static final List<Known> COUNTED =
        List.of(ON_GPUS, FAILED, SIMULATOR, READ, UNTESTABLE);

    private final String sign;

    Known(String sign) {
      this.sign = sign;
    }
  }

  private final List<VerdictTable> onGpus;

  /** As the tables of runs on GPUs say. */
  Releases(List<VerdictTable> onGpus) {
    this.onGpus = List.copyOf(onGpus);
  }

  /** The heads of their columns. */
  List<String> names() {
    return VERSIONS.stream().map(NcclFunction::text).toList();
  }

  /** The words of a rule in each of them. */
  List<String> signs(Rule rule) {
    return VERSIONS.stream().map(version -> known(rule, version).sign).toList();
  }

  private Known known(Rule rule, int version) {
    if (!rule.holdsIn(version)) {
      return Known.NOTHING;
    }
    List<Verdict> verdicts =
        onGpus.stream()
            .filter(table -> table.version() == version)
            .map(table -> table.verdicts().get(rule.id()))
            .filter(Objects::nonNull)
            .map(RuleVerdict::verdict)
            .toList();
    if (verdicts.contains(Verdict.FAILED)) {
      return Known.FAILED;
    }
    if (verdicts.contains(Verdict.PASSED)) {
      return Known.ON_GPUS;
    }
    return rule.verdict() == Rule.Verdict.UNTESTABLE
        ? Known.UNTESTABLE
        : rule.simulatorOnly() ? Known.SIMULATOR : Known.READ;
  }

  /** Adds a table of how many rules are known in which way. */
  void table(StringBuilder page, RuleBook book) {
    page.append("\n## Releases\n\n");
    page.append("How many rules hold in a release, and how that is known. *On GPUs*: a library");
    page.append(" of that release passed them. *Simulator*: it alone can show them. *Read*: from");
    page.append(" NCCL's sources and guide; the simulator that imitates the release shows them.");
    page.append("\n\n| NCCL | rules |");
    Known.COUNTED.forEach(known -> page.append(' ').append(head(known)).append(" |"));
    page.append("\n|---|---|").append("---|".repeat(Known.COUNTED.size())).append('\n');
    for (int version : VERSIONS) {
      Map<Known, Long> counts =
          book.rules().stream()
              .map(rule -> known(rule, version))
              .collect(Collectors.groupingBy(known -> known, Collectors.counting()));
      long others = counts.getOrDefault(Known.NOTHING, 0L);
      page.append("| ").append(NcclFunction.text(version)).append(" | ");
      page.append(book.rules().size() - others).append(" |");
      Known.COUNTED.forEach(
          known -> page.append(' ').append(counts.getOrDefault(known, 0L)).append(" |"));
      page.append('\n');
    }
  }

  private static String head(Known known) {
    return known == Known.FAILED ? "failed" : known.sign;
  }
}
