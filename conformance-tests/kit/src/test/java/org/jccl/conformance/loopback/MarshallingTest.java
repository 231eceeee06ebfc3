package org.jccl.conformance.loopback;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.UniqueId;
import org.jccl.config.ConfigField;
import org.jccl.nccl.ffi.NativeAccess;
import org.jccl.ops.NcclFunction;
import org.jccl.spi.NcclAbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every argument of every function comes out of C as the value and at the place it went in. */
@Timeout(20)
class MarshallingTest {
  /** The version that has every function. */
  private static final int NEWEST = 23203;

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
            NEWEST,
            abi ->
                Between.answering(
                    42,
                    (method, arguments) -> {
                      if (method.equals(function.getName())) {
                        arrived.add(arguments);
                      }
                    }))) {
      assertThat(function.invoke(loopback.raw(), sent)).isEqualTo(42);
    }
    assertThat(arrived).hasSize(1);
    assertThat(arrived.getFirst()).containsExactly(sent);
  }

  /** An argument that is a pointer: how many bytes of it the function may look at. */
  private static MemorySegment bytes(int count) {
    MemorySegment memory = Arena.ofAuto().allocate(count, 8);
    for (int i = 0; i < count; i++) {
      memory.set(JAVA_BYTE, i, (byte) (i * 41 + count));
    }
    return memory;
  }

  private static MemorySegment struct(int magic) {
    MemorySegment memory = bytes(48);
    memory.set(JAVA_LONG_UNALIGNED, 0, 48);
    memory.set(JAVA_INT_UNALIGNED, 8, magic);
    return memory;
  }

  private static MemorySegment config() {
    return struct(ConfigField.MAGIC);
  }

  private static MemorySegment slot() {
    return bytes(8);
  }

  private static MemorySegment key() {
    return Arena.ofAuto().allocateFrom("NCCL_SOMETHING");
  }

  private static Arguments call(String method, Object... arguments) {
    return Arguments.of(method, arguments);
  }

  private static final long HANDLE = 0x8765_4321_0FED_CBA0L;
  private static final int NUMBER = 0x8000_0010;

  static Stream<Arguments> callsWithPointers() {
    return Stream.of(
        call("getVersion", bytes(4)),
        call("getUniqueId", bytes(128)),
        call("commInitRank", slot(), NUMBER, bytes(128), NUMBER + 1),
        call("commInitRankConfig", slot(), NUMBER, bytes(128), NUMBER + 1, config()),
        call("commInitAll", bytes(24), 3, bytes(12)),
        call("commGetAsyncError", HANDLE, bytes(4)),
        call("commCount", HANDLE, bytes(4)),
        call("commCuDevice", HANDLE, bytes(4)),
        call("commUserRank", HANDLE, bytes(4)),
        call("redOpCreatePreMulSum", bytes(4), HANDLE, NUMBER, NUMBER + 1, HANDLE + 1),
        call("memAlloc", slot(), HANDLE),
        call("commInitRankScalable", slot(), NUMBER, NUMBER + 1, 3, bytes(3 * 128), config()),
        call("commSplit", HANDLE, NUMBER, NUMBER + 1, slot(), config()),
        call("commShrink", HANDLE, bytes(20), 5, slot(), config(), NUMBER),
        call("commGrow", HANDLE, NUMBER, bytes(128), NUMBER + 1, slot(), config()),
        call("commGetUniqueId", HANDLE, bytes(128)),
        call("commMemStats", HANDLE, NUMBER, slot()),
        call("commRegister", HANDLE, HANDLE + 1, HANDLE + 2, slot()),
        call("commWindowRegister", HANDLE, HANDLE + 1, HANDLE + 2, slot(), NUMBER),
        call("winGetUserPtr", HANDLE, HANDLE + 1, slot()),
        call("waitSignal", 3, bytes(48), HANDLE, HANDLE + 1),
        call("groupSimulateEnd", struct(0x74685283)),
        call("paramBind", slot(), key()),
        call("paramGetI8", HANDLE, bytes(1)),
        call("paramGetU8", HANDLE, bytes(1)),
        call("paramGetI16", HANDLE, bytes(2)),
        call("paramGetU16", HANDLE, bytes(2)),
        call("paramGetI32", HANDLE, bytes(4)),
        call("paramGetU32", HANDLE, bytes(4)),
        call("paramGetI64", HANDLE, slot()),
        call("paramGetU64", HANDLE, slot()),
        call("paramGetStr", HANDLE, slot()),
        call("paramGet", HANDLE, bytes(9), 9, bytes(4)),
        call("paramGetParameter", key(), slot(), bytes(4)),
        call("paramGetAllParameterKeys", slot(), bytes(4)),
        configured("allReduceConfig", 2),
        configured("broadcastConfig", 2),
        configured("reduceConfig", 3),
        configured("allGatherConfig", 1),
        configured("reduceScatterConfig", 2),
        configured("allToAllConfig", 1),
        configured("gatherConfig", 2),
        configured("scatterConfig", 2),
        call("setEncryption", config()));
  }

  /** Two buffers and a count, so many numbers, communicator and stream, a configuration. */
  private static Arguments configured(String method, int numbers) {
    List<Object> arguments = new ArrayList<>(List.of(HANDLE, HANDLE + 1, HANDLE + 2));
    for (int i = 0; i < numbers; i++) {
      arguments.add(NUMBER + i);
    }
    arguments.addAll(List.of(HANDLE + 3, HANDLE + 4, config()));
    return call(method, arguments.toArray());
  }

  private static Method method(String name) {
    return Arrays.stream(NcclAbi.class.getMethods())
        .filter(method -> method.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** What arrives at the target when {@code function} is called on the binding. */
  private static Object[] through(Method function, Object[] sent) throws Exception {
    List<Object[]> arrived = new ArrayList<>();
    NcclAbi target =
        Between.answering(
            42,
            (method, arguments) -> {
              if (method.equals(function.getName())) {
                arrived.add(arguments);
                for (Object argument : arguments) {
                  if (argument instanceof MemorySegment segment) {
                    copies.get().add(segment.toArray(JAVA_BYTE));
                  }
                }
              }
            });
    copies.get().clear();
    try (StubLibrary stubs = new StubLibrary(target, NEWEST)) {
      Object result = function.invoke(stubs.library("stubs").binding(), sent);
      boolean ofTheLibrary = function.getName().equals("getVersion");
      if (function.getReturnType() == int.class && !ofTheLibrary) {
        assertThat(result).isEqualTo(42);
      }
    }
    if (function.getName().equals("getVersion")) {
      return sent; // The library itself answers.
    }
    assertThat(arrived).hasSize(1);
    return arrived.getFirst();
  }

  private static final ThreadLocal<List<byte[]>> copies = ThreadLocal.withInitial(ArrayList::new);

  @ParameterizedTest
  @MethodSource("callsWithPointers")
  void pointers_arriveWithWhatTheyPointTo(String name, Object[] sent) throws Exception {
    Object[] arrived = through(method(name), sent);

    int copy = 0;
    for (int i = 0; i < sent.length; i++) {
      if (!(sent[i] instanceof MemorySegment expected) || name.equals("getVersion")) {
        assertThat(arrived[i]).as("argument %d", i).isEqualTo(sent[i]);
        continue;
      }
      MemorySegment segment = (MemorySegment) arrived[i];
      boolean byValue = name.startsWith("commInitRank") && !name.endsWith("Scalable") && i == 2;
      if (!byValue) {
        assertThat(segment.address()).as("argument %d", i).isEqualTo(expected.address());
      }
      boolean text = expected.byteSize() == key().byteSize();
      byte[] there = copies.get().get(copy++);
      assertThat(text ? Arrays.copyOf(there, (int) expected.byteSize()) : there)
          .as("argument %d", i)
          .isEqualTo(expected.toArray(JAVA_BYTE));
    }
  }

  @Test
  void nullPointers_arriveAsNull() throws Exception {
    for (Arguments call : callsWithPointers().toList()) {
      String name = (String) call.get()[0];
      boolean byValue = name.startsWith("commInitRank") && !name.endsWith("Scalable");
      if (byValue || name.equals("getVersion")) {
        continue;
      }
      Object[] sent = ((Object[]) call.get()[1]).clone();
      for (int i = 0; i < sent.length; i++) {
        sent[i] = sent[i] instanceof MemorySegment ? MemorySegment.NULL : sent[i];
      }
      Object[] arrived = throughNulls(method(name), sent);
      for (int i = 0; i < sent.length; i++) {
        Object there = arrived[i] instanceof MemorySegment pointer ? pointer.address() : arrived[i];
        Object expected = sent[i] instanceof MemorySegment ? (Object) 0L : sent[i];
        assertThat(there).as("%s, argument %d", name, i).isEqualTo(expected);
      }
    }
  }

  private static Object[] throughNulls(Method function, Object[] sent) throws Exception {
    List<Object[]> arrived = new ArrayList<>();
    NcclAbi target =
        Between.answering(
            0,
            (method, arguments) -> {
              if (method.equals(function.getName())) {
                arrived.add(arguments);
              }
            });
    try (StubLibrary stubs = new StubLibrary(target, NEWEST)) {
      function.invoke(stubs.library("stubs").binding(), sent);
    }
    return arrived.getFirst();
  }

  @Test
  void noFunction_isLeftOut() {
    Set<String> shown = new TreeSet<>(Set.of("getErrorString", "getLastError", "paramDumpAll"));
    shown.addAll(Set.of("groupStart", "groupEnd"));
    functionsOfNumbers().map(Method::getName).forEach(shown::add);
    callsWithPointers().map(call -> (String) call.get()[0]).forEach(shown::add);

    // What is not abstract (issue) picks one of the functions and is none itself.
    assertThat(
            Arrays.stream(NcclAbi.class.getMethods())
                .filter(method -> Modifier.isAbstract(method.getModifiers()))
                .map(Method::getName))
        .containsExactlyInAnyOrderElementsOf(shown);
  }

  @Test
  void functionsWithoutArguments_andTexts_arrive() {
    List<String> arrived = new ArrayList<>();
    NcclAbi target =
        Between.answering(
            0, (method, arguments) -> arrived.add(method + Arrays.toString(arguments)));
    try (StubLibrary stubs = new StubLibrary(target, NEWEST)) {
      NcclAbi abi = stubs.library("stubs").binding();
      abi.groupStart();
      abi.groupEnd();
      abi.paramDumpAll();
      assertThat(abi.getErrorString(NUMBER)).isEqualTo("words");
    }
    assertThat(arrived)
        .containsExactly(
            "groupStart[]", "groupEnd[]", "paramDumpAll[]", "getErrorString[" + NUMBER + "]");
  }

  @ParameterizedTest
  @EnumSource(NcclFunction.class)
  void library_hasExactlyTheFunctionsOfItsVersion(NcclFunction function) {
    NcclAbi target = Between.answering(0, (method, arguments) -> {});
    try (StubLibrary before = new StubLibrary(target, function.since() - 1);
        StubLibrary since = new StubLibrary(target, function.since())) {
      assertThat(before.find(function.symbol())).isEmpty();
      assertThat(since.find(function.symbol())).isPresent();
    }
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
            Between.showing(
                Loopback.VERSION,
                "commInitRank",
                arguments -> {
                  arrived.set(((MemorySegment) arguments[2]).toArray(JAVA_BYTE));
                })) {
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
        Between.showing(
            version,
            "commInitRankConfig",
            arguments -> {
              arrived.set(((MemorySegment) arguments[4]).toArray(JAVA_BYTE));
            })) {
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
