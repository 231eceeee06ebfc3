package org.jccl.test;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jccl.MisuseKind;
import org.jccl.ReportedMisuse;

/** Findings in SARIF 2.1.0, the form that code hosts and editors read. */
final class Sarif {
  /** A line of the program in a report: {@code Trainer.java:42}. */
  private static final Pattern SITE = Pattern.compile("([\\w$]+\\.java):(\\d+)");

  private Sarif() {}

  static String of(List<ReportedMisuse> findings) {
    String results =
        findings.stream().map(Sarif::result).collect(Collectors.joining(",\n      ", "", ""));
    return """
        {
          "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
          "version": "2.1.0",
          "runs": [{
            "tool": {"driver": {"name": "jccl"}},
            "results": [
              %s
            ]
          }]
        }
        """
        .formatted(results);
  }

  private static String result(ReportedMisuse finding) {
    String message = String.valueOf(finding.getMessage());
    String locations =
        sites(message)
            .map(site -> location(site.file(), site.line()))
            .collect(Collectors.joining(", "));
    return "{\"ruleId\": "
        + quoted(finding.kind().name())
        + ", \"level\": \""
        + level(finding)
        + "\", \"message\": {\"text\": "
        + quoted(message)
        + "}, \"locations\": ["
        + locations
        + "]}";
  }

  /** What SARIF calls how bad it is. */
  static String level(ReportedMisuse finding) {
    return finding.kind().severity() == MisuseKind.Severity.ERROR ? "error" : "warning";
  }

  /** The lines of the program that a report names, each once. */
  static Stream<Site> sites(String message) {
    return SITE.matcher(message)
        .results()
        .map(site -> new Site(site.group(1), site.group(2)))
        .distinct();
  }

  /** A line of the program. */
  record Site(String file, String line) {}

  private static String location(String file, String line) {
    return "{\"physicalLocation\": {\"artifactLocation\": {\"uri\": "
        + quoted(file)
        + "}, \"region\": {\"startLine\": "
        + line
        + "}}}";
  }

  /** A string of JSON. */
  static String quoted(String text) {
    StringBuilder json = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ' || c > '~') {
        json.append("\\u%04x".formatted((int) c));
      } else {
        json.append(c);
      }
    }
    return json.append('"').toString();
  }
}
