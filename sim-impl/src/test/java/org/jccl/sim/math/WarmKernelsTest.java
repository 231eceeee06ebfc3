package org.jccl.sim.math;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jccl.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When {@link WarmKernels} switches; the warm-up is whatever a test says it is. */
class WarmKernelsTest {
  private static final long COUNT = 256; // bytes

  private final MemorySegment memory = Arena.ofAuto().allocate(4096);
  private final Counting cold = new Counting();
  private final Counting hot = new Counting();
  private final List<WarmKernels.Loop> loops = new ArrayList<>();
  private final List<Runnable> whenFast = new ArrayList<>();
  private final WarmKernels kernels =
      new WarmKernels(
          cold,
          hot,
          (loop, ready) -> {
            loops.add(loop);
            whenFast.add(ready);
          });

  @Test
  void untilItsWarmUpIsOver_aLoopIsTheColdOne() {
    combine(Arithmetic.SUM, DataType.FLOAT32, COUNT);
    combine(Arithmetic.SUM, DataType.FLOAT32, COUNT);
    assertThat(whenFast).hasSize(1);
    assertThat(cold.calls).isEqualTo(2);
    assertThat(hot.calls).isZero();

    whenFast.getFirst().run();
    combine(Arithmetic.SUM, DataType.FLOAT32, COUNT);

    assertThat(whenFast).hasSize(1);
    assertThat(cold.calls).isEqualTo(2);
    assertThat(hot.calls).isEqualTo(1);
  }

  @Test
  void eachLoop_isWarmedUpByItself() {
    combine(Arithmetic.SUM, DataType.FLOAT32, COUNT);
    combine(Arithmetic.MAX, DataType.FLOAT32, COUNT);
    combine(Arithmetic.SUM, DataType.INT32, COUNT);
    kernels.scale(DataType.FLOAT32, 0, memory, 0, memory, 0, COUNT);
    kernels.fusedScaleCombine(DataType.FLOAT32, 0, memory, 0, memory, 0, memory, 0, COUNT);
    whenFast.getFirst().run();
    assertThat(whenFast).hasSize(5);

    combine(Arithmetic.MAX, DataType.FLOAT32, COUNT);
    combine(Arithmetic.SUM, DataType.INT32, COUNT);
    kernels.scale(DataType.FLOAT32, 0, memory, 0, memory, 0, COUNT);
    kernels.fusedScaleCombine(DataType.FLOAT32, 0, memory, 0, memory, 0, memory, 0, COUNT);

    assertThat(hot.calls).isZero();
    assertThat(whenFast).hasSize(5);
  }

  @Test
  void whatNeverUsesVectors_needsNoWarmUp() {
    combine(Arithmetic.SUM, DataType.FLOAT32, 8);
    combine(Arithmetic.SUM, DataType.FLOAT8_E4M3, COUNT);
    kernels.divide(DataType.INT32, 3, memory, 0, memory, 0, COUNT);
    kernels.copy(memory, 0, memory, 512, 512);

    assertThat(whenFast).isEmpty();
    assertThat(hot.calls).isEqualTo(4);
  }

  @ParameterizedTest
  @EnumSource
  void theLoopToWarmUp_isTheOneThatWasUsed(Arithmetic op) {
    combine(op, DataType.FLOAT64, COUNT);
    MemorySegment[] blocks = {memory.asSlice(0, 8), memory.asSlice(8, 8), memory.asSlice(16, 8)};
    blocks[0].fill((byte) 0x40);
    blocks[1].fill((byte) 0x41);
    MemorySegment expected = Arena.ofAuto().allocate(8);
    ElementKernels scalar = new ScalarKernels();
    scalar.combine(op, DataType.FLOAT64, blocks[0], 0, blocks[1], 0, expected, 0, 1);

    loops.getFirst().run(scalar, blocks[0], blocks[1], blocks[2], 8);

    assertThat(blocks[2].mismatch(expected)).isEqualTo(-1);
  }

  private void combine(Arithmetic op, DataType type, long count) {
    kernels.combine(op, type, memory, 0, memory, 1024, memory, 2048, count / type.bytes());
  }

  /** Computes nothing. */
  private static final class Counting implements ElementKernels {
    private int calls;

    @Override
    public String name() {
      return "counting";
    }

    @Override
    public void combine(
        Arithmetic op,
        DataType type,
        MemorySegment left,
        long leftOffset,
        MemorySegment right,
        long rightOffset,
        MemorySegment out,
        long outOffset,
        long count) {
      calls++;
    }

    @Override
    public void scale(
        DataType type,
        long scalar,
        MemorySegment in,
        long inOffset,
        MemorySegment out,
        long outOffset,
        long count) {
      calls++;
    }

    @Override
    public void fusedScaleCombine(
        DataType type,
        long scalar,
        MemorySegment own,
        long ownOffset,
        MemorySegment acc,
        long accOffset,
        MemorySegment out,
        long outOffset,
        long count) {
      calls++;
    }

    @Override
    public void divide(
        DataType type,
        int divisor,
        MemorySegment in,
        long inOffset,
        MemorySegment out,
        long outOffset,
        long count) {
      calls++;
    }

    @Override
    public void copy(
        MemorySegment from, long fromOffset, MemorySegment to, long toOffset, long bytes) {
      calls++;
    }
  }
}
