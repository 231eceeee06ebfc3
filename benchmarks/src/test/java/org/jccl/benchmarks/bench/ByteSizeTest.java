package org.jccl.benchmarks.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
  @ParameterizedTest
  @CsvSource({
    "8, 8",
    "0, 0",
    "1K, 1024",
    "1k, 1024",
    "1KiB, 1024",
    "1kb, 1024",
    "16B, 16",
    "1.5M, 1572864",
    "4 MiB, 4194304",
    "1G, 1073741824",
    "2T, 2199023255552"
  })
  void size_isRead(String text, long bytes) {
    assertThat(ByteSize.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "-1", "1X", "1KK", "K", "1.5", "0x10", "9999999T", "1e3"})
  void anythingElse_isRefusedByName(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "'");
  }
}
