package org.jccl.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jccl.benchmarks.house.Repository;
import org.jccl.benchmarks.json.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** One page of all kinds of measurements, and two of a kind side by side. */
class ReportPageTest {
  private static final String HOSTILE = "</script><!--<script>alert(1)";

  private static final Pattern ID = Pattern.compile(" id=\"([^\"]+)\"");
  private static final Pattern LINK = Pattern.compile("href=\"#([^\"]+)\"");
  private static final Pattern DATA =
      Pattern.compile("(?s)<script type=\"application/json\" id=\"[^\"]+\">\n(.*?)</script>");

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... words) {
    CommandLine jccl = Main.commandLine();
    jccl.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return jccl.execute(words);
  }

  private Path jmh(String name, double score) throws IOException {
    String json =
        """
        [{"jmhVersion": "1.37", "benchmark": "org.jccl.benchmarks.jmh.HostCostBenchmark.call", "mode": "avgt",
          "forks": 1, "jdkVersion": "25", "vmName": "%s", "jvmArgs": ["-Dx=%s"], "warmupIterations": 1,
          "warmupTime": "1 s", "measurementIterations": 3, "measurementTime": "1 s",
          "params": {"bytes": "8 %s"},
          "primaryMetric": {"score": %2$s, "scoreError": "NaN", "scoreConfidence": ["NaN", "NaN"],
            "scoreUnit": "ns/op", "rawData": [[%2$s, 1.5, 2.5]]},
          "secondaryMetrics": {"gc.alloc.rate.norm": {"score": 24.0, "scoreUnit": "B/op"}}}]
        """
            .replace("%2$s", Double.toString(score))
            .replace("%s", HOSTILE);
    return Files.writeString(folder.resolve(name), json);
  }

  @Test
  void whatABenchmarkCountsForItself_isTheFigure_notTheBatchOfASingleShot() throws Exception {
    Path page = folder.resolve("page.html");

    int code =
        run("report", "html", kept("host-cost.json.gz").toString(), "--out", page.toString());

    assertThat(code).as(err.toString()).isZero();
    assertThat(Files.readString(page))
        .contains("HostCostBenchmark, ns/op", "SimCollectiveBenchmark.call:micros, µs")
        .contains("All with budgetMillis=100, mode=DETERMINISTIC, way=SYNCHRONOUS.")
        .contains("<span>bytes=32, op=allreduce, ranks=2</span><b>6.93 µs</b>")
        .doesNotContain("SimCollectiveBenchmark, ms/op");
  }

  private static Path kept(String path) {
    return Repository.root().resolve("docs/reports").resolve(path);
  }

  @Test
  void allKinds_areOnOnePage_withTheirData() throws Exception {
    Path page = folder.resolve("page.html");
    Path host = jmh("host.json", 12);
    int code =
        run(
            "report",
            "html",
            kept("2026-11-22-h200/x2/report.json").toString(),
            host.toString(),
            kept("sim-speed/report.json.gz").toString(),
            kept("tuned/2026-11-30/tuned-rounds.json").toString(),
            "--title",
            "All of " + HOSTILE,
            "--out",
            page.toString());
    assertThat(code).as(err.toString()).isZero();
    String html = Files.readString(page);
    requireWhole(html, 4);
    assertThat(html)
        .contains("bench nccl", "HostCostBenchmark, ns/op", "beside its peers", "Ways of calling")
        .contains("samples&#39; range".replace("&#39;", "'"), "call, bytes=8 &lt;/script&gt;");
  }

  @Test
  void allKeptMeasurements_areOnThePageOfTheSite() throws Exception {
    String html = SiteCommand.measurements(kept("")).strip();
    int parts = Pattern.compile("<article ").matcher(html).results().mapToInt(each -> 1).sum();
    assertThat(parts).isGreaterThan(5);
    requireWhole(html, parts);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-22-h200/x2/report.json, 2026-11-22-h200/x4/report.json, slower beyond all samples",
    "tuned/2026-11-30/tuned-rounds.json, tuned/2026-11-30/tuned-rounds.json, slower beyond noise",
  })
  void twoOfAKind_areSideBySide(String first, String second, String words) throws Exception {
    String page = folder.resolve("page.html").toString();
    String before = kept(first).toString();
    int code = run("report", "html", before, "--beside", kept(second).toString(), "--out", page);
    assertThat(code).as(err.toString()).isZero();
    String html = Files.readString(Path.of(page));
    requireWhole(html, 1);
    assertThat(html).contains(words, "verdict", "\"first\":", "\"second\":");
    out.getBuffer().setLength(0);
    code = run("bench", "--compare", before, kept(second).toString(), "--out", folder.toString());
    assertThat(code).as(err.toString()).isEqualTo(first.equals(second) ? 0 : 1);
    assertThat(out.toString()).contains("# wrote " + folder.resolve("compare.html"));
    assertThat(Files.readString(folder.resolve("compare.html"))).isEqualTo(html);
  }

  @Test
  void jmhBesideJmh_hasBothBars() throws Exception {
    String page = folder.resolve("page.html").toString();
    String slow = jmh("slow.json", 400).toString();
    assertThat(run("report", "render", "" + jmh("a.json", 2), "--beside", slow, "--out", page))
        .as(err.toString())
        .isZero();
    String html = Files.readString(Path.of(page));
    requireWhole(html, 1);
    assertThat(html).contains("second run", "200", "Logarithmic, from ");
  }

  @Test
  void ofRates_moreIsBetter_andHistogramsAreRead() throws Exception {
    String page = folder.resolve("page.html").toString();
    Path slow = jmh("slow.json", 4);
    Path fast = jmh("fast.json", 400);
    for (Path each : List.of(slow, fast)) {
      String score = each == slow ? "4.0" : "400.0";
      Files.writeString(
          each,
          Files.readString(each)
              .replace("ns/op", "ops/us")
              .replaceFirst("\\[\"NaN\", \"NaN\"]", "[" + score + ", " + score + "]")
              .replace("rawData", "rawDataHistogram"));
    }
    assertThat(run("report", "html", "" + slow, "--beside", "" + fast, "--out", page))
        .as(err.toString())
        .isZero();
    assertThat(Files.readString(Path.of(page))).contains("class=\"faster\">100</td>");
  }

  @Test
  void whatIsNoReport_orOfAnotherKind_isRefusedInOneLine() throws Exception {
    String good = jmh("host.json", 12).toString();
    String other = kept("tuned/2026-11-30/tuned-rounds.json").toString();
    String empty = Files.writeString(folder.resolve("x.json"), "{}").toString();
    String packed = Files.writeString(folder.resolve("x.json.gz"), "{}").toString();
    String nothing = Files.writeString(folder.resolve("none.json"), "[]").toString();
    for (List<String> line :
        List.of(
            List.of("report", "html", good, "--beside", other),
            List.of("report", "html", empty),
            List.of("report", "html", packed),
            List.of("report", "html", nothing),
            List.of("bench", "--compare", good, other),
            List.of("bench", "--compare", good, good))) {
      err.getBuffer().setLength(0);
      List<String> all = new ArrayList<>(line);
      all.addAll(List.of("--out", folder.resolve("none.html").toString()));
      assertThat(run(all.toArray(String[]::new))).as(line.toString()).isEqualTo(2);
      assertThat(err.toString()).hasLineCount(1).doesNotContain("Exception", "java.");
    }
    assertThat(folder.resolve("none.html")).doesNotExist();
  }

  /** Ids are unique, links lead somewhere, data can be read, nothing else is loaded or run. */
  private static void requireWhole(String html, int parts) throws Exception {
    Set<String> ids = new HashSet<>();
    ID.matcher(html)
        .results()
        .forEach(id -> assertThat(ids.add(id.group(1))).as(id.group()).isTrue());
    LINK.matcher(html).results().forEach(link -> assertThat(ids).contains(link.group(1)));
    Matcher data = DATA.matcher(html);
    int found = 0;
    while (data.find()) {
      JsonNode.parse("page", data.group(1));
      found++;
    }
    assertThat(found).isEqualTo(parts);
    assertThat(Pattern.compile("</script").matcher(html).results().count()).isEqualTo(parts + 1);
    assertThat(html)
        .doesNotContain("{{", "<!--", "<script>alert")
        .doesNotContainPattern("src=|href=\"[^#]|@import|url\\(");
  }
}
