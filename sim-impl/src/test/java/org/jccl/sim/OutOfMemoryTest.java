package org.jccl.sim;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jccl.CheckLevel;
import org.jccl.CollectiveException;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.Ranks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What there can be no memory for is refused in one line, before any of it is taken. */
class OutOfMemoryTest {
  @Test
  void moreDevicesThanTheHeapHolds_areRefused() {
    assertThatThrownBy(() -> Simulator.builder().devices(Integer.MAX_VALUE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("devices 2147483647: they need about 2097151 MiB of heap");
  }

  @Test
  void moreRanksThanTheHeapHolds_areRefused() {
    long most = Runtime.getRuntime().maxMemory() / HeapRoom.RANK_BYTES + 1;
    assertThatThrownBy(() -> HeapRoom.require("ranks", (int) most, HeapRoom.RANK_BYTES))
        .hasMessageStartingWith("ranks " + most + ": they need about ");
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MAX_VALUE / 8, Long.MAX_VALUE / 4 - 1, (1L << 38) + 1})
  void moreDeviceMemoryThanAnyDeviceHas_isRefused(long count) {
    try (Simulator world = Simulator.builder().devices(1).build()) {
      Device device = world.backend().devices().getFirst();
      assertThatThrownBy(() -> device.allocate(DataType.FLOAT32, count))
          .isInstanceOf(CollectiveException.class)
          .hasMessageContaining(
              "out of memory: " + 4 * count + " bytes were asked for on device 0");
    }
  }

  @Test
  void withoutChecks_memoryIsTakenAsItIsUsed() {
    try (Simulator world = Simulator.builder().devices(1).checks(CheckLevel.NONE).build()) {
      Device device = world.backend().devices().getFirst();
      assertThatThrownBy(() -> device.allocate(DataType.INT8, 1L << 50))
          .hasMessageContaining("out of memory: 1125899906842624 bytes were asked for on device 0");
    }
  }

  @Test
  void moreDeviceMemoryThanTheMachineHas_isRefused() {
    try (Simulator world = Simulator.builder().devices(2).build()) {
      assertThatThrownBy(
              () ->
                  Ranks.run(
                      world.backend(), 2, rank -> rank.device().allocate(DataType.INT8, 1L << 39)))
          .hasMessageContaining("out of memory: 549755813888 bytes were asked for on device ")
          .hasMessageContaining("this machine has ");
    }
  }
}
