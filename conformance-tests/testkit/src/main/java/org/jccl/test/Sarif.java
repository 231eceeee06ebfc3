package org.jccl.test;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
    String level = finding.kind().severity() == MisuseKind.Severity.ERROR ? "error" : "warning";
    Matcher sites = SITE.matcher(message);
    String locations =
        sites
            .results()
            .map(site -> location(site.group(1), site.group(2)))
            .distinct()
            .collect(Collectors.joining(", "));
    return "{\"ruleId\": "
        + quoted(finding.kind().name())
        + ", \"level\": \""
        + level
        + "\", \"message\": {\"text\": "
        + quoted(message)
        + "}, \"locations\": ["
        + locations
        + "]}";
  }

  private static String location(String file, String line) {
    return "{\"physicalLocation\": {\"artifactLocation\": {\"uri\": "
        + quoted(file)
        + "}, \"region\": {\"startLine\": "
        + line
        + "}}}";
  }

  private static String quoted(String text) {
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
