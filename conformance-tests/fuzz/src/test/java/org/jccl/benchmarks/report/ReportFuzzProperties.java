package org.jccl.benchmarks.report;

import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jccl.conformance.fuzz.Mutations;
import org.jccl.conformance.fuzz.Reading;

/** Reports of benchmarks as JSON; one that is read can be drawn. */
class ReportFuzzProperties {
  private static final Measurement MEASUREMENT =
      new Measurement(4, 2, 3, 2, 3, 0, 25, 10, new Spread(2, 5, 3, 4, 5, 5, 5));

  private static final BenchReport REPORT =
      new BenchReport(
          new Environment(
              "2026-01-02T03:04:05Z",
              "1.0",
              "Linux",
              "CPU",
              2,
              8L << 30,
              "25",
              List.of("-D"),
              "sim",
              "asked for",
              "a simulator",
              "2.28.9",
              List.of("GPU"),
              "portable"),
          new Settings("bench", 2, 5, 20, true, false, "host", ""),
          List.of(
              new Row("all_reduce", 8, 2, "float", "sum", null, MEASUREMENT, MEASUREMENT),
              new Row("gather", 16, 4, "float", null, 1, MEASUREMENT, null)),
          List.of("reduce f8e4m3 sum: too old"));

  @Provide
  Arbitrary<String> reports() {
    return Mutations.texts(ReportJson.write(REPORT));
  }

  @Property
  void reports_areReadOrRefused(@ForAll("reports") String text) {
    Reading.endsWell(() -> ReportJson.read(text), IllegalArgumentException.class);
  }

  @Property
  void reportsThatAreRead_canBeDrawn(@ForAll("reports") String text) {
    BenchReport report;
    try {
      report = ReportJson.read(text);
    } catch (IllegalArgumentException refused) {
      return;
    }
    Reading.endsWell(() -> HtmlReport.write(report));
  }
}
