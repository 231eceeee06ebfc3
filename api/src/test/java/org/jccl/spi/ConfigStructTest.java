package org.jccl.spi;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Set;
import org.jccl.CommunicatorConfig;
import org.jccl.config.ConfigField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The layout that NCCL's headers of these releases have (rule CFG-01). */
class ConfigStructTest {
  private static final int UNDEFINED = Integer.MIN_VALUE;

  @ParameterizedTest
  @CsvSource({
    "21901, 48",
    "22005, 48",
    "22602, 48",
    "22706, 72",
    "22803, 80",
    "22809, 80",
    "22902, 88",
    "22907, 88",
    "23003, 96",
    "23007, 96"
  })
  void head_hasTheSizeMagicAndVersionOfTheLibrary(int version, int bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment struct = ConfigStruct.write(CommunicatorConfig.defaults(), version, arena);

      assertThat(struct.byteSize()).isEqualTo(bytes);
      assertThat(struct.get(JAVA_LONG, 0)).isEqualTo(bytes);
      assertThat(struct.get(JAVA_INT, 8)).isEqualTo(0xcafebeef);
      assertThat(struct.get(JAVA_INT, 12)).isEqualTo(version);
    }
  }

  @Test
  void defaults_areUndefinedMarksAndNullNames() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment struct = ConfigStruct.write(CommunicatorConfig.defaults(), 22809, arena);

      for (int offset : new int[] {16, 20, 24, 28, 40, 44, 56, 60, 64, 68, 72, 76}) {
        assertThat(struct.get(JAVA_INT, offset)).as("offset %d", offset).isEqualTo(UNDEFINED);
      }
      assertThat(struct.get(JAVA_LONG, 32)).isZero();
      assertThat(struct.get(JAVA_LONG, 48)).isZero();
    }
  }

  @Test
  void setFieldsAndNames_lieWhereTheHeaderHasThem() {
    CommunicatorConfig config =
        CommunicatorConfig.builder()
            .set(ConfigField.BLOCKING, 0)
            .set(ConfigField.MIN_CTAS, 4)
            .set(ConfigField.MAX_CTAS, 32)
            .set(ConfigField.NVLINK_CENTRIC_SCHED, 1)
            .netName("Socket")
            .name("dp")
            .build();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment struct = ConfigStruct.write(config, 22809, arena);

      assertThat(struct.get(JAVA_INT, 16)).isZero();
      assertThat(struct.get(JAVA_INT, 24)).isEqualTo(4);
      assertThat(struct.get(JAVA_INT, 28)).isEqualTo(32);
      assertThat(struct.get(JAVA_INT, 76)).isEqualTo(1);
      assertThat(text(struct.get(JAVA_LONG, 32))).isEqualTo("Socket");
      assertThat(text(struct.get(JAVA_LONG, 48))).isEqualTo("dp");
    }
  }

  @Test
  void names_takeBoundedMemory_andTheNewestIsAlwaysRight() {
    Set<Long> addresses = new HashSet<>();
    for (int i = 0; i < 20_000; i++) {
      String name = "job " + i;
      long address = commName(name);
      assertThat(text(address)).isEqualTo(name);
      assertThat(commName(name)).isEqualTo(address);
      addresses.add(address);
    }
    assertThat(addresses).hasSizeLessThanOrEqualTo(4096);
  }

  @Test
  void aLongName_isCutBetweenCharacters() {
    assertThat(text(commName("ä".repeat(400)))).isEqualTo("ä".repeat(127));
    assertThat(text(commName("x".repeat(255)))).isEqualTo("x".repeat(255));
    assertThat(text(commName("x".repeat(256)))).isEqualTo("x".repeat(255));
  }

  private static long commName(String name) {
    try (Arena arena = Arena.ofConfined()) {
      CommunicatorConfig config = CommunicatorConfig.builder().name(name).build();
      return ConfigStruct.write(config, 22809, arena).get(JAVA_LONG, 48);
    }
  }

  @Test
  void name_isLeftOutForALibraryWithoutThatField() {
    CommunicatorConfig config = CommunicatorConfig.builder().name("dp").build();
    try (Arena arena = Arena.ofConfined()) {
      assertThat(ConfigStruct.write(config, 21903, arena).byteSize()).isEqualTo(48);
    }
  }

  @Test
  void fieldThatTheLibraryDoesNotKnow_isRefused() {
    CommunicatorConfig config =
        CommunicatorConfig.builder().set(ConfigField.NUM_RMA_CTX, 2).build();
    try (Arena arena = Arena.ofConfined()) {
      assertThatThrownBy(() -> ConfigStruct.write(config, 22809, arena))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContainingAll("numRmaCtx", "2.29.2", "2.28.9");
    }
  }

  @SuppressWarnings("restricted") // The struct holds addresses of C strings.
  private static String text(long address) {
    return MemorySegment.ofAddress(address).reinterpret(256).getString(0);
  }
}
