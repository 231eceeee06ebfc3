package org.jccl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The codec against the formats' definitions, written down a second time in {@link Format}. */
class DataTypeTest {
  @ParameterizedTest
  @CsvSource({
    "INT8,0,1",
    "UINT8,1,1",
    "INT32,2,4",
    "UINT32,3,4",
    "INT64,4,8",
    "UINT64,5,8",
    "FLOAT16,6,2",
    "FLOAT32,7,4",
    "FLOAT64,8,8",
    "BFLOAT16,9,2",
    "FLOAT8_E4M3,10,1",
    "FLOAT8_E5M2,11,1"
  })
  void codesAndSizes_areNccls_TYP01(DataType type, int code, int bytes) {
    assertThat(type.code()).isEqualTo(code);
    assertThat(type.bytes()).isEqualTo(bytes);
    assertThat(DataType.ofCode(code)).isSameAs(type);
  }

  @Test
  void otherCodes_areRefused_TYP02() {
    assertThat(DataType.isCode(12)).isFalse();
    assertThat(DataType.isCode(-1)).isFalse();
    assertThatThrownBy(() -> DataType.ofCode(12)).isInstanceOf(IllegalArgumentException.class);
  }

  /** A small floating format: what its bits mean, from the definition alone. */
  enum Format {
    HALF(DataType.FLOAT16, 5, 10, true),
    BFLOAT(DataType.BFLOAT16, 8, 7, true),
    E5M2(DataType.FLOAT8_E5M2, 5, 2, true),
    E4M3(DataType.FLOAT8_E4M3, 4, 3, false);

    final DataType type;
    final int mantissaBits;
    final int bias;
    final int maxExponentField;
    final boolean infinities;

    Format(DataType type, int exponentBits, int mantissaBits, boolean infinities) {
      this.type = type;
      this.mantissaBits = mantissaBits;
      this.bias = (1 << (exponentBits - 1)) - 1;
      this.maxExponentField = (1 << exponentBits) - 1;
      this.infinities = infinities;
    }

    int signBit() {
      return 1 << (type.bytes() * 8 - 1);
    }

    /** Bits of the largest finite magnitude. */
    int largest() {
      return infinities
          ? (maxExponentField << mantissaBits) - 1
          : (maxExponentField << mantissaBits) + (1 << mantissaBits) - 2;
    }

    /** The magnitude of bits without sign: 0 to {@link #largest}, and one step further. */
    double magnitude(int bits) {
      int field = bits >> mantissaBits;
      int mantissa = bits & ((1 << mantissaBits) - 1);
      return field == 0
          ? mantissa * Math.pow(2, 1 - bias - mantissaBits)
          : (mantissa + (1 << mantissaBits)) * Math.pow(2, field - bias - mantissaBits);
    }
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void everyFiniteCode_decodesToItsDefinition_andEncodesBack(Format format) {
    for (int bits = 0; bits <= format.largest(); bits++) {
      double value = format.magnitude(bits);
      int negative = bits | format.signBit();

      assertThat(format.type.decode(bits)).isEqualTo(value);
      assertThat(format.type.decode(negative)).isEqualTo(-value);
      assertThat(format.type.encode(value)).isEqualTo(bits);
      assertThat(format.type.encode(-value)).isEqualTo(negative);
    }
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void everyOtherCode_isInfinityOrNaN(Format format) {
    for (int bits = format.largest() + 1; bits < format.signBit(); bits++) {
      boolean infinite = format.infinities && bits == format.largest() + 1;
      Double expected = infinite ? Double.POSITIVE_INFINITY : Double.NaN;

      assertThat(format.type.decode(bits)).isEqualTo(expected);
      assertThat(format.type.decode(bits | format.signBit())).isEqualTo(Double.valueOf(-expected));
    }
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void everyTie_goesToEven_andItsNeighboursToTheNearest(Format format) {
    for (int low = 0; low < format.largest(); low++) {
      double tie = (format.magnitude(low) + format.magnitude(low + 1)) / 2;
      int even = (low & 1) == 0 ? low : low + 1;

      assertThat(format.type.encode(tie)).as("tie above %s", low).isEqualTo(even);
      assertThat(format.type.encode(-tie)).isEqualTo(even | format.signBit());
      assertThat(format.type.encode(Math.nextUp(tie))).as("above %s", tie).isEqualTo(low + 1);
      assertThat(format.type.encode(Math.nextDown(tie))).as("below %s", tie).isEqualTo(low);
    }
  }

  @Test
  void beyondTheLargest_float8Saturates_othersOverflow_EL06() {
    for (Format format : Format.values()) {
      int largest = format.largest();
      double overflow = (format.magnitude(largest) + format.magnitude(largest + 1)) / 2;
      long beyond = format.type.isFloat8() ? largest : largest + 1;

      assertThat(format.type.encode(Math.nextDown(overflow))).isEqualTo(largest);
      assertThat(format.type.encode(overflow)).isEqualTo(beyond);
      assertThat(format.type.encode(Double.MAX_VALUE)).isEqualTo(beyond);
      assertThat(format.type.encode(Double.POSITIVE_INFINITY)).isEqualTo(beyond);
      assertThat(format.type.encode(Double.NEGATIVE_INFINITY)).isEqualTo(beyond | format.signBit());
    }
  }

  @Test
  void notANumber_staysOne() {
    for (Format format : Format.values()) {
      assertThat(format.type.decode(format.type.encode(Double.NaN))).isNaN();
    }
    assertThat(DataType.FLOAT8_E4M3.encode(Double.NaN)).isEqualTo(0x7F);
    assertThat(DataType.FLOAT8_E5M2.encode(Double.NaN)).isEqualTo(0x7F);
  }

  @Test
  void largestFloat8_areTheKnownOnes() {
    assertThat(DataType.FLOAT8_E4M3.decode(0x7E)).isEqualTo(448);
    assertThat(DataType.FLOAT8_E5M2.decode(0x7B)).isEqualTo(57344);
    assertThat(DataType.FLOAT8_E4M3.decode(0x01)).isEqualTo(Math.pow(2, -9));
    assertThat(DataType.FLOAT8_E5M2.decode(0x01)).isEqualTo(Math.pow(2, -16));
  }

  @Property(tries = 500)
  void integers_surviveTheRoundTrip(@ForAll int value) {
    assertThat(DataType.INT32.decode(DataType.INT32.encode(value))).isEqualTo(value);
    assertThat(DataType.INT64.decode(DataType.INT64.encode(value))).isEqualTo(value);
    assertThat(DataType.INT8.decode(DataType.INT8.encode(value))).isEqualTo((byte) value);
    assertThat(DataType.UINT8.decode(DataType.UINT8.encode(value))).isEqualTo(value & 0xFF);
    assertThat(DataType.UINT32.decode(DataType.UINT32.encode(value)))
        .isEqualTo(Integer.toUnsignedLong(value));
  }

  @Property(tries = 500)
  void unsigned64_decodesToTheNearestDouble(@ForAll long bits) {
    double expected = new BigDecimal(Long.toUnsignedString(bits)).doubleValue();

    assertThat(DataType.UINT64.decode(bits)).isEqualTo(expected);
    if (expected < 0x1p64) {
      assertThat(DataType.UINT64.decode(DataType.UINT64.encode(expected))).isEqualTo(expected);
    }
  }
}
