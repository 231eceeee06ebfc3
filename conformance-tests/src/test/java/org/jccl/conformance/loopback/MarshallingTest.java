package org.jccl.conformance.loopback;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.UniqueId;
import org.jccl.nccl.ffi.NativeAccess;
import org.jccl.ops.ConfigField;
import org.jccl.spi.NcclAbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every argument of every function comes out of C as the value and at the place it went in. */
@Timeout(20)
class MarshallingTest {
  static Stream<Method> functionsOfNumbers() {
    return Arrays.stream(NcclAbi.class.getMethods())
        .filter(method -> method.getReturnType() == int.class)
        .filter(method -> method.getParameterCount() > 0)
        .filter(method -> Arrays.stream(method.getParameterTypes()).allMatch(Class::isPrimitive));
  }

  @ParameterizedTest
  @MethodSource("functionsOfNumbers")
  void numbers_keepPlaceAndWidth(Method function) throws Exception {
    Object[] sent = new Object[function.getParameterCount()];
    for (int i = 0; i < sent.length; i++) {
      boolean wide = function.getParameterTypes()[i] == long.class;
      sent[i] = wide ? (Object) (0x8765_4321_0FED_CBA0L + i) : (Object) (0x8000_0010 + i);
    }
    List<Object[]> arrived = new ArrayList<>();
    try (Loopback loopback =
        Loopback.open(
            1,
            Loopback.VERSION,
            abi ->
                Between.of(
                    abi,
                    (method, arguments) -> {
                      if (method.equals(function.getName())) {
                        arrived.add(arguments);
                      }
                    }))) {
      function.invoke(loopback.raw(), sent);
    }
    assertThat(arrived).hasSize(1);
    assertThat(arrived.getFirst()).containsExactly(sent);
  }

  @Test
  void uniqueId_arrivesByValue_byteForByte() {
    AtomicReference<byte[]> arrived = new AtomicReference<>();
    byte[] sent = new byte[UniqueId.BYTES];
    for (int i = 0; i < sent.length; i++) {
      sent[i] = (byte) (i * 37 + 1);
    }
    try (Arena arena = Arena.ofConfined();
        Loopback loopback =
            Loopback.open(
                1,
                Loopback.VERSION,
                abi ->
                    Between.of(
                        abi,
                        (method, arguments) -> {
                          if (method.equals("commInitRank")) {
                            arrived.set(((MemorySegment) arguments[2]).toArray(JAVA_BYTE));
                          }
                        }))) {
      MemorySegment id = arena.allocate(UniqueId.BYTES).copyFrom(MemorySegment.ofArray(sent));
      loopback.raw().commInitRank(arena.allocate(8, 8), 1, id, 0);
    }
    assertThat(arrived.get()).isEqualTo(sent);
  }

  @ParameterizedTest
  @ValueSource(ints = {21901, 22703, Loopback.VERSION})
  void configuration_arrivesWhole_inTheLibrarysOwnVersion(int version) {
    CommunicatorConfig config =
        CommunicatorConfig.builder()
            .name("trainer")
            .netName("Socket")
            .set(ConfigField.BLOCKING, 1)
            .set(ConfigField.MAX_CTAS, 17)
            .build();
    AtomicReference<byte[]> arrived = new AtomicReference<>();
    try (Loopback loopback =
        Loopback.open(
            1,
            version,
            abi ->
                Between.of(
                    abi,
                    (method, arguments) -> {
                      if (method.equals("commInitRankConfig")) {
                        arrived.set(((MemorySegment) arguments[4]).toArray(JAVA_BYTE));
                      }
                    }))) {
      try (Communicator comm =
          loopback.backend().openAll(loopback.backend().devices(), config).getFirst()) {
        MemorySegment struct = MemorySegment.ofArray(arrived.get());
        assertThat(struct.byteSize()).isEqualTo(ConfigField.structBytes(version));
        assertThat(struct.get(JAVA_LONG_UNALIGNED, 0)).isEqualTo(struct.byteSize());
        assertThat(struct.get(JAVA_INT_UNALIGNED, ConfigField.MAGIC_OFFSET))
            .isEqualTo(ConfigField.MAGIC);
        assertThat(struct.get(JAVA_INT_UNALIGNED, ConfigField.VERSION_OFFSET)).isEqualTo(version);
        for (ConfigField field : ConfigField.values()) {
          if (field.since() <= version) {
            assertThat(struct.get(JAVA_INT_UNALIGNED, field.offset()))
                .as(field.nativeName())
                .isEqualTo(config.field(field).orElse(ConfigField.UNDEFINED));
          }
        }
        assertThat(text(struct, ConfigField.NET_NAME_OFFSET)).isEqualTo("Socket");
        if (version >= 22703) {
          assertThat(text(struct, ConfigField.COMM_NAME_OFFSET)).isEqualTo("trainer"); // CFG-18
        }
        assertThat(comm.name()).isEqualTo("trainer");
      }
    }
  }

  private static String text(MemorySegment struct, int offset) {
    return NativeAccess.memory(struct.get(JAVA_LONG_UNALIGNED, offset), 64).getString(0);
  }
}
