package org.jccl.nccl.ffi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NcclVersionTest {
  @Test
  void text_splitsTheCode() {
    assertThat(NcclVersion.text(22809)).isEqualTo("2.28.9");
    assertThat(NcclVersion.text(21901)).isEqualTo("2.19.1");
    assertThat(NcclVersion.text(2708)).isEqualTo("2.7.8");
  }

  @Test
  void howToGrant_namesTheFlagForTheClassPathAndForTheModule() {
    assertThat(NativeAccess.howToGrant(getClass().getModule()))
        .contains("--enable-native-access=ALL-UNNAMED");
    assertThat(NativeAccess.howToGrant(String.class.getModule()))
        .contains("--enable-native-access=java.base,jcuda");
  }
}
