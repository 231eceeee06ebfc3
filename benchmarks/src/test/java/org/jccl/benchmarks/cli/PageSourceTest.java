package org.jccl.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jccl.benchmarks.house.Repository;
import org.jccl.benchmarks.json.BadFileException;
import org.jccl.benchmarks.report.ReportPage;
import org.jccl.file.BoundedFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kind of file, with any one of its values gone or another: a page, or one line. */
class PageSourceTest {
  private static final List<@Nullable Object> OTHERS =
      Arrays.asList(null, -1, 0, 1e300, "</script>", List.of());

  private static final int MOST_BYTES = 1 << 27;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-11-22-h200/x2/report.json",
        "tuned/2026-11-30/tuned-rounds.json",
        "sim-speed/small/report.json.gz"
      })
  void aValueThatIsAnother_isShownOrRefused(String kept) throws Exception {
    requireAllGood(
        shortened(JSON.std.anyFrom(text(Repository.root().resolve("docs/reports").resolve(kept)))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"rawData", "rawDataHistogram"})
  void soItIsWithJmhs(String raw) throws Exception {
    requireAllGood(
        JSON.std.anyFrom(
            """
            [{"jmhVersion": "1", "benchmark": "a.B.c", "forks": 1, "jdkVersion": "25", "vmName": "x",
              "jvmArgs": ["-y"], "warmupIterations": 1, "warmupTime": "1 s", "measurementIterations": 3,
              "measurementTime": "1 s", "params": {"bytes": "8"},
              "primaryMetric": {"score": 2.5, "scoreConfidence": [1.5, 3.5], "scoreUnit": "ns/op",
                "%s": [[1.5, 2.5]]},
              "secondaryMetrics": {"gc.alloc.rate.norm": {"score": 24.0}}}]
            """
                .formatted(raw)));
  }

  private static String text(Path file) throws Exception {
    if (!file.toString().endsWith(".gz")) {
      return Files.readString(file);
    }
    try (InputStream in = BoundedFile.unpacked(BoundedFile.open(file), MOST_BYTES)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** With two elements of each list. */
  private static @Nullable Object shortened(@Nullable Object value) {
    if (value instanceof List<?> list) {
      List<@Nullable Object> few = new ArrayList<>();
      list.stream().limit(2).forEach(each -> few.add(shortened(each)));
      return few;
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> all = new LinkedHashMap<>();
      map.forEach((name, each) -> all.put((String) name, shortened(each)));
      return all;
    }
    return value;
  }

  private void requireAllGood(@Nullable Object good) throws Exception {
    assertThat(answer(good)).isEmpty();
    List<String> wrong = new ArrayList<>();
    int[] tried = {0};
    vary(
        good,
        () -> {
          tried[0]++;
          String said = answer(good);
          if (said.contains("\n") || said.contains("Exception")) {
            wrong.add(said);
          }
        });
    assertThat(tried[0]).isGreaterThan(50);
    assertThat(wrong).isEmpty();
  }

  private interface Step {
    void run() throws Exception;
  }

  /** Makes each value another, and lets {@code step} look at the whole each time. */
  @SuppressWarnings("unchecked")
  private static void vary(@Nullable Object value, Step step) throws Exception {
    if (value instanceof Map<?, ?> any) {
      Map<String, @Nullable Object> map = (Map<String, @Nullable Object>) any;
      for (String name : List.copyOf(map.keySet())) {
        Object was = map.get(name);
        for (Object other : OTHERS) {
          map.put(name, other);
          step.run();
        }
        map.remove(name);
        step.run();
        map.put(name, was);
        vary(was, step);
      }
    } else if (value instanceof List<?> any && !any.isEmpty()) {
      List<@Nullable Object> list = (List<@Nullable Object>) any;
      Object was = list.getFirst();
      for (Object other : OTHERS) {
        list.set(0, other);
        step.run();
      }
      list.set(0, was);
      vary(was, step);
    }
  }

  /** What is said of a file that holds this: nothing if there is a page of it. */
  private String answer(@Nullable Object json) throws Exception {
    Path file = Files.writeString(folder.resolve("x.json"), JSON.std.asString(json));
    try {
      String page = ReportPage.write("x", List.of(PageSource.read(file).part("p")));
      assertThat(page).doesNotContain("<script>alert", "x</script>x");
      return "";
    } catch (BadFileException refused) {
      return String.valueOf(refused.getMessage());
    } catch (RuntimeException broken) {
      return broken + " of " + Files.readString(file).strip();
    }
  }
}
