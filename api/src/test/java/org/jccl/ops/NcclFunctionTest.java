package org.jccl.ops;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NcclFunctionTest {
  @Test
  void text_splitsTheCode() {
    assertThat(NcclFunction.text(22809)).isEqualTo("2.28.9");
    assertThat(NcclFunction.text(21901)).isEqualTo("2.19.1");
    assertThat(NcclFunction.text(2708)).isEqualTo("2.7.8");
  }

  @Test
  void missingIn_namesCallNeededAndFoundVersion() {
    assertThat(NcclFunction.COMM_GROW.missingIn(22809))
        .hasMessage("ncclCommGrow needs NCCL 2.29.2, found 2.28.9");
    assertThat(NcclFunction.COMM_GROW.isIn(22901)).isFalse();
    assertThat(NcclFunction.COMM_GROW.isIn(22902)).isTrue();
  }
}
