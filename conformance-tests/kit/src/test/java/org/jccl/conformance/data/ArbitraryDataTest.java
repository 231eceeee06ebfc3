package org.jccl.conformance.data;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import org.jccl.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The inputs of recordings are those of the format's description, bit for bit. */
class ArbitraryDataTest {
  private static String elements(
      DataType type, InputKind kind, long seed, int rank, int n, int count) {
    byte[] bytes = filled(type, kind, seed, rank, n, count);
    StringBuilder words = new StringBuilder();
    for (int i = 0; i < count; i++) {
      words.append(i == 0 ? "" : " ");
      for (int b = type.bytes() - 1; b >= 0; b--) {
        words.append(String.format("%02X", bytes[i * type.bytes() + b]));
      }
    }
    return words.toString();
  }

  private static byte[] filled(
      DataType type, InputKind kind, long seed, int rank, int n, int count) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate((long) count * type.bytes());
      ArbitraryData.fill(memory, type, kind, seed, rank, n);
      return memory.toArray(JAVA_BYTE);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "UINT64, RAW, 107, 0, 13A01720308F5FA8 A0F1192E2E911331 0EA7A68BA37C2F7E",
    "UINT64, WIDE, 107, 1, 003234A6398A649A 7BBB088BBD4397AA 0EE6AF96DC802AC4",
    "FLOAT32, WIDE, 107, 0, 3D0F5FA8 BB911331 42FC2F7E BD84549B",
    "FLOAT32, WIDE, 107, 1, 3B8A649A 414397AA 42802AC4 3BD1210A",
    "BFLOAT16, WIDE, 109, 0, 3E15 BDBC BC4C C278",
    "BFLOAT16, WIDE, 109, 1, 407C 3E34 C227 C066",
    "FLOAT16, WIDE, 106, 0, A3D3 2202 271C DB36",
    "FLOAT8_E4M3, WIDE, 110, 0, 26 B1 C4 37",
  })
  void publishedVectors(DataType type, InputKind kind, long seed, int rank, String expected) {
    int count = expected.split(" ").length;
    assertThat(elements(type, kind, seed, rank, 2, count)).isEqualTo(expected);
  }

  /** Hashes of 1000 elements as the reference program makes them. */
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          INT8, WIDE, 77, 1, 2, d9daccdf08a59f72
          INT8, SPECIAL, 78, 1, 2, ba4d22b089ec82e3
          INT8, SPECIAL, 78, 2, 3, 887101b77f731440
          UINT8, WIDE, 77, 1, 2, d9daccdf08a59f72
          UINT8, SPECIAL, 78, 1, 2, ba4d22b089ec82e3
          UINT8, SPECIAL, 78, 2, 3, 887101b77f731440
          INT32, WIDE, 77, 1, 2, 952ede7b21307e6f
          INT32, SPECIAL, 78, 1, 2, 02a77bc08cb0d5e0
          INT32, SPECIAL, 78, 2, 3, f0fb3f3ea9f95cdb
          UINT32, WIDE, 77, 1, 2, 952ede7b21307e6f
          UINT32, SPECIAL, 78, 1, 2, 02a77bc08cb0d5e0
          UINT32, SPECIAL, 78, 2, 3, f0fb3f3ea9f95cdb
          INT64, WIDE, 77, 1, 2, eb05e656cdd92de8
          INT64, SPECIAL, 78, 1, 2, c1a2642f6876d9f6
          INT64, SPECIAL, 78, 2, 3, 83a9346b14bdbb32
          UINT64, WIDE, 77, 1, 2, eb05e656cdd92de8
          UINT64, SPECIAL, 78, 1, 2, c1a2642f6876d9f6
          UINT64, SPECIAL, 78, 2, 3, 83a9346b14bdbb32
          FLOAT16, WIDE, 77, 1, 2, 3294ba4f7f57b003
          FLOAT16, UNIT, 78, 1, 2, 748fca9e1a5c2b12
          FLOAT16, TINY, 79, 1, 2, 04c6f92c9aeb4d6c
          FLOAT16, HUGE, 80, 1, 2, 17bb009853e98e59
          FLOAT16, RAW, 81, 1, 2, 029b36dd989f90e0
          FLOAT16, SPECIAL, 82, 1, 2, 3047d7dca5b637d4
          FLOAT16, SPECIAL, 82, 2, 3, bbb679d8d32c4491
          FLOAT32, WIDE, 77, 1, 2, 5e746a9549bbba9a
          FLOAT32, UNIT, 78, 1, 2, 18d7db4518247f3e
          FLOAT32, TINY, 79, 1, 2, 2ae716a662b722b1
          FLOAT32, HUGE, 80, 1, 2, 4b98d067f0f39ac9
          FLOAT32, RAW, 81, 1, 2, 37b695287d51b6f9
          FLOAT32, SPECIAL, 82, 1, 2, 727f2b80d62b0fc6
          FLOAT32, SPECIAL, 82, 2, 3, c57782c82c565539
          FLOAT64, WIDE, 77, 1, 2, 5cdab93931c21fbe
          FLOAT64, UNIT, 78, 1, 2, 7bcc58d377ee860c
          FLOAT64, TINY, 79, 1, 2, 46f943c735d697f4
          FLOAT64, HUGE, 80, 1, 2, 4a2f07acb18c2f97
          FLOAT64, RAW, 81, 1, 2, ab6700f1df49d413
          FLOAT64, SPECIAL, 82, 1, 2, 5e55ad6bc9213122
          FLOAT64, SPECIAL, 82, 2, 3, 6a30729bbd37cc42
          BFLOAT16, WIDE, 77, 1, 2, 8596b0962e2cb77b
          BFLOAT16, UNIT, 78, 1, 2, da381bb0b3847732
          BFLOAT16, TINY, 79, 1, 2, 16e3c87ea418a43d
          BFLOAT16, HUGE, 80, 1, 2, a433ec0a447a18a6
          BFLOAT16, RAW, 81, 1, 2, 029b36dd989f90e0
          BFLOAT16, SPECIAL, 82, 1, 2, 853aedabf2410ae4
          BFLOAT16, SPECIAL, 82, 2, 3, a79a3bbdd08e7176
          FLOAT8_E4M3, WIDE, 77, 1, 2, eea67d6216374449
          FLOAT8_E4M3, UNIT, 78, 1, 2, dec36a49067d96d1
          FLOAT8_E4M3, TINY, 79, 1, 2, a1f9e4c07f4e2727
          FLOAT8_E4M3, HUGE, 80, 1, 2, 63217fd84aea0588
          FLOAT8_E4M3, RAW, 81, 1, 2, da32bab20796674d
          FLOAT8_E4M3, SPECIAL, 82, 1, 2, 9c33083818762e68
          FLOAT8_E4M3, SPECIAL, 82, 2, 3, ed3bccbac2f40441
          FLOAT8_E5M2, WIDE, 77, 1, 2, f7ef7a17c2957170
          FLOAT8_E5M2, UNIT, 78, 1, 2, 83808e15e22d8392
          FLOAT8_E5M2, TINY, 79, 1, 2, b48acc3d5304166c
          FLOAT8_E5M2, HUGE, 80, 1, 2, 08965438c43a433c
          FLOAT8_E5M2, RAW, 81, 1, 2, da32bab20796674d
          FLOAT8_E5M2, SPECIAL, 82, 1, 2, 4d781bd661e9c3a6
          FLOAT8_E5M2, SPECIAL, 82, 2, 3, b7276d6f4118521e
          """)
  void everyTypeAndKind(
      DataType type, InputKind kind, long seed, int rank, int n, String expected) {
    byte[] bytes = filled(type, kind, seed, rank, n, 1000);
    assertThat(hash(bytes))
        .as("%s %s", type, kind.name().toLowerCase(Locale.ROOT))
        .isEqualTo(expected);
  }

  /** The first 16 digits of SHA-256, as recordings have them. */
  private static String hash(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  @Test
  void aShorterInput_isTheBeginningOfALongerOne() {
    for (InputKind kind : InputKind.ARBITRARY) {
      byte[] few = filled(DataType.FLOAT32, kind, 5, 1, 3, 100);
      byte[] many = filled(DataType.FLOAT32, kind, 5, 1, 3, 300);
      assertThat(many).as(kind.label()).startsWith(few);
    }
  }

  @Test
  void specialInputs_holdEveryCombination() {
    assertThat(ArbitraryData.specialCount(DataType.FLOAT64, 2)).isEqualTo(15 * 15);
    assertThat(ArbitraryData.specialCount(DataType.FLOAT64, 3)).isEqualTo(7 * 7 * 7);
    assertThat(ArbitraryData.specialCount(DataType.FLOAT8_E4M3, 2)).isEqualTo(11 * 11);
    assertThat(ArbitraryData.specialCount(DataType.INT32, 8)).isEqualTo(7 * 7 * 7 * 7);
  }
}
