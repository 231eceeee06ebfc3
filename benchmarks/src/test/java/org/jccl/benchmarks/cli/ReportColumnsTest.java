package org.jccl.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jccl.benchmarks.json.BadFileException;
import org.jccl.benchmarks.report.BenchReport;
import org.jccl.benchmarks.report.Columns;
import org.jccl.benchmarks.report.Measurement;
import org.jccl.benchmarks.report.ReportCsv;
import org.jccl.benchmarks.report.ReportJson;
import org.jccl.benchmarks.report.Row;
import org.jccl.benchmarks.report.TimeColumn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The columns of reports mean what {@link Columns} says, in reports made now and in those kept. */
class ReportColumnsTest {
  private final StringWriter out = new StringWriter();

  private int run(String line) {
    CommandLine jccl = Main.commandLine();
    jccl.setOut(new PrintWriter(out)).setErr(new PrintWriter(new StringWriter()));
    return jccl.execute(line.split(" "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"host", "loop", "queued", "device"})
  void aReport_isConsistent_andNeverSaysThatSimulatedTimesAreAGpus(
      String clock, @TempDir Path folder) throws Exception {
    String line = "bench --backend sim --ranks 3 -b 64 -e 4K -f 8 -n 10 -w 1 --clock ";
    assertThat(run(line + clock + " --out " + folder)).isZero();
    BenchReport report = ReportJson.read(folder.resolve("report.json"));
    boolean isModelled = clock.equals("queued") || clock.equals("device");
    assertThat(report.timeKind()).startsWith(isModelled ? "virtual" : "wall time");
    String told = out + Files.readString(folder.resolve("report.html"));
    assertThat(told).doesNotContain("times are the GPU's");
    if (isModelled) {
      assertThat(told).contains("times are virtual");
    }
    for (Measurement each : report.rows().stream().flatMap(Row::measurements).toList()) {
      requireOrder(each);
      TimeColumn column = clock.equals("device") ? TimeColumn.MEAN : TimeColumn.P50;
      assertThat(report.timeColumn(each)).isEqualTo(column);
      requireTime(column, each);
      // In virtual time an event costs nothing, so the samples' run is like the other.
      assertThat(each.micros()).isBetween(each.spread().min() * 0.999, each.spread().max() * 1.001);
      assertThat(each.microsFastestRank()).isLessThanOrEqualTo(each.micros());
    }
    assertThat(out.toString().strip().lines().toList().getLast())
        .isEqualTo("# report: " + folder.resolve("report.html"));
  }

  @Test
  void keptReports_areInOrder() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(docs().resolve("reports"))) {
      files = all.filter(each -> each.toString().matches(".*[.]json([.]gz)?")).toList();
    }
    int reports = 0;
    for (Path file : files) {
      try {
        if (PageSource.read(file) instanceof PageSource.Bench bench) {
          reports++;
          requireConsistent(file, bench.report());
        }
      } catch (BadFileException otherKind) {
        assertThat(otherKind).hasMessageNotContaining("time_fastest_rank");
      }
    }
    assertThat(reports).isGreaterThan(4);
  }

  private static void requireConsistent(Path file, BenchReport report) throws IOException {
    for (Measurement each : report.rows().stream().flatMap(Row::measurements).toList()) {
      requireOrder(each);
      requireTime(report.timeColumn(each), each);
    }
    requireMarks(file, report);
  }

  @Test
  void thePage_saysTheSame() throws IOException {
    String page = Files.readString(docs().resolve("report-columns.md"));
    Columns.meanings()
        .forEach((name, words) -> assertThat(page).contains("| `" + name + "` | " + words + " |"));
  }

  private static void requireOrder(Measurement each) {
    var spread = each.spread();
    assertThat(List.of(spread.min(), spread.p50(), spread.p95(), spread.p99(), spread.max()))
        .isSorted();
  }

  /** What the time is beside the samples, by its definition. */
  private static void requireTime(TimeColumn column, Measurement each) {
    if (column == TimeColumn.P50) {
      assertThat(each.micros()).isEqualTo(each.spread().p50());
    }
    assertThat(each.micros()).isPositive();
  }

  /** The page and the table beside a kept report say which of the figures its time is. */
  private static void requireMarks(Path file, BenchReport report) throws IOException {
    for (TimeColumn column : report.timeColumns()) {
      Path page = file.resolveSibling("report.html");
      if (Files.exists(page)) {
        assertThat(Files.readString(page)).contains(column.words());
      }
      Path table = file.resolveSibling("report.csv");
      if (Files.exists(table)) {
        assertThat(Files.readString(table)).isEqualTo(ReportCsv.write(report));
      }
    }
  }

  private static Path docs() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("docs"))) {
      folder = folder.getParent();
    }
    return folder.resolve("docs");
  }
}
