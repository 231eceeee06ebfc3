package org.jccl.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.MisuseKind;
import org.jccl.PreMulSum;
import org.jccl.Rank;
import org.jccl.RanksFailedException;
import org.jccl.ReduceOp;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;

/** Bounds that every order of addition keeps, and that wrong results do not. */
class OracleTest {
  private static final int COUNT = 200;

  private static double[] input(int rank, DataType type) {
    Random random = new Random(rank * 31L + type.code());
    double[] values = new double[COUNT];
    for (int i = 0; i < COUNT; i++) {
      values[i] = type.isFloating() ? random.nextGaussian() : random.nextInt(1000) - 300;
    }
    return values;
  }

  @RankTest(
      ranks = {1, 3, 8},
      seeds = 0)
  void everyReduction_keepsTheBound(Rank rank, Communicator comm, Device device) {
    for (DataType type : DataType.values()) {
      List<double[]> inputs = new ArrayList<>();
      for (int r = 0; r < rank.worldSize(); r++) {
        inputs.add(input(r, type));
      }
      for (ReduceOp op : ReduceOp.Builtin.values()) {
        if (type.isFloat8() && op == ReduceOp.AVG && rank.worldSize() == 1) {
          continue; // NCCL refuses it (RED-12)
        }
        try (DeviceBuffer buffer = device.allocate(type, COUNT)) {
          write(buffer, inputs.get(rank.rank()));
          comm.allReduce(buffer, buffer, op, comm.defaultStream());
          comm.defaultStream().synchronize();
          JcclAssertions.assertThat(buffer).matches(Oracle.of(type, op, inputs));
        }
      }
    }
  }

  @RankTest(
      ranks = {1, 3},
      seeds = 0)
  void aSumOfProducts_keepsTheBound(Rank rank, Communicator comm, Device device) {
    for (DataType type : DataType.values()) {
      if (type.isFloat8() && rank.worldSize() == 1) {
        continue; // NCCL refuses it (RED-12)
      }
      double[] scalars = new double[rank.worldSize()];
      List<double[]> inputs = new ArrayList<>();
      for (int r = 0; r < rank.worldSize(); r++) {
        scalars[r] = type.isFloating() ? 0.3 + r : 2 + r;
        inputs.add(input(r, type));
      }
      try (DeviceBuffer buffer = device.allocate(type, COUNT);
          PreMulSum sum = comm.preMulSum(type, scalars[rank.rank()])) {
        write(buffer, inputs.get(rank.rank()));
        comm.allReduce(buffer, buffer, sum, comm.defaultStream());
        comm.defaultStream().synchronize();
        JcclAssertions.assertThat(buffer).matches(Oracle.ofPreMulSum(type, scalars, inputs));
      }
    }
  }

  /** The numbers of the type next to the last ones within the bound are refused, on both sides. */
  @RankTest(ranks = 1, seeds = 0)
  void theFirstNumbersBeyondTheBound_areRefused(Device device) {
    for (DataType type :
        List.of(DataType.FLOAT64, DataType.FLOAT32, DataType.FLOAT16, DataType.BFLOAT16)) {
      List<double[]> inputs =
          List.of(new double[] {0.1}, new double[] {-0.7}, new double[] {3.3}, new double[] {0.9});
      for (Oracle oracle :
          List.of(
              Oracle.of(type, ReduceOp.SUM, inputs),
              Oracle.of(type, ReduceOp.AVG, inputs),
              Oracle.of(type, ReduceOp.PROD, inputs),
              Oracle.of(type, ReduceOp.MAX, inputs),
              Oracle.ofPreMulSum(type, new double[] {0.3, 3, 0.7, 1.1}, inputs))) {
        try (DeviceBuffer buffer = device.allocate(type, 1)) {
          long bits = type.encode(oracle.expected(0));
          for (int side : new int[] {1, -1}) {
            long at = bits;
            while (isWithin(oracle, type.decode(at))) {
              if (type != DataType.FLOAT64) { // whose bound is rounded to a double itself
                write(buffer, new double[] {type.decode(at)});
                oracle.check(buffer);
              }
              at += side;
            }
            at += type == DataType.FLOAT64 ? side : 0;
            write(buffer, new double[] {type.decode(at)});
            assertThatThrownBy(() -> oracle.check(buffer)).isInstanceOf(AssertionFailedError.class);
          }
        }
        if (type == DataType.FLOAT64 || type == DataType.FLOAT32) {
          assertThat(oracle.bound(0)).isLessThan(1e-5);
        }
      }
    }
  }

  private static boolean isWithin(Oracle oracle, double value) {
    return Math.abs(value - oracle.expected(0)) <= oracle.bound(0);
  }

  @RankTest(ranks = 1, seeds = 0)
  void whereASumMayOverflow_itIsInfiniteOrRight(Device device) {
    Oracle sum =
        Oracle.of(
            DataType.FLOAT16,
            ReduceOp.SUM,
            List.of(new double[] {65504}, new double[] {65504}, new double[] {-65504}));
    try (DeviceBuffer buffer = device.allocate(DataType.FLOAT16, 1)) {
      for (double right : new double[] {Double.POSITIVE_INFINITY, 65504}) {
        write(buffer, new double[] {right});
        sum.check(buffer);
      }
      write(buffer, new double[] {3});
      assertThatThrownBy(() -> sum.check(buffer)).hasMessageContaining("element 0 is 3.0");
    }
  }

