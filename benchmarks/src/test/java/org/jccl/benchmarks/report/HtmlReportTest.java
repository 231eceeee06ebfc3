package org.jccl.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class HtmlReportTest {
  private final String page = HtmlReport.write(SampleReport.make());

  @Test
  void page_needsNothingBesideItself() {
    assertThat(page).contains("default-src 'none'");
    assertThat(page.replace("http://www.w3.org/2000/svg", ""))
        .doesNotContainPattern("https?://")
        .doesNotContainPattern("src=|href=\"[^#]")
        .doesNotContain("@import", "url(");
  }

  @Test
  void everyPlaceOfTheTemplate_isFilled() {
    assertThat(page).doesNotContain("{{", "}}");
  }

  @Test
  void everySeries_hasADiagramOfEachKind() {
    assertThat(count("<svg class=\"plot\"")).isEqualTo(2 * 3);
    assertThat(page)
        .contains("id=\"report-overview\"", "id=\"report-all_reduce\"", "id=\"report-gather\"");
    assertThat(page).contains("float sum, out of place", "float sum, in place");
  }

  @Test
  void wrongRows_areFlagged() {
    assertThat(page).contains("<tr class=\"wrong\">", "✗ 3", "3 wrong", "(wrong results)");
  }

  @Test
  void foreignText_cannotBreakThePage() {
    assertThat(page).contains("A &quot;quoted&quot; CPU &amp; more", "too &lt;old&gt;");
    assertThat(count("</script>")).isEqualTo(2);
  }

  @Test
  void commandWithMarkup_neitherEndsNorHidesAScript() {
    BenchReport sample = SampleReport.make();
    Settings was = sample.settings();
    String command = "jccl bench --out <!--<script></script>\u001B[2J\u202E";
    Settings settings =
        new Settings(
            command,
            was.ranks(),
            was.warmups(),
            was.iterations(),
            was.checked(),
            was.graph(),
            was.clock(),
            was.clockNote());
    BenchReport report =
        new BenchReport(sample.environment(), settings, sample.rows(), sample.refused());

    String hostile = HtmlReport.write(report);

    assertThat(hostile)
        .doesNotContain("<!--<script", "\u001B", "\u202E")
        .contains("\\u003c!--\\u003cscript>", "&lt;!--&lt;script&gt;&lt;/script&gt;\\u001B[2J");
    assertThat(Pattern.compile("</script>").matcher(hostile).results().count()).isEqualTo(2);
  }

  @Test
  void rawReport_isInside() {
    String begin = "<script type=\"application/json\" id=\"report-json\">";
    String json = page.substring(page.indexOf(begin) + begin.length());
    json = json.substring(0, json.indexOf("</script>"));
    assertThat(ReportJson.read(json)).isEqualTo(SampleReport.make());
  }

  @Test
  void simulatedTimes_areCalledByTheirName() {
    assertThat(page).contains("note warn", "Times are this CPU&#39;s".replace("&#39;", "'"));
  }

  @Test
  void chartsComeFirst_andTheEnvironmentIsFolded() {
    assertThat(page)
        .containsSubsequence(
            "class=\"tiles\"",
            "fastest sample to the 95th percentile",
            "<svg",
            "All measurements",
            "How this was measured",
            "<details class=\"card\" id=\"report-environment\">",
            "A &quot;quoted&quot; CPU");
    assertThat(page.replaceAll("(?s)<details.*?</details>", "")).doesNotContain("&quot;quoted");
  }

  @Test
  void allDiagrams_haveTheSameAxes() {
    for (String title : new String[] {"Time per operation", "Bus bandwidth"}) {
      assertThat(
              Pattern.compile("(?s)aria-label=\"" + title + "\".*?<g class=\"grid\">(.*?)</g>")
                  .matcher(page)
                  .results()
                  .map(found -> found.group(1))
                  .distinct())
          .hasSize(1);
    }
  }

  @Test
  void aNoisyMeasurement_isMarked() {
    assertThat(page).doesNotContain("⚠");
    Measurement was = SampleReport.make().rows().getFirst().outOfPlace();
    Spread calm = was.spread();
    Spread wild =
        new Spread(10, 2, calm.min(), calm.p50(), 600 * calm.p50(), 700 * calm.p50(), 1e9);
    BenchReport report = SampleReport.withFirst(wild);

    assertThat(report.noisy()).isOne();
    assertThat(HtmlReport.write(report))
        .contains(
            "⚠ 1 of 30 measurements is noisy", "<tr class=\"noisy\">", "p95 is 600 times p50");
    assertThat(ReportCsv.write(report).lines().filter(line -> line.endsWith(",true"))).hasSize(1);
    assertThat(ReportJson.write(report)).contains("\"noisy\" : 1");
  }

  @Test
  void everyColumn_hasItsMeaningOnThePage() {
    Columns.meanings()
        .forEach(
            (name, words) ->
                assertThat(page)
                    .contains("<dt>%s</dt><dd>%s</dd>".formatted(name, Markup.escape(words))));
  }

  private long count(String text) {
    return Pattern.compile(Pattern.quote(text)).matcher(page).results().count();
  }
}
