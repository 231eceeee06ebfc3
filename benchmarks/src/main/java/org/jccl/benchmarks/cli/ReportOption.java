package org.jccl.benchmarks.cli;

import java.nio.file.Path;
import java.util.List;
import org.jccl.benchmarks.json.BadFileException;
import org.jccl.benchmarks.predict.PredictionSample;
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

  /** The rows of a report as what is predicted; a row of something else is refused. */
  static List<PredictionSample> samples(
      CommandSpec spec, String option, Path file, BenchReport report) {
    try {
      return PredictionSample.of(report);
    } catch (IllegalArgumentException unknown) {
      throw new ParameterException(
          spec.commandLine(), option + ": " + file + ": " + unknown.getMessage());
    }
  }
}