  @RankTest(ranks = 1, seeds = 0)
  void aWrongElement_isNamed_withBothValues(Device device) {
    Oracle oracle =
        Oracle.of(
            DataType.FLOAT32, ReduceOp.SUM, List.of(new double[] {1, 0.1}, new double[] {2, 0.2}));
    try (DeviceBuffer buffer = device.allocate(DataType.FLOAT32, 2)) {
      buffer.copyFrom(new float[] {3, 0.3f});
      oracle.check(buffer);
      buffer.copyFrom(new float[] {3, 0.3001f});
      assertThatThrownBy(() -> oracle.check(buffer))
          .isInstanceOf(AssertionFailedError.class)
          .hasMessageContaining("element 1 is 0.30009", "expected 0.30000000447034836 within");
    }
  }

  @RankTest(ranks = 1, seeds = 0)
  void assertions_sayWhichElement(Device device) {
    try (DeviceBuffer buffer = device.allocate(DataType.BFLOAT16, 3)) {
      write(buffer, new double[] {1, 2, 3});
      JcclAssertions.assertThat(buffer).containsExactly(1, 2, 3);
      assertThatThrownBy(() -> JcclAssertions.assertThat(buffer).containsOnly(1))
          .hasMessageContaining("element 1 is 2.0, expected 1.0");
      assertThatThrownBy(() -> JcclAssertions.assertThat(buffer).containsExactly(1, 2))
          .hasMessageContaining("has 3 elements, expected 2");
    }
  }

  @RankTest(seeds = 2)
  @Allow(Remains.FINDING)
  void findings_areAsserted(World world) {
    JcclAssertions.assertThat(world).hasNoFindings();
    assertThatThrownBy(
            () ->
                world.run(
                    rank -> {
                      Communicator comm = rank.communicator();
                      try (DeviceBuffer b = rank.device().allocate(DataType.INT32, 2)) {
                        b.copyFrom(new int[2]);
                        DeviceBuffer part = b.slice(0, 1 + rank.rank());
                        comm.allReduce(part, part, ReduceOp.SUM, comm.defaultStream());
                        comm.defaultStream().synchronize();
                      }
                    }))
        .isInstanceOf(RanksFailedException.class);
    JcclAssertions.assertThat(world).hasOnly(MisuseKind.MISMATCH);
    assertThatThrownBy(() -> JcclAssertions.assertThat(world).hasOnly(MisuseKind.DEADLOCK))
        .hasMessageContaining("reported [MISMATCH], expected [DEADLOCK]");
  }

  @Test
  void dataThatEveryOrderHolds_isExact_otherHasABound() {
    List<double[]> exact = List.of(new double[] {3}, new double[] {4}, new double[] {0.5});
    List<double[]> inexact = List.of(new double[] {0.1}, new double[] {0.2}, new double[] {3e7});

    assertThat(Oracle.of(DataType.FLOAT32, ReduceOp.SUM, exact).bound(0)).isZero();
    assertThat(Oracle.of(DataType.FLOAT32, ReduceOp.SUM, inexact).bound(0))
        .isBetween(3.0, 4.0); // two roundings of numbers up to 3e7
    assertThat(
            Oracle.of(
                    DataType.FLOAT16,
                    ReduceOp.SUM,
                    List.of(new double[] {65504}, new double[] {65504}))
                .bound(0))
        .isInfinite();
  }

  @Test
  void integers_wrapAround_andAveragesTruncate() {
    Oracle sum =
        Oracle.ofIntegers(
            DataType.INT64, ReduceOp.SUM, List.of(new long[] {Long.MAX_VALUE}, new long[] {2}));
    Oracle average =
        Oracle.of(DataType.INT32, ReduceOp.AVG, List.of(new double[] {-3}, new double[] {0}));

    assertThat(sum.expected(0)).isEqualTo(Long.MIN_VALUE + 1);
    assertThat(average.expected(0)).isEqualTo(-1);
  }

  @Test
  void inputsOfDifferentLength_orWithoutBound_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Oracle.of(
                    DataType.INT8, ReduceOp.SUM, List.of(new double[] {1}, new double[] {1, 2})));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Oracle.of(DataType.FLOAT32, ReduceOp.SUM, List.of(new double[] {Double.NaN})));
  }

  private static void write(DeviceBuffer buffer, double[] values) {
    DataType type = buffer.type();
    byte[] bytes = new byte[values.length * type.bytes()];
    for (int i = 0; i < values.length; i++) {
      long bits = type.encode(values[i]);
      for (int b = 0; b < type.bytes(); b++) {
        bytes[i * type.bytes() + b] = (byte) (bits >>> (8 * b));
      }
    }
    buffer.copyFrom(MemorySegment.ofArray(bytes));
  }
}
