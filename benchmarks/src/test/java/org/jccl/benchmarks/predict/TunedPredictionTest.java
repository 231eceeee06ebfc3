package org.jccl.benchmarks.predict;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import org.jccl.DataType;
import org.jccl.benchmarks.bench.WayTimes;
import org.jccl.benchmarks.bench.Workload;
import org.jccl.benchmarks.house.Repository;
import org.jccl.benchmarks.profile.ProfileFile;
import org.jccl.benchmarks.ways.WayReport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Predictions of prepared calls beside runs that no fit has seen: the profile is of another day,
 * the factors of symmetric kernels are of another run ({@code tune-rounds.json}). Of own kernels
 * there is one run alone, which the fit has seen.
 */
class TunedPredictionTest {
  private static final Path REPORTS = Repository.root().resolve("docs/reports");
  private static final TunedWay IN_WINDOWS = new TunedWay(32, true, false);
  private static final TunedWay BY_KERNELS = new TunedWay(32, true, true);

  @ParameterizedTest
  @CsvSource({
    "tuned/2026-11-30/tuned-rounds.json, default, 30",
    "tuned/2026-11-30/tuned-rounds.json, windows, 30",
    "tuned/2026-11-30/tuned-small-rounds.json, windows, 15",
    "kernels/2026-11-30/rounds.json, default, 21",
    "kernels/2026-11-30/rounds.json, windows, 21",
    "kernels/2026-11-30/rounds.json, kernels, 21",
  })
  void theMedianErrorIsBelowFivePercent(String file, String name, int lines) throws Exception {
    TunedWay way =
        switch (name) {
          case "default" -> TunedWay.DEFAULT;
          case "windows" -> IN_WINDOWS;
          default -> BY_KERNELS;
        };
    Predictor predictor =
        new Predictor(ProfileFile.read(REPORTS.resolve("prediction/h200-x4.json")));
    double[] errors =
        WayReport.read(REPORTS.resolve(file)).times().stream()
            .filter(each -> each.way().equals(way.inRounds()))
            .mapToDouble(each -> error(predictor, each, way))
            .sorted()
            .toArray();
    assertThat(errors).hasSize(lines);
    assertThat(errors[lines / 2]).as(Arrays.toString(errors)).isLessThan(0.05);
    assertThat(errors[lines * 9 / 10]).as(Arrays.toString(errors)).isLessThan(0.15);
  }

  private static double error(Predictor predictor, WayTimes measured, TunedWay way) {
    Workload workload = Workload.ofLabel(measured.operation());
    DataType type = DataType.FLOAT32;
    long count = workload.operation().countFor(measured.bytes(), 2, type.bytes());
    Prediction predicted = predictor.predict(workload, type, 2, count, way);
    return Math.abs(predicted.micros() / measured.median() - 1);
  }
}
