package org.jccl.sim.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class KernelsTest {
  @Test
  void choose_scalar_isAlwaysPossible() {
    Kernels.Choice choice = Kernels.choose("scalar");

    assertThat(choice.kernels()).isInstanceOf(ScalarKernels.class);
    assertThat(choice.reason()).startsWith("scalar kernels: ");
  }

  @Test
  void choose_freely_takesVectorsWhereTheFlagsAreSet() {
    Kernels.Choice choice = Kernels.choose("");

    assertThat(choice.kernels().name()).isEqualTo("vector");
    assertThat(choice.reason()).startsWith("vector kernels (");
  }

  @Test
  void choose_unknown_isRefused() {
    assertThatThrownBy(() -> Kernels.choose("fast"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected scalar or vector");
  }
}
