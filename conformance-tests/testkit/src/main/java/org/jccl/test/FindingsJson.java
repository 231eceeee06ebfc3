package org.jccl.test;

import java.util.List;
import java.util.stream.Collectors;
import org.jccl.ReportedMisuse;

/** Findings as plain JSON, for scripts: one object a finding, in the order of the reports. */
final class FindingsJson {
  private FindingsJson() {}

  static String of(List<ReportedMisuse> findings) {
    return findings.isEmpty()
        ? "[]\n"
        : findings.stream()
            .map(FindingsJson::finding)
            .collect(Collectors.joining(",\n  ", "[\n  ", "\n]\n"));
  }

  private static String finding(ReportedMisuse finding) {
    String message = String.valueOf(finding.getMessage());
    String sites =
        Sarif.sites(message)
            .map(
                site ->
                    "{\"file\": " + Sarif.quoted(site.file()) + ", \"line\": " + site.line() + "}")
            .collect(Collectors.joining(", "));
    return "{\"kind\": "
        + Sarif.quoted(finding.kind().name())
        + ", \"level\": "
        + Sarif.quoted(Sarif.level(finding))
        + ", \"ranks\": "
        + finding.ranks()
        + ", \"sites\": ["
        + sites
        + "], \"message\": "
        + Sarif.quoted(message)
        + "}";
  }
}
