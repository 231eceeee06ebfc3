package org.jccl.sim.math;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jccl.DataType;
import org.jccl.config.Protocol;
import org.junit.jupiter.api.Test;

/** FMA-02, as its text says it. */
class Ll128HalvesTest {
  private static final Set<Long> FLAGGED = Set.of(7L, 15L, 23L, 31L);

  /** Whether the element {@code b} bytes into its chunk is fused. */
  static boolean isFused(long b) {
    long q = (b % 1920) / 16;
    long h = (b % 16) / 8;
    return h == 0 || FLAGGED.contains(q % 60);
  }

  @Test
  void fuses_asTheRuleSays() {
    for (long b = 0; b < 3 * 1920; b++) {
      assertThat(Ll128Halves.fuses(b)).as("byte %d", b).isEqualTo(isFused(b));
    }
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void blend_takesWhatIsNotFused(
      @ForAll @IntRange(max = 1000) int words,
      @ForAll @IntRange(max = 1000) int place,
      @ForAll boolean vector) {
    ElementKernels kernels = Kernels.choose(vector ? "vector" : "scalar").kernels();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment separate = arena.allocate(4L * words + 4);
      MemorySegment out = arena.allocate(4L * words + 8);
      separate.fill((byte) 1);
      kernels.blend(separate, 4, out, 8, 4L * words, 4L * place);
      for (int i = 0; i < words; i++) {
        long expected = isFused(4L * (place + i)) ? 0 : 0x01010101;
        assertThat(Bits.get(out, 8 + 4L * i, 4)).isEqualTo(expected);
      }
    }
  }

  @Test
  void roundings_areThoseOfTheTable() {
    assertThat(Contraction.SM_90.rounding(Protocol.LL, DataType.BFLOAT16))
        .isEqualTo(Contraction.Rounding.FUSED);
    assertThat(Contraction.SM_80.rounding(Protocol.LL, DataType.BFLOAT16))
        .isEqualTo(Contraction.Rounding.SEPARATE);
    assertThat(Contraction.SM_80.rounding(Protocol.SIMPLE, DataType.FLOAT16))
        .isEqualTo(Contraction.Rounding.FUSED);
    assertThat(Contraction.SM_90.rounding(Protocol.LL128, DataType.FLOAT16))
        .isEqualTo(Contraction.Rounding.SEPARATE);
    assertThat(Contraction.SM_90.rounding(Protocol.LL128, DataType.FLOAT64))
        .isEqualTo(Contraction.Rounding.MIXED);
    assertThat(Contraction.NEVER.rounding(Protocol.LL128, DataType.FLOAT64))
        .isEqualTo(Contraction.Rounding.SEPARATE);
    for (Protocol protocol : Protocol.values()) {
      assertThat(Contraction.SM_90.rounding(protocol, DataType.FLOAT8_E4M3))
          .isEqualTo(Contraction.Rounding.SEPARATE);
      assertThat(Contraction.SM_90.rounding(protocol, DataType.INT32))
          .isEqualTo(Contraction.Rounding.SEPARATE);
    }
  }
}
