package org.jccl.conformance.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jccl.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The generator against an oracle of its own: unbounded arithmetic over the inputs' values, in
 * random orders, with a check after every step that nothing needed rounding.
 */
class ExactDataTest {
  private static final int ELEMENTS = 150;
  private static final int ORDERS = 4;
  private static final int FEW = 12;
  private static final int[] WORLDS = {1, 2, 3, 4, 5, 6, 7, 8, 9, 20, 37, 70, 264};

  @ParameterizedTest
  @EnumSource(DataType.class)
  void everyPartialResult_isRepresentable_andTheResultIsTheExpectedOne(DataType type) {
    Random random = new Random(1);
    for (Fold fold : Fold.values()) {
      if (fold == Fold.COPY || fold == Fold.AVG) {
        continue;
      }
      for (int ranks : WORLDS) {
        ExactData data = ExactData.of(type, fold, ranks, ranks * 31L + fold.ordinal());
        for (int index = 0; index < (ranks > 9 ? FEW : ELEMENTS); index++) {
          for (int order = 0; order < ORDERS; order++) {
            String what = type + " " + fold + " over " + ranks + ", element " + index;
            BigDecimal result = Oracle.fold(data, fold, index, random, what);
            assertThat(Oracle.bits(type, result)).as(what).isEqualTo(data.expected(index));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(DataType.class)
  void averages_areTheSumDivided(DataType type) {
    for (int ranks = 1; ranks <= 9; ranks++) {
      ExactData data = ExactData.of(type, Fold.AVG, ranks, ranks);
      for (int index = 0; index < ELEMENTS; index++) {
        BigDecimal sum = BigDecimal.ZERO;
        for (int rank = 0; rank < ranks; rank++) {
          sum = sum.add(Oracle.value(type, data.input(rank, index)));
        }
        long expected =
            type.isFloating()
                ? type.encode(sum.doubleValue() / ranks)
                : Oracle.bits(
                    type,
                    new BigDecimal(
                        Oracle.value(type, Oracle.bits(type, sum))
                            .toBigInteger()
                            .divide(BigInteger.valueOf(ranks))));
        assertThat(data.expected(index)).as("%s over %d", type, ranks).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(DataType.class)
  void scalingByAPowerOfTwo_losesNothing(DataType type) {
    if (!type.isFloating()) {
      return;
    }
    for (int ranks : new int[] {1, 2, 4, 8}) {
      ExactData data = ExactData.of(type, Fold.AVG, ranks, 5);
      assertThat(data.tolerance()).isZero();
      for (int index = 0; index < ELEMENTS; index++) {
        double scaledFirst = 0;
        for (int rank = 0; rank < ranks; rank++) {
          double share = type.decode(data.input(rank, index)) / ranks;
          assertThat(type.decode(type.encode(share))).isEqualTo(share);
          scaledFirst += share;
        }
        assertThat(type.encode(scaledFirst)).isEqualTo(data.expected(index));
      }
    }
  }

  /** What most kernels do (rule RED-10): scale what each rank holds, round, add, round. */
  @ParameterizedTest
  @EnumSource(DataType.class)
  void averages_ofInputsThatAreScaledFirst_areWithinTheTolerance(DataType type) {
    if (!type.isFloating()) {
      return;
    }
    for (int ranks : WORLDS) {
      ExactData data = ExactData.of(type, Fold.AVG, ranks, 99);
      double scale = type.decode(type.encode(1.0 / ranks));
      for (int index = 0; index < ELEMENTS; index++) {
        double sum = 0;
        for (int rank = 0; rank < ranks; rank++) {
          double share = type.decode(data.input(rank, index)) * scale;
          sum = type.decode(type.encode(sum + type.decode(type.encode(share))));
        }
        assertThat(data.accepts(data.expected(index), type.encode(sum)))
            .as("%s over %d, element %d", type, ranks, index)
            .isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(DataType.class)
  void inputsAndResults_areOrdinaryNumbersOfTheType(DataType type) {
    for (Fold fold : Fold.values()) {
      ExactData data = ExactData.of(type, fold, 5, 3);
      for (int index = 0; fold != Fold.COPY && index < ELEMENTS; index++) {
        for (int rank = 0; rank < 5; rank++) {
          assertThat(Elements.low(type, data.input(rank, index)))
              .isEqualTo(data.input(rank, index));
          assertThat(type.decode(data.input(rank, index))).isFinite();
        }
        assertThat(type.decode(data.expected(index))).isFinite();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(DataType.class)
  void aForgottenOrRepeatedRank_changesAverages(DataType type) {
    ExactData data = ExactData.of(type, Fold.AVG, 4, 11);
    int forgotten = 0;
    int repeated = 0;
    for (int index = 0; index < 400; index++) {
      double three = 0;
      for (int rank = 0; rank < 3; rank++) {
        three += type.decode(data.input(rank, index));
      }
      double twice = three + type.decode(data.input(2, index));
      forgotten += data.accepts(data.expected(index), type.encode(three / 4)) ? 0 : 1;
      repeated += data.accepts(data.expected(index), type.encode(twice / 4)) ? 0 : 1;
    }
    assertThat(forgotten).isGreaterThan(20);
    assertThat(repeated).isGreaterThan(20);
  }

  @Test
  void roles_areAPermutationOfTheRanks() {
    for (int ranks = 1; ranks <= 17; ranks++) {
      for (long index = 0; index < 50; index++) {
        long bits = Mix.of(5, index);
        Set<Integer> roles = new HashSet<>();
        for (int rank = 0; rank < ranks; rank++) {
          roles.add(Mix.role(bits, rank, ranks));
        }
        assertThat(roles).hasSize(ranks).allMatch(role -> role >= 0 && role < 17);
      }
    }
  }

  @Test
  void inputs_differBetweenRanksElementsAndSeeds() {
    for (DataType type : DataType.values()) {
      Set<Long> seen = new HashSet<>();
      for (int index = 0; index < 256; index++) {
        seen.add(ExactData.of(type, Fold.COPY, 2, 1).input(index & 1, index));
      }
      assertThat(seen).as("%s", type).hasSizeGreaterThan(100);
      ExactData one = ExactData.of(type, Fold.SUM, 4, 1);
      ExactData two = ExactData.of(type, Fold.SUM, 4, 2);
      int equal = 0;
      for (int index = 0; index < 64; index++) {
        equal += one.expected(index) == two.expected(index) ? 1 : 0;
      }
      assertThat(equal).as("%s: equal results of different seeds", type).isLessThan(32);
    }
  }

  @ParameterizedTest
  @EnumSource(DataType.class)
  void aForgottenRankOrAnotherReduction_isSeen(DataType type) {
    int ranks = 4;
    for (Fold fold : List.of(Fold.SUM, Fold.PROD, Fold.MAX, Fold.MIN)) {
      ExactData data = ExactData.of(type, fold, ranks, 9);
      int differs = 0;
      for (int index = 0; index < 64; index++) {
        differs += data.expected(index) != data.input(index % ranks, index) ? 1 : 0;
      }
      assertThat(differs).as("%s %s", type, fold).isGreaterThan(16);
    }
  }

  @Test
  void shares_addUp_andAreNotNegative() {
    for (int parts = 1; parts <= 64; parts++) {
      for (long total : new long[] {0, 1, 7, 8, 255, (1L << 53) - 1}) {
        long sum = 0;
        for (int j = 0; j < parts; j++) {
          long share = Mix.share(j, parts, total);
          assertThat(share).isNotNegative();
          sum += share;
        }
        assertThat(sum).isEqualTo(total);
      }
    }
  }

  /** Unbounded arithmetic that shares nothing with the generator. */
  private static final class Oracle {
    private Oracle() {}

    static BigDecimal value(DataType type, long bits) {
      return switch (type) {
        case INT64 -> BigDecimal.valueOf(bits);
        case UINT64 -> new BigDecimal(Long.toUnsignedString(bits));
        default -> new BigDecimal(type.decode(bits));
      };
    }

    static long bits(DataType type, BigDecimal value) {
      if (type.isFloating()) {
        return type.encode(value.doubleValue());
      }
      BigInteger modulus = BigInteger.ONE.shiftLeft(8 * type.bytes());
      return value.toBigInteger().mod(modulus).longValue();
    }

    static BigDecimal fold(ExactData data, Fold fold, int index, Random random, String what) {
      DataType type = data.type();
      List<BigDecimal> open = new ArrayList<>();
      for (int rank = 0; rank < data.ranks(); rank++) {
        BigDecimal own = value(type, data.input(rank, index));
        open.add(fold == Fold.SCALED_SUM && rank % 2 == 1 ? own.add(own) : own);
      }
      // Any two that are next to be combined: a random tree over a random order of the ranks.
      Collections.shuffle(open, random);
      while (open.size() > 1) {
        BigDecimal a = open.remove(random.nextInt(open.size()));
        BigDecimal b = open.remove(random.nextInt(open.size()));
        open.add(wrapped(type, combine(fold, a, b), what));
      }
      return wrapped(type, open.getFirst(), what);
    }

    private static BigDecimal combine(Fold fold, BigDecimal a, BigDecimal b) {
      return switch (fold) {
        case SUM, SCALED_SUM -> a.add(b);
        case PROD -> a.multiply(b);
        case MAX -> a.max(b);
        case MIN -> a.min(b);
        case AVG, COPY -> throw new IllegalArgumentException(fold.toString());
      };
    }

    /** Integers wrap; a floating value must be one of the format's, or the data is not exact. */
    private static BigDecimal wrapped(DataType type, BigDecimal value, String what) {
      BigDecimal stored = value(type, bits(type, value));
      if (type.isFloating()) {
        assertThat(stored).as("partial result of %s", what).isEqualByComparingTo(value);
      }
      return stored;
    }
  }
}
