package org.jccl.sim.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.jccl.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The vector kernels against their scalar twin, bit for bit, at odd counts and offsets. */
class VectorKernelsTest {
  private static final int MOST = 3000;
  private static final int ROUNDS = 120;

  private final ElementKernels scalar = new ScalarKernels();
  private final ElementKernels vector = Kernels.choose("vector").kernels();

  @ParameterizedTest
  @EnumSource
  void combine_equalsTheScalarTwin(DataType type) {
    eachRound(
        type,
        (kernels, in, out, at, count, seed) -> {
          Arithmetic op = Arithmetic.values()[(int) (seed & 3)];
          kernels.combine(op, type, in[0], at[0], in[1], at[1], out, at[2], count);
        });
  }

  @ParameterizedTest
  @EnumSource
  void combineInPlace_equalsTheScalarTwin(DataType type) {
    eachRound(
        type,
        (kernels, in, out, at, count, seed) -> {
          Arithmetic op = Arithmetic.values()[(int) (seed & 3)];
          MemorySegment.copy(in[0], at[0], out, at[2], count * type.bytes());
          kernels.combine(op, type, out, at[2], in[1], at[1], count);
        });
  }

  @ParameterizedTest
  @EnumSource
  void scale_equalsTheScalarTwin(DataType type) {
    eachRound(
        type,
        (kernels, in, out, at, count, seed) ->
            kernels.scale(type, factor(type, seed), in[0], at[0], out, at[2], count));
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "BFLOAT16", "FLOAT32", "FLOAT64"})
  void fusedScaleCombine_equalsTheScalarTwin(DataType type) {
    eachRound(
        type,
        (kernels, in, out, at, count, seed) ->
            kernels.fusedScaleCombine(
                type, factor(type, seed), in[0], at[0], in[1], at[1], out, at[2], count));
  }

  @ParameterizedTest
  @EnumSource(names = {"INT8", "UINT8", "INT32", "UINT32", "INT64", "UINT64"})
  void divide_equalsTheScalarTwin(DataType type) {
    eachRound(
        type,
        (kernels, in, out, at, count, seed) ->
            kernels.divide(type, 1 + (int) (seed & 15), in[0], at[0], out, at[2], count));
  }

  @Test
  void rangesOutsideTheirSegment_areRefused() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(64);
      assertThatThrownBy(
              () -> vector.combine(Arithmetic.SUM, DataType.FLOAT32, memory, 4, memory, 0, 16))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> vector.copy(memory, 0, memory, 32, 33))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void freedHeapAndReadOnlyMemory_isRefused() {
    Arena arena = Arena.ofShared();
    MemorySegment memory = arena.allocate(64);
    MemorySegment heap = MemorySegment.ofArray(new byte[64]);
    assertThatThrownBy(() -> vector.copy(heap, 0, memory, 0, 8))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> vector.copy(memory, 0, memory.asReadOnly(), 0, 8))
        .isInstanceOf(IllegalArgumentException.class);
    arena.close();
    assertThatThrownBy(() -> vector.copy(memory, 0, memory, 8, 8))
        .isInstanceOf(IllegalStateException.class);
  }

  private interface Operation {
    void run(
        ElementKernels kernels,
        MemorySegment[] in,
        MemorySegment out,
        long[] at,
        long count,
        long seed);
  }

  private void eachRound(DataType type, Operation operation) {
    try (Arena arena = Arena.ofConfined()) {
      long bytes = (long) MOST * type.bytes() + 16;
      MemorySegment[] in = {arena.allocate(bytes), arena.allocate(bytes)};
      MemorySegment expected = arena.allocate(bytes);
      MemorySegment actual = arena.allocate(bytes);
      SplittableRandom random = new SplittableRandom(type.code());
      for (int round = 0; round < ROUNDS; round++) {
        long count = round < 70 ? round : random.nextInt(MOST);
        long[] at = {random.nextInt(16), random.nextInt(16), random.nextInt(16)};
        Inputs.Kind kind = Inputs.Kind.values()[round % Inputs.Kind.values().length];
        long seed = random.nextLong();
        Inputs.fill(in[0], at[0], type, count, kind, seed);
        Inputs.fill(in[1], at[1], type, count, kind, seed + 1);
        expected.fill((byte) 0x55);
        actual.fill((byte) 0x55);
        operation.run(scalar, in, expected, at, count, seed);
        operation.run(vector, in, actual, at, count, seed);
        assertThat(actual.mismatch(expected)).as("%s %s count %d", type, kind, count).isEqualTo(-1);
      }
    }
  }

  private static long factor(DataType type, long seed) {
    boolean average = type.isFloating() && (seed & 1) == 0;
    return average
        ? AverageScalar.bits(type, 3)
        : Inputs.element(type, Inputs.Kind.MIXED, new SplittableRandom(seed));
  }
}
