package org.jccl.benchmarks.report;

import java.util.List;

/** {@code report.html}: a benchmark's report as one page, see {@link ReportPage}. */
public final class HtmlReport {
  private HtmlReport() {}

  /** The report as an HTML document. */
  public static String write(BenchReport report) {
    Part part = BenchPart.of("report", report);
    return ReportPage.write(part.heading(), List.of(part));
  }
}
