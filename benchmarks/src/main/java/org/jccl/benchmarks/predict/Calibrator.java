package org.jccl.benchmarks.predict;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jccl.DataType;
import org.jccl.benchmarks.profile.Calibration;
import org.jccl.benchmarks.profile.Origin;
import org.jccl.benchmarks.profile.Profile;
import org.jccl.sim.algo.TopologySearch;
import org.jccl.sim.cost.CalibratedModel;
import org.jccl.sim.cost.Fit;
import org.jccl.sim.cost.NcclModel;
import org.jccl.sim.machine.GpuProfile;

/**
 * Fits NCCL's model to measurements: each number of ranks and each type on its own, for NCCL's
 * constants are off by other factors on two GPUs than on four.
 */
public final class Calibrator {
  private Calibrator() {}

  private record Series(int ranks, DataType type) {}

  /**
   * The profile of a machine that was measured.
   *
   * @param machine its facts, from which NCCL's choices follow
   * @param version version code of the NCCL that ran
   * @param origin where it was measured
   */
  public static Profile fit(
      String name, GpuProfile machine, int version, Origin origin, List<PredictionSample> samples) {
    NcclModel base = new NcclModel(new TopologySearch(machine, version));
    Map<Series, List<Fit.Point>> points = new LinkedHashMap<>();
    for (PredictionSample sample : samples) {
      points
          .computeIfAbsent(new Series(sample.ranks(), sample.type()), none -> new ArrayList<>())
          .add(point(sample));
    }
    List<Calibration> calibrations = new ArrayList<>();
    points.forEach(
        (series, some) -> {
          CalibratedModel model = Fit.of(name, base, some);
          calibrations.add(
              new Calibration(series.ranks, series.type, model.corrections(), model.otherwise()));
        });
    return new Profile(name, machine.named(name), version, origin, calibrations);
  }

  private static Fit.Point point(PredictionSample sample) {
    return new Fit.Point(
        sample.workload().operation(),
        sample.type(),
        sample.ranks(),
        sample.bytes(),
        sample.micros(),
        null);
  }

  /** A profile's predictions beside measurements. */
  public static ErrorTable errors(Profile profile, List<PredictionSample> samples) {
    Predictor predictor = new Predictor(profile);
    ErrorTable errors = new ErrorTable();
    for (PredictionSample sample : samples) {
      errors.add(
          sample,
          predictor.predict(sample.workload(), sample.type(), sample.ranks(), sample.count()));
    }
    return errors;
  }
}
