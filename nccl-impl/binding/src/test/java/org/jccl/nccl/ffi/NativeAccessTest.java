package org.jccl.nccl.ffi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NativeAccessTest {
  @Test
  void howToGrant_namesTheFlagForTheClassPathAndForTheModule() {
    assertThat(NativeAccess.howToGrant(getClass().getModule()))
        .contains("--enable-native-access=ALL-UNNAMED");
    assertThat(NativeAccess.howToGrant(String.class.getModule()))
        .contains("--enable-native-access=java.base,jcuda");
  }
}
