package org.jccl.benchmarks.cli;

import java.nio.file.Path;
import org.jccl.benchmarks.json.BadFileException;
import org.jccl.benchmarks.report.BenchReport;
import org.jccl.benchmarks.report.ReportJson;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Reads a report that an option names. */
final class ReportOption {
  private ReportOption() {}

  static BenchReport read(CommandSpec spec, String option, Path file) {
    try {
      return ReportJson.read(file);
    } catch (BadFileException noReport) {
      throw new ParameterException(spec.commandLine(), option + ": " + noReport.getMessage());
    }
  }
}
