package org.jccl.benchmarks.screen;

import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jccl.MisuseKind;
import org.jccl.conformance.harness.Colors;

/** Marks in a report of the simulator, where a person looks, what it is about. */
public final class ReportColors {
  private static final Pattern KIND =
      Pattern.compile(
          Arrays.stream(MisuseKind.values())
              .map(Enum::name)
              .collect(Collectors.joining("|", "\\b(?:", ")(?:\\([a-z ]+\\))?(?=:| on | in )")));

  private ReportColors() {}

  /** The report with the kinds of its findings in colour. */
  public static String mark(String report, Colors colors) {
    return KIND.matcher(report).replaceAll(found -> colors.bad(found.group()));
  }

  /** The last line of a search, by whether it found nothing. */
  public static String verdict(String line, boolean isPassed, Colors colors) {
    return isPassed ? colors.good(line) : colors.bad(line);
  }
}
