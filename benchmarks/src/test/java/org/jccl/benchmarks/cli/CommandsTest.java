package org.jccl.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jccl.benchmarks.profile.ProfileFile;
import org.jccl.benchmarks.report.ReportJson;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class CommandsTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    CommandLine jccl = Main.commandLine();
    jccl.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return jccl.execute(args);
  }

  @Test
  void bench_writesTableAndReport(@TempDir Path folder) throws Exception {
    String[] line =
        "bench --backend sim --ranks 2 --op all_reduce,gather -b 64 -e 4K -f 64 -n 2 -w 1 --out"
            .split(" ");
    String[] args = Arrays.copyOf(line, line.length + 1);
    args[line.length] = folder.toString();
    assertThat(run(args)).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("# times are this CPU's, not a GPU's", "# Out of bounds values : 0 OK");
    var report = ReportJson.read(Files.readString(folder.resolve("report.json")));
    assertThat(report.rows()).hasSize(4);
    assertThat(report.environment().backend()).isEqualTo("sim");
    assertThat(report.settings().ranks()).isEqualTo(2);
    assertThat(report.settings().command()).startsWith("jccl bench --backend sim");
  }

  @Test
  void faults_saysWhatComesOfEach(@TempDir Path folder) throws Exception {
    String program = "org.jccl.benchmarks.examples.faults.CarelessTraining";
    Path json = folder.resolve("faults.json");
    String table = "explore --faults --ranks 2 --rank 1 --kinds exception,exit --json " + json;
    assertThat(run(Main.named((table + " " + program).split(" ")))).as(err.toString()).isOne();
    assertThat(out.toString())
        .contains(
            "rank 1 at call 4", "all_reduce 1", "reported", "HANG", "hang, exit 1: MISSING_RANK")
        .doesNotContain("rank 0 at");
    assertThat(Files.readString(json)).contains("rank 1 at call 4: exit", "CarelessTraining.java:");
    String harmless = "faults --ranks 2 --rank 1 --kinds slow " + program;
    assertThat(run(harmless.split(" "))).as(err.toString()).isZero();
    out.getBuffer().setLength(0);
    String[] plan = "faults --ranks 2 --plan PLAN".split(" ");
    String[] one = Arrays.copyOf(plan, plan.length + 1);
    one[plan.length - 1] = "rank 1 at all_reduce 1: slow 1ms; rank 0 at copy 1: exit";
    one[plan.length] = program;
    assertThat(run(one)).as(err.toString()).isOne();
    assertThat(out.toString()).contains("-> hang", "struck copy 1");
    assertThat(run("faults", "--kinds", "earthquake", program)).isEqualTo(2);
    assertThat(err.toString()).contains("no kind of fault is called 'earthquake'");
  }

  /** {@code explore --faults} is {@code faults}, wherever the option stands. */
  @ParameterizedTest
  @CsvSource({
    "explore --faults --ranks 2 my.Program, faults --ranks 2 my.Program",
    "explore --ranks 2 --faults my.Program, faults --ranks 2 my.Program",
    "explore --ranks=2 -cp a:b --faults my.P, faults --ranks=2 -cp a:b my.P",
    "explore --kinds exit --faults my.Program, faults --kinds exit my.Program",
    "--stacktrace explore --ranks 2 --faults my.P, --stacktrace faults --ranks 2 my.P",
    "explore --ranks 2 my.Program --faults, explore --ranks 2 my.Program --faults",
    "explore -cp --faults my.Program, explore -cp --faults my.Program",
    "run --faults PLAN my.Program, run --faults PLAN my.Program",
    "explore, explore",
    "'',''",
  })
  void explore_takesFaultsAtAnyPlace(String given, String meant) {
    assertThat(String.join(" ", Main.named(given.split(" ")))).isEqualTo(meant);
  }

  @Test
  void run_letsFaultsStrike() {
    String program = "org.jccl.benchmarks.examples.faults.CarelessTraining";
    String[] run = {"run", "--backend", "sim", "--ranks", "2", "--faults", "PLAN", program};
    run[6] = "rank 1 at all_reduce 2: exit";
    assertThat(run(run)).isOne();
    assertThat(err.toString()).contains("first cause: fault '" + run[6] + "' struck all_reduce 2");
    run[6] = "rank 1 at all_reduce 2: slow 1ms";
    assertThat(run(run)).as(err.toString()).isZero();
    run[6] = "rank 1 at all_reduce 2: earthquake";
    assertThat(run(run)).isEqualTo(2);
    assertThat(err.toString()).contains("--faults: ", "'earthquake' is none of exception, exit,");
  }

  @Test
  void predict_comparesWithAReport(@TempDir Path folder) throws Exception {
    String bench =
        "bench --backend sim --ranks 2 --op all_reduce,reduce -b 64 -e 4K -f 8 -n 2 -w 1";
    assertThat(run((bench + " --out " + folder).split(" "))).as(err.toString()).isZero();
    out.getBuffer().setLength(0);
    Path report = folder.resolve("report.json");
    Path json = folder.resolve("rows.json");
    String predict = "predict --ranks 2 --op reduce --measured " + report + " --json " + json;
    assertThat(run(predict.split(" "))).as(err.toString()).isZero();
    assertThat(out.toString()).contains("median", "p95", "Ring", "LL");
    List<Map<String, Object>> rows = rows(json);
    assertThat(rows).hasSize(3).extracting(row -> row.get("bytes")).containsExactly(64, 512, 4096);
    assertThat(rows.getFirst())
        .containsEntry("op", "reduce")
        .containsEntry("ranks", 2)
        .containsEntry("algorithm", "Ring")
        .containsEntry("protocol", "LL")
        .containsEntry("channels", 1)
        .containsKeys("us", "measured_us", "error");
    assertThat(run(("predict --ranks 4 --measured " + report).split(" "))).isEqualTo(2);
    assertThat(run(("predict --ranks 2 --op broadcast --measured " + report).split(" ")))
        .isEqualTo(2);
    assertThat(err.toString()).contains("on 2 ranks, not on 4", "no row of broadcast");
  }

  /** The simulator's time is NCCL's own model: to be fitted without an error, at any size. */
  @Test
  void calibrate_onTheSimulator_givesItsOwnModelBack(@TempDir Path folder) throws Exception {
    Path profile = folder.resolve("sim.json");
    Path errors = folder.resolve("errors.tsv");
    String line =
        "calibrate --backend sim --ranks 2,4 --op all_reduce,sendrecv -d float -e 4M --out "
            + profile
            + " --held-out "
            + errors
            + " --report "
            + folder;
    assertThat(run(line.split(" "))).as(err.toString()).isZero();
    List<String> lines = Files.readAllLines(errors);
    assertThat(lines).hasSize(1 + 2 * 2 * 10);
    assertThat(lines.stream().skip(1).map(each -> each.split("\t")))
        .allSatisfy(fields -> assertThat(Double.parseDouble(fields[6])).isBetween(-0.003, 0.003));
    assertThat(lines).anyMatch(each -> each.contains("Simple"));
    Path again = folder.resolve("again.json");
    String refit =
        "calibrate --measured %s/ranks-2.json,%s/ranks-4.json --out %s"
            .formatted(folder, folder, again);
    assertThat(run(refit.split(" "))).as(err.toString()).isZero();
    assertThat(ProfileFile.read(again).calibrations())
        .isEqualTo(ProfileFile.read(profile).calibrations());
    out.getBuffer().setLength(0);
    assertThat(run(("predict --ranks 4 --profile " + profile).split(" "))).isZero();
    assertThat(out.toString()).contains("# calibrated on 4 x simulated GPU", "LL128");
    assertThat(run(("predict --ranks 8 -e 8 --profile " + profile).split(" "))).isZero();
    assertThat(out.toString()).contains("corrections of 4 ranks", "unproven");
  }

  @Test
  void calibrate_fitsReports(@TempDir Path folder) throws Exception {
    String bench =
        "bench --backend sim --ranks 2 --op reduce -b 16 -e 4K -n 2 -w 1 --out " + folder;
    assertThat(run(bench.split(" "))).as(err.toString()).isZero();
    Path profile = folder.resolve("profile.json");
    String calibrate =
        "calibrate --measured " + folder.resolve("report.json") + " --out " + profile;
    assertThat(run(calibrate.split(" "))).as(err.toString()).isZero();
    assertThat(out.toString()).contains("sizes that were fitted", "sizes that were held out");
    assertThat(run(("predict --ranks 2 --op reduce --profile " + profile).split(" "))).isZero();
  }

  private static List<Map<String, Object>> rows(Path json) throws Exception {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Object row : JSON.std.listFrom(Files.readString(json))) {
      rows.add(JSON.std.mapFrom(JSON.std.asString(row)));
    }
    return rows;
  }

  @Test
  void run_runsAProgramOnEveryRank() {
    String program = QuietProgram.class.getName();
    assertThat(run("run", "--backend", "sim", "--ranks", "2", program, "--its", "own")).isZero();
  }

  @Test
  void run_drawsATimeline(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("timeline.json");
    String program = QuietProgram.class.getName();
    String line = "run --backend sim --ranks 2 --timeline " + file + " " + program;
    assertThat(run(line.split(" "))).as(err.toString()).isZero();
    Map<String, Object> json = JSON.std.mapFrom(Files.readString(file));
    assertThat(json).containsKey("traceEvents");
    assertThat(System.getProperty("jccl.sim.timeline")).isNull();
  }

  @Test
  void run_writesTraces_thatReportSetsSideBySide(@TempDir Path folder) throws Exception {
    Path first = folder.resolve("first.trace");
    Path again = folder.resolve("again.trace");
    Path other = folder.resolve("other.trace");
    for (Map.Entry<Path, Integer> run : Map.of(first, 7, again, 7, other, 8).entrySet()) {
      String line = "run --backend sim --ranks 3 --seed " + run.getValue() + " --trace ";
      String program = " " + QuietProgram.class.getName();
      assertThat(run((line + run.getKey() + program).split(" "))).as(err.toString()).isZero();
    }

    assertThat(first).content().startsWith("resume ").contains("finish rank 2");
    assertThat(run("report", "trace", first.toString(), again.toString())).isZero();
    assertThat(run("report", "trace", first.toString(), other.toString())).isEqualTo(1);
    assertThat(out.toString()).contains("the same ", "the runs part at event ", "other.trace: ");
  }

  @Test
  void report_makesPagesAnew_andComparesReports(@TempDir Path folder) throws Exception {
    String bench = "bench --backend sim --ranks 2 --op all_reduce -b 64 -e 64 -n 2 -w 1 --out ";
    assertThat(run((bench + folder).split(" "))).as(err.toString()).isZero();
    Path report = folder.resolve("report.json");
    String made = Files.readString(folder.resolve("report.html"));
    Files.delete(folder.resolve("report.html"));

    assertThat(run("report", "html", report.toString())).as(err.toString()).isZero();
    assertThat(folder.resolve("report.html")).hasContent(made);
    assertThat(run("report", "compare", report.toString(), report.toString())).isZero();
    assertThat(out.toString()).contains("all_reduce", "out of place", "1.000");
  }

  @Test
  void report_makesTheCommittedPages(@TempDir Path folder) throws Exception {
    Path docs = docs();
    for (String[] page :
        new String[][] {
          {"status", "reports/rules", "spec/STATUS.md"},
          {"misuse", "reports/misuse", "reports/nccl-misuse.md"}
        }) {
      String tables = docs.resolve(page[1]).toString();
      Path made = folder.resolve("page.md");
      assertThat(run("report", page[0], "--tables", tables, "--out", made.toString()))
          .as(err.toString())
          .isZero();
      assertThat(made).hasSameTextualContentAs(docs.resolve(page[2]));
    }
  }

  private static Path docs() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("docs"))) {
      folder = folder.getParent();
    }
    return folder.resolve("docs");
  }

  @Test
  void run_takesManySeeds_andStopsAtTheFirstThatFails() {
    String program = QuietProgram.class.getName();
    String line = "run --backend sim --ranks 2 --checks default --strict --seeds 7..9 " + program;
    assertThat(run(line.split(" "))).as(err.toString()).isZero();

    assertThat(run((line + " fail").split(" "))).isEqualTo(1);
    assertThat(err.toString()).contains("rank 1 was told to fail", "seed 7");
  }

  @Test
  void run_refusesSeedsThatAreNone() {
    String program = QuietProgram.class.getName();
    for (String seeds : List.of("9..7", "a..b", "1..", "..", "1...2", "1..99999999999999999999")) {
      assertThat(run("run", "--backend", "sim", "--seeds", seeds, program)).isEqualTo(2);
      assertThat(err.toString()).contains("names no seeds");
    }
    assertThat(run("run", "--backend", "sim", "--seed", "1", "--seeds", "1..2", program))
        .isEqualTo(2);
    assertThat(run("run", "--backend", "sim", "--checks", "some", program)).isEqualTo(2);
    assertThat(err.toString()).contains("use none, default or full");
  }

  @Test
  void run_reportsAFailure_andEndsWith1() {
    String program = QuietProgram.class.getName();
    assertThat(run("run", "--backend", "sim", "--ranks", "2", program, "fail")).isEqualTo(1);
    assertThat(err.toString()).contains("rank 1/2 failed first", "rank 1 was told to fail");
  }

  @Test
  void differential_writesALineForEachSeed(@TempDir Path folder) throws Exception {
    String line = "differential --backend sim --ranks 2 --from 3 --count 4 --out " + folder;
    assertThat(run(line.split(" "))).as(err.toString()).isZero();
    assertThat(folder.resolve("differential-simulator-2.tsv")).content().hasLineCount(5);
  }

  @Test
  void differential_comparesArbitraryFloats(@TempDir Path folder) throws Exception {
    String line =
        "differential --floats --backend sim --ranks 2 --from 3 --count 4 --profile h100-nvswitch"
            + " --out "
            + folder;
    assertThat(run(line.split(" "))).as(err.toString()).isZero();
    assertThat(folder.resolve("floats-sim-2.tsv"))
        .content()
        .startsWith("# NCCL 2.28.9, h100-nvswitch, variables {")
        .hasLineCount(6);
  }

  @Test
  void doctor_neverFails_andNamesTheChoice() throws Exception {
    assertThat(run("doctor")).isZero();
    assertThat(out.toString()).contains("backend sim: available", "jccl uses ");
    out.getBuffer().setLength(0);
    assertThat(run("doctor", "--json")).isZero();
    Map<String, Object> json = JSON.std.mapFrom(out.toString());
    assertThat(json).containsKeys("java", "backends", "chosen", "why", "vector_module");
  }
}
