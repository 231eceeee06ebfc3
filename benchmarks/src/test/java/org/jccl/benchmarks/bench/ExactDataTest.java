package org.jccl.benchmarks.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jccl.DataType;
import org.jccl.ReduceOp.Builtin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The oracle folds the inputs one after the other, rounding to the type after each step: for
 * integers in big integers, for floats in double arithmetic, which is exact for what the data
 * promise.
 */
class ExactDataTest {
  private static final int ELEMENTS = 400;
  private static final List<Integer> WORLDS = List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 20, 37, 70, 264);

  static Stream<Arguments> typesAndReductions() {
    return Stream.of(DataType.values())
        .flatMap(type -> Stream.of(Builtin.values()).map(op -> Arguments.of(type, op)));
  }

  @ParameterizedTest
  @MethodSource("typesAndReductions")
  void result_equalsAFoldInAnyOrder(DataType type, Builtin op) {
    Random random = new Random(7);
    for (int ranks : WORLDS) {
      CheckedData data = ExactData.of(type, op, ranks, 99);
      int elements = ranks > 9 ? ELEMENTS / 10 : ELEMENTS / 2;
      for (long index = 0; index < elements; index++) {
        long[] inputs = inputs(data, ranks, index);
        long expected = data.result(index);
        assertWithin(data.tolerance(), expected, fold(type, op, inputs, ranks));
        shuffle(inputs, random);
        assertWithin(data.tolerance(), expected, fold(type, op, inputs, ranks));
        assertWithin(data.tolerance(), expected, foldAsTree(type, op, inputs, ranks));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("typesAndReductions")
  void tolerance_isZeroButForFloatingAverages(DataType type, Builtin op) {
    int tolerance = ExactData.of(type, op, 4, 1).tolerance();
    assertThat(tolerance).isEqualTo(type.isFloating() && op == Builtin.AVG ? 2 : 0);
  }

  @ParameterizedTest
  @MethodSource("typesAndReductions")
  void data_areOrdinaryNumbersOfTheType(DataType type, Builtin op) {
    CheckedData data = ExactData.of(type, op, 5, 3);
    for (long index = 0; index < ELEMENTS; index++) {
      for (long bits : inputs(data, 5, index)) {
        assertThat(bits & ~mask(type)).isZero();
        assertThat(type.decode(bits)).isFinite();
      }
      assertThat(type.decode(data.result(index))).isFinite();
    }
  }

  @ParameterizedTest
  @MethodSource("typesAndReductions")
  void forgettingOrRepeatingARank_isSeen(DataType type, Builtin op) {
    int ranks = 4;
    CheckedData data = ExactData.of(type, op, ranks, 11);
    int forgotten = 0;
    int repeated = 0;
    for (long index = 0; index < ELEMENTS; index++) {
      long[] inputs = inputs(data, ranks, index);
      long expected = data.result(index);
      long[] without = {inputs[0], inputs[1], inputs[2]};
      long[] twice = {inputs[0], inputs[1], inputs[2], inputs[2]};
      forgotten += differs(data, expected, fold(type, op, without, ranks)) ? 1 : 0;
      repeated += differs(data, expected, fold(type, op, twice, ranks)) ? 1 : 0;
    }
    assertThat(forgotten).isGreaterThan(ELEMENTS / 20);
    assertThat(repeated).isGreaterThan(ELEMENTS / 20);
  }

  @Test
  void share_addsUpToTheTotal() {
    for (int parts = 1; parts <= 40; parts++) {
      for (long total : new long[] {1, 2, 3, 7, 15, 100, 255, (1L << 53) - 1}) {
        int all = parts;
        long sum = IntStream.range(0, parts).mapToLong(r -> ExactData.share(r, all, total)).sum();
        assertThat(sum).isEqualTo(total);
      }
    }
  }

  @Test
  void role_isAPermutationOfTheRanks() {
    for (int ranks = 1; ranks <= 17; ranks++) {
      for (long index = 0; index < 50; index++) {
        long bits = Hash.of(5, index);
        int all = ranks;
        assertThat(IntStream.range(0, ranks).map(rank -> ExactData.role(bits, rank, all)).sorted())
            .containsExactly(IntStream.range(0, ranks).boxed().toArray(Integer[]::new));
      }
    }
  }

  private static long[] inputs(CheckedData data, int ranks, long index) {
    return IntStream.range(0, ranks).mapToLong(rank -> data.input(rank, index)).toArray();
  }

  private static void assertWithin(int tolerance, long expected, long actual) {
    assertThat(Math.abs(actual - expected)).isLessThanOrEqualTo(tolerance);
  }

  private static boolean differs(CheckedData data, long expected, long actual) {
    return Math.abs(actual - expected) > data.tolerance();
  }

  private static long fold(DataType type, Builtin op, long[] inputs, int ranks) {
    long[] scaled =
        IntStream.range(0, inputs.length)
            .mapToLong(i -> scaled(type, op, inputs[i], ranks))
            .toArray();
    long result = scaled[0];
    for (int i = 1; i < scaled.length; i++) {
      result = combine(type, op, result, scaled[i]);
    }
    return finished(type, op, result, ranks);
  }

  private static long foldAsTree(DataType type, Builtin op, long[] inputs, int ranks) {
    long[] level =
        IntStream.range(0, inputs.length)
            .mapToLong(i -> scaled(type, op, inputs[i], ranks))
            .toArray();
    while (level.length > 1) {
      long[] next = new long[(level.length + 1) / 2];
      for (int i = 0; i < next.length; i++) {
        next[i] =
            2 * i + 1 < level.length
                ? combine(type, op, level[2 * i], level[2 * i + 1])
                : level[2 * i];
      }
      level = next;
    }
    return finished(type, op, level[0], ranks);
  }

  /** Floating averages scale what each rank holds before adding (rule RED-10). */
  private static long scaled(DataType type, Builtin op, long bits, int ranks) {
    if (op != Builtin.AVG || !type.isFloating()) {
      return bits;
    }
    double one = type == DataType.FLOAT64 ? 1.0 / ranks : (float) (1.0 / ranks);
    return type.encode(type.decode(bits) * type.decode(type.encode(one)));
  }

  /** Integer averages divide the wrapped sum (rule RED-09). */
  private static long finished(DataType type, Builtin op, long bits, int ranks) {
    if (op != Builtin.AVG || type.isFloating()) {
      return bits;
    }
    return truncate(type, integer(type, bits).divide(BigInteger.valueOf(ranks)));
  }

  private static long combine(DataType type, Builtin op, long a, long b) {
    if (!type.isFloating()) {
      return truncate(type, combine(op, integer(type, a), integer(type, b)));
    }
    double x = type.decode(a);
    double y = type.decode(b);
    double result =
        switch (op) {
          case SUM, AVG -> x + y;
          case PROD -> x * y;
          case MIN -> Math.min(x, y);
          case MAX -> Math.max(x, y);
        };
    return type.encode(result) & mask(type);
  }

  private static BigInteger combine(Builtin op, BigInteger a, BigInteger b) {
    return switch (op) {
      case SUM, AVG -> a.add(b);
      case PROD -> a.multiply(b);
      case MIN -> a.min(b);
      case MAX -> a.max(b);
    };
  }

  private static BigInteger integer(DataType type, long bits) {
    BigInteger unsigned = new BigInteger(Long.toUnsignedString(bits & mask(type)));
    int width = 8 * type.bytes();
    return type.kind() == DataType.Kind.SIGNED && unsigned.testBit(width - 1)
        ? unsigned.subtract(BigInteger.ONE.shiftLeft(width))
        : unsigned;
  }

  private static long truncate(DataType type, BigInteger value) {
    return value.longValue() & mask(type);
  }

  private static long mask(DataType type) {
    return -1L >>> (64 - 8 * type.bytes());
  }

  private static void shuffle(long[] values, Random random) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      long swap = values[i];
      values[i] = values[j];
      values[j] = swap;
    }
  }
}
