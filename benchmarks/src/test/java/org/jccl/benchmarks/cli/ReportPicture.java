package org.jccl.benchmarks.cli;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jccl.benchmarks.report.Markup;

/** Draws a report of the simulator as a picture that is light or dark as its reader is. */
final class ReportPicture {
  private static final int LEFT = 18;
  private static final int TOP = 58;
  private static final int LINE = 18;
  private static final double CHARACTER = 7.25;

  /** What stands out: the kind of report, ranks, places in sources, rules. */
  private static final Pattern MARKED =
      Pattern.compile(
          "(?<kind>^[A-Z_]{6,}|^ *cycle)|(?<rank>\\brank \\d+)|(?<place>\\w+\\.java:\\d+)"
              + "|(?<rule>\\b[A-Z][A-Z0-9]{1,4}-\\d\\d\\b)");

  private ReportPicture() {}

  static String svg(String command, List<String> lines) {
    int longest = lines.stream().mapToInt(String::length).max().orElse(0);
    int width = (int) (2 * LEFT + Math.max(longest, command.length() + 2) * CHARACTER);
    int height = TOP + lines.size() * LINE + 4;
    StringBuilder svg = new StringBuilder();
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$d %2$d" width="%1$d" height="%2$d" role="img" \
        aria-label="A report of the simulator">
        <style>
        .card { fill: #ffffff; stroke: #d5dae2; } .bar { fill: #eef1f5; } .dot { fill: #c3cad5; }
        text { fill: #1b2230; font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; white-space: pre; }
        .soft { fill: #5d6778; } .kind { fill: #c62828; font-weight: 700; } .rank { fill: #0b62a8; font-weight: 600; }
        .place { fill: #7a4b00; text-decoration: underline; } .rule { fill: #1a7f4b; font-weight: 600; }
        @media (prefers-color-scheme: dark) {
          .card { fill: #161b24; stroke: #2c3543; } .bar { fill: #1f2733; } .dot { fill: #465164; }
          text { fill: #e2e7ee; } .soft { fill: #98a3b5; } .kind { fill: #ff7b72; } .rank { fill: #6fb8f2; }
          .place { fill: #f4c56b; } .rule { fill: #58c98d; }
        }
        </style>
        <rect class="card" x=".5" y=".5" width="%3$d" height="%4$d" rx="9"/>
        <path class="bar" d="M1 9.5a8.5 8.5 0 0 1 8.5-8.5h%5$da8.5 8.5 0 0 1 8.5 8.5v22.5H1z"/>
        <circle class="dot" cx="18" cy="17" r="5"/><circle class="dot" cx="35" cy="17" r="5"/><circle class="dot" cx="52" cy="17" r="5"/>
        <text class="soft" x="74" y="21">%6$s</text>
        """
            .formatted(width, height, width - 1, height - 1, width - 19, Markup.escape(command)));
    int y = TOP;
    for (String line : lines) {
      svg.append(
          "<text x=\"%d\" y=\"%d\" xml:space=\"preserve\">%s</text>\n"
              .formatted(LEFT, y, marked(line)));
      y += LINE;
    }
    return svg.append("</svg>\n").toString();
  }

  private static String marked(String line) {
    return MARKED.matcher(Markup.escape(line)).replaceAll(ReportPicture::mark);
  }

  private static String mark(MatchResult found) {
    String style =
        found.group(1) != null
            ? "kind"
            : found.group(2) != null ? "rank" : found.group(3) != null ? "place" : "rule";
    return "<tspan class=\"" + style + "\">" + found.group() + "</tspan>";
  }
}
