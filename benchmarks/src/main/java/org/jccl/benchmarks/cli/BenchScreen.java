package org.jccl.benchmarks.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jccl.benchmarks.bench.BenchListener;
import org.jccl.benchmarks.report.Environment;
import org.jccl.benchmarks.report.Row;
import org.jccl.benchmarks.report.Settings;
import org.jccl.benchmarks.report.TextTable;
import org.jccl.benchmarks.screen.Progress;
import org.jccl.benchmarks.screen.Screen;

/** What a run shows while it goes on: the table on standard output, progress on standard error. */
final class BenchScreen implements BenchListener, AutoCloseable {
  private final TextTable table;
  private final Progress progress;
  private final List<Row> rows = new ArrayList<>();
  private final List<String> refusals = new ArrayList<>();

  BenchScreen(PrintWriter out, PrintWriter err) {
    this.table = new TextTable(out, Screen.get().out());
    this.progress = Progress.of("bench", err);
  }

  void begin(Environment environment, Settings settings, int rows) {
    table.head(environment, settings);
    progress.at("warming up", 0, rows);
  }

  void end() {
    table.end();
  }

  List<Row> rows() {
    return rows;
  }

  List<String> refusals() {
    return refusals;
  }

  @Override
  public void close() {
    progress.close();
  }

  @Override
  public void begins(String what, int done, int total) {
    progress.at(what, done, total);
  }

  @Override
  public void measured(Row row) {
    rows.add(row);
    table.row(row);
  }

  @Override
  public void refused(String why) {
    refusals.add(why);
    table.refused(why);
  }
}
