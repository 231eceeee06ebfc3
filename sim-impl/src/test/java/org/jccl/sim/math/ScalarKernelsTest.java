package org.jccl.sim.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jccl.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The portable kernels against exact arithmetic, element by element (EL-01 to EL-06, NAN-03). */
class ScalarKernelsTest {
  private static final int COUNT = 1501;

  private final ElementKernels kernels = new ScalarKernels();

  @ParameterizedTest
  @EnumSource
  void combine_equalsExactArithmetic(DataType type) {
    eachKind(
        type,
        (a, b, out, kind) -> {
          for (Arithmetic op : Arithmetic.values()) {
            kernels.combine(op, type, a, 0, b, 0, out, 0, COUNT);
            for (int i = 0; i < COUNT; i++) {
              long x = get(type, a, i);
              long y = get(type, b, i);
              check(type, out, i, ElementOracle.combine(op, type, x, y), op + " " + kind, x, y);
            }
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void scale_equalsExactArithmetic(DataType type) {
    eachKind(
        type,
        (a, b, out, kind) -> {
          for (int s = 0; s < 8; s++) {
            long scalar = get(type, b, s);
            kernels.scale(type, scalar, a, 0, out, 0, COUNT);
            for (int i = 0; i < COUNT; i++) {
              long x = get(type, a, i);
              check(type, out, i, ElementOracle.scale(type, scalar, x), "scale " + kind, scalar, x);
            }
          }
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "BFLOAT16", "FLOAT32", "FLOAT64"})
  void fusedScaleCombine_roundsOnce(DataType type) {
    eachKind(
        type,
        (a, b, out, kind) -> {
          for (int s = 0; s < 8; s++) {
            long scalar =
                switch (s) {
                  case 0 -> AverageScalar.bits(type, 3);
                  // Twice a huge number overflows, but may not once the sum is taken.
                  case 1 -> type.encode(2);
                  default -> get(type, a, s);
                };
            kernels.fusedScaleCombine(type, scalar, a, 0, b, 0, out, 0, COUNT);
            for (int i = 0; i < COUNT; i++) {
              long x = get(type, a, i);
              long y = get(type, b, i);
              check(type, out, i, ElementOracle.fused(type, scalar, x, y), "fused " + kind, x, y);
            }
          }
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"INT8", "UINT8", "INT32", "UINT32", "INT64", "UINT64"})
  void divide_truncatesTowardZero(DataType type) {
    eachKind(
        type,
        (a, b, out, kind) -> {
          for (int divisor : new int[] {1, 2, 3, 7, 8, 1024}) {
            kernels.divide(type, divisor, a, 0, out, 0, COUNT);
            for (int i = 0; i < COUNT; i++) {
              long x = get(type, a, i);
              check(type, out, i, ElementOracle.divide(type, x, divisor), "divide", x, divisor);
            }
          }
        });
  }

  @Test
  void fusedScaleCombine_refusesTypesThatNeverFuse() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(64);
      assertThatThrownBy(
              () ->
                  kernels.fusedScaleCombine(
                      DataType.FLOAT8_E4M3, 1, memory, 0, memory, 0, memory, 0, 8))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void divide_refusesFloatsAndZero() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(64);
      assertThatThrownBy(() -> kernels.divide(DataType.FLOAT32, 2, memory, 0, memory, 0, 8))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> kernels.divide(DataType.INT32, 0, memory, 0, memory, 0, 8))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private interface Body {
    void with(MemorySegment a, MemorySegment b, MemorySegment out, Inputs.Kind kind);
  }

  private static void eachKind(DataType type, Body body) {
    for (Inputs.Kind kind : Inputs.Kind.values()) {
      try (Arena arena = Arena.ofConfined()) {
        long bytes = (long) COUNT * type.bytes();
        MemorySegment a = arena.allocate(bytes);
        MemorySegment b = arena.allocate(bytes);
        Inputs.fill(a, 0, type, COUNT, kind, 11 + kind.ordinal());
        Inputs.fill(b, 0, type, COUNT, kind, 911 + kind.ordinal());
        body.with(a, b, arena.allocate(bytes), kind);
      }
    }
  }

  private static long get(DataType type, MemorySegment segment, long index) {
    return Bits.get(segment, index * type.bytes(), type.bytes());
  }

  private static void check(
      DataType type, MemorySegment out, int index, long expected, String what, long x, long y) {
    long actual = get(type, out, index);
    if (actual != expected) {
      assertThat(Long.toHexString(actual))
          .as("%s %s of %x and %x", type, what, x, y)
          .isEqualTo(Long.toHexString(expected));
    }
  }
}
