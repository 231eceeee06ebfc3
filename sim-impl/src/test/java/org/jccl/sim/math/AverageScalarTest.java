package org.jccl.sim.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.jccl.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The factors of float averages over 3, 5, 6 and 7 ranks (AVG-02). */
class AverageScalarTest {
  @ParameterizedTest
  @CsvSource({
    "FLOAT32, 3EAAAAAB, 3E4CCCCD, 3E2AAAAB, 3E124925",
    "FLOAT16, 3555, 3266, 3155, 3092",
    "BFLOAT16, 3EAB, 3E4D, 3E2B, 3E12",
    "FLOAT8_E4M3, 2B, 25, 23, 21",
    "FLOAT8_E5M2, 35, 32, 31, 31",
    "FLOAT64, 3FD5555555555555, 3FC999999999999A, 3FC5555555555555, 3FC2492492492492",
  })
  void bits_areRoundedThroughFloat(
      DataType type, String three, String five, String six, String seven) {
    assertThat(AverageScalar.bits(type, 3)).isEqualTo(HexFormat.fromHexDigitsToLong(three));
    assertThat(AverageScalar.bits(type, 5)).isEqualTo(HexFormat.fromHexDigitsToLong(five));
    assertThat(AverageScalar.bits(type, 6)).isEqualTo(HexFormat.fromHexDigitsToLong(six));
    assertThat(AverageScalar.bits(type, 7)).isEqualTo(HexFormat.fromHexDigitsToLong(seven));
  }

  @Test
  void bits_ofIntegers_areRefused() {
    assertThatThrownBy(() -> AverageScalar.bits(DataType.INT32, 2))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
