package org.jccl.benchmarks.cli;

import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jccl.benchmarks.bench.BenchListener;
import org.jccl.benchmarks.bench.Progress;
import org.jccl.benchmarks.report.Environment;
import org.jccl.benchmarks.report.Row;
import org.jccl.benchmarks.report.Settings;
import org.jccl.benchmarks.report.TextTable;

/** What a run shows while it goes on: the table on standard output, progress on standard error. */
final class BenchScreen implements BenchListener {
  private final TextTable table;
  private final Progress progress;
  private final List<Row> rows = new ArrayList<>();
  private final List<String> refusals = new ArrayList<>();

  BenchScreen(PrintWriter out, PrintWriter err) {
    this.table = new TextTable(out);
    this.progress = new Progress("bench", err, InstantSource.system());
  }

  void begin(Environment environment, Settings settings) {
    table.head(environment, settings);
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
