package org.jccl.sim.math;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.DoubleUnaryOperator;
import org.jccl.DataType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sums in a wider type against the plainest form of them, specials and ties included. */
class WideSumsTest {
  private static final int RANKS = 3;
  private static final int COUNT = 1 << 16;

  /** Every pair of bytes; of wider types the upper byte and a few lower bits vary. */
  private static long input(DataType type, int rank, int index) {
    long own = rank == 0 ? index & 0xFF : rank == 1 ? index >>> 8 : ((index * 37L) >>> 3) & 0xFF;
    return type.isFloat8() ? own : (own << 8) | ((own * 31 + rank * 7L) & 0xFF);
  }

  private static float number(DataType type, int rank, int index) {
    return (float) type.decode(input(type, rank, index));
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "BFLOAT16", "FLOAT8_E4M3", "FLOAT8_E5M2"})
  void sumsAreRoundedOnce(DataType type) {
    check(type, ReducePlan.symmetric(type), single -> (float) single, 1);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "BFLOAT16", "FLOAT32"})
  void averagesAreMultipliedInSingle(DataType type) {
    ReducePlan plan = ReducePlan.symmetricAverage(type, RANKS);
    check(type, plan, single -> (float) single, (float) (1.0 / RANKS));
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT8_E4M3", "FLOAT8_E5M2"})
  void averagesOfFloat8AreRoundedToHalf_atEveryStep(DataType type) {
    DoubleUnaryOperator half = value -> Float.float16ToFloat(Float.floatToFloat16((float) value));
    float factor = (float) half.applyAsDouble(1.0 / RANKS);
    check(type, ReducePlan.symmetricAverage(type, RANKS), half, factor);
  }

  private static void check(
      DataType type, ReducePlan plan, DoubleUnaryOperator rounding, float factor) {
    try (Arena arena = Arena.ofShared();
        WorkCrew crew = new WorkCrew(1)) {
      int size = type.bytes();
      Places sources = new Places(RANKS);
      for (int rank = 0; rank < RANKS; rank++) {
        MemorySegment own = arena.allocate((long) COUNT * size);
        for (int i = 0; i < COUNT; i++) {
          Bits.put(own, (long) i * size, size, input(type, rank, i));
        }
        sources.add(own, 0);
      }
      MemorySegment out = arena.allocate((long) COUNT * size);
      Places targets = new Places(1);
      targets.add(out, 0);
      new DataPlane(new ScalarKernels(), crew)
          .reduce(sources, plan, new RankOrder(RANKS), COUNT, targets);
      for (int i = 0; i < COUNT; i++) {
        double sum = number(type, 0, i);
        for (int rank = 1; rank < RANKS; rank++) {
          sum = rounding.applyAsDouble((float) sum + number(type, rank, i));
        }
        float result =
            factor == 1 ? (float) sum : (float) rounding.applyAsDouble((float) sum * factor);
        long mask = (1L << (8 * size)) - 1;
        long expected =
            Float.isNaN(result) ? FloatBits.of(type).canonicalNan() : type.encode(result);
        assertThat(Bits.get(out, (long) i * size, size) & mask)
            .as("%s %d", type, i)
            .isEqualTo(expected & mask);
      }
    }
  }
}
