package org.jccl.benchmarks.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jccl.benchmarks.report.BenchReport;
import org.jccl.benchmarks.report.ReportJson;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Reads a report that an option names. */
final class ReportOption {
  private ReportOption() {}

  static BenchReport read(CommandSpec spec, String option, Path file) {
    try {
      return ReportJson.read(Files.readString(file));
    } catch (IOException unreadable) {
      throw new ParameterException(
          spec.commandLine(), option + ": cannot read '" + file + "': " + unreadable);
    } catch (IllegalArgumentException noReport) {
      throw new ParameterException(
          spec.commandLine(), option + ": " + file + ": " + noReport.getMessage());
    }
  }
}
