package org.jccl.sim.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jccl.DataType;
import org.jccl.config.Algorithm;
import org.jccl.config.Protocol;
import org.jccl.ops.Operation;
import org.jccl.sim.algo.Choice;
import org.jccl.sim.algo.TopologySearch;
import org.jccl.sim.cost.CalibratedModel.Correction;
import org.jccl.sim.cost.CalibratedModel.Key;
import org.jccl.sim.cost.Fit.Point;
import org.jccl.sim.machine.GpuProfile;
import org.junit.jupiter.api.Test;

/** {@link Fit} on times that it knows, and on those measured on H200. */
class FitTest {
  private static final NcclModel BASE = new NcclModel(new TopologySearch(GpuProfile.h200(), 22809));

  private static double time(CostModel model, Operation operation, int ranks, long bytes) {
    Tuner tuner = model.tuner(ranks);
    long count = operation.countFor(bytes, ranks, 4);
    Choice choice = tuner.choose(operation, DataType.FLOAT32, false, Math.max(1, count));
    return model.micros(tuner, operation, choice, bytes);
  }

  @Test
  void findsWhatItWasMadeFrom() {
    Correction truth = new Correction(15, 1.3, 0.8);
    CalibratedModel known = new CalibratedModel("known", BASE, Map.of(), truth);
    List<Point> points = new ArrayList<>();
    for (Operation operation : List.of(Operation.ALL_REDUCE, Operation.SEND)) {
      for (int log = 3; log < 30; log++) {
        long bytes = 1L << log;
        double micros = time(known, operation, 4, bytes);
        points.add(new Point(operation, DataType.FLOAT32, 4, bytes, micros, null));
      }
    }
    points.add(new Point(Operation.SEND, DataType.FLOAT32, 4, 64, 900, null));
    CalibratedModel found = Fit.of("found", BASE, points);
    assertEquals(4, found.corrections().size());
    for (Point point : points.subList(0, points.size() - 1)) {
      double micros = time(found, point.operation(), 4, point.bytes());
      assertEquals(1, micros / point.micros(), 0.02, point + ", an outlier among them");
    }
    assertEquals(found, Fit.of("found", BASE, points), "the same points, the same model");
  }

  @Test
  void predictsHeldOutSizesOfH200() {
    List<Point> even = new ArrayList<>();
    List<Point> odd = new ArrayList<>();
    List<String[]> lines = Lines.of(FitTest.class, "measured-times.txt");
    assertEquals(143, lines.size());
    for (String[] line : lines) {
      Operation operation = Operation.ofLabel(line[0]);
      int ranks = Integer.parseInt(line[1]);
      long bytes = operation.measuredBytes(Long.parseLong(line[2]), ranks, 4);
      double micros = Double.parseDouble(line[3]);
      Point point = new Point(operation, DataType.FLOAT32, ranks, bytes, micros, null);
      int log = (int) Math.round(Math.log(bytes) / Math.log(2));
      (log % 2 == 0 ? even : odd).add(point);
    }
    double[] calibrated =
        even.stream()
            .map(Point::ranks)
            .distinct()
            .map(ranks -> errors(Fit.of("fitted", BASE, of(ranks, even)), of(ranks, odd)))
            .flatMapToDouble(Arrays::stream)
            .sorted()
            .toArray();
    double[] own = errors(BASE, odd);
    String summary =
        "%d held-out sizes, calibrated %s, NCCL's own %s"
            .formatted(odd.size(), quantiles(calibrated), quantiles(own));
    assertTrue(calibrated[calibrated.length / 2] < 0.05, summary);
    assertTrue(calibrated[(int) (calibrated.length * 0.95)] < 0.15, summary);
    assertTrue(calibrated[calibrated.length / 2] < own[own.length / 2] / 2, summary);
  }

  private static List<Point> of(int ranks, List<Point> points) {
    return points.stream().filter(each -> each.ranks() == ranks).toList();
  }

  private static double[] errors(CostModel model, List<Point> points) {
    return points.stream()
        .mapToDouble(
            each ->
                Math.abs(
                    time(model, each.operation(), each.ranks(), each.bytes()) / each.micros() - 1))
        .sorted()
        .toArray();
  }

  private static String quantiles(double[] sorted) {
    return "median %.1f %%, 95th percentile %.1f %%, most %.1f %%"
        .formatted(
            100 * sorted[sorted.length / 2],
            100 * sorted[(int) (sorted.length * 0.95)],
            100 * Arrays.stream(sorted).max().orElse(0));
  }

  @Test
  void senselessPointsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> Fit.of("none", BASE, List.of()));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Point(Operation.SEND, DataType.INT8, 2, 8, -1, null));
    assertThrows(IllegalArgumentException.class, () -> new Correction(1, Double.NaN, 1));
  }

  @Test
  void whatWasNotMeasuredIsCorrectedLikeTheRest() {
    Correction all = new Correction(20, 1, 1);
    Correction one = new Correction(40, 1, 1);
    Key messages = new Key(Operation.SEND, null, null);
    CalibratedModel model = new CalibratedModel("two", BASE, Map.of(messages, one), all);
    assertEquals(40 + time(BASE, Operation.SEND, 2, 8), time(model, Operation.SEND, 2, 8), 1e-9);
    Operation other = Operation.ALL_REDUCE;
    assertEquals(20 + time(BASE, other, 2, 8), time(model, other, 2, 8), 1e-5);
    assertTrue(model.copy(1 << 20) > 0);
    assertEquals(
        (long) (1e3 * BASE.tuner(4).time(Operation.BROADCAST, Algorithm.RING, Protocol.LL, 64, 1)),
        BASE.operation(Operation.BROADCAST, 16, 4, 4));
  }
}
