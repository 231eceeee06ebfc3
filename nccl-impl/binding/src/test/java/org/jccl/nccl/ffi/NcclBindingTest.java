package org.jccl.nccl.ffi;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jccl.ops.NcclFunction;
import org.jccl.spi.NcclAbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class NcclBindingTest {
  private final FakeNccl fake = new FakeNccl(22809);
  private final NcclBinding nccl = fake.library().binding();

  @Test
  void sevenArguments_arriveInOrder() {
    assertThat(nccl.allReduce(1L << 40, 2, 1L << 33, 7, 4, -5, 6)).isZero();

    assertThat(fake.calls().getLast().arguments())
        .containsExactly(1L << 40, 2L, 1L << 33, 7, 4, -5L, 6L);
  }

  @Test
  void eightArguments_arriveInOrder() {
    assertThat(nccl.reduce(1, 2, 3, 4, 5, 6, 7, 8)).isZero();

    assertThat(fake.calls().getLast().arguments()).containsExactly(1L, 2L, 3L, 4, 5, 6, 7L, 8L);
  }

  static Stream<NcclFunction> functionsWithResultCode() {
    return Arrays.stream(NcclFunction.values())
        .filter(function -> function != NcclFunction.GET_ERROR_STRING)
        .filter(function -> function != NcclFunction.GET_LAST_ERROR)
        .filter(function -> function != NcclFunction.GET_VERSION);
  }

  /** The method of the binding that is named like the C function. */
  private static Method methodOf(NcclFunction function) {
    String name = function.symbol().substring("nccl".length());
    String lower = name.equals("AlltoAll") ? "allToAll" : name;
    return Arrays.stream(NcclAbi.class.getMethods())
        .filter(method -> method.getName().equalsIgnoreCase(lower))
        .findFirst()
        .orElseThrow(() -> new AssertionError(function + " has no method"));
  }

  private static Object[] someArguments(Method method, Arena arena) {
    return Arrays.stream(method.getParameterTypes())
        .map(
            type ->
                type == long.class
                    ? (Object) 5L
                    : type == int.class ? (Object) 6 : arena.allocate(128, 8))
        .toArray();
  }

  @ParameterizedTest
  @MethodSource("functionsWithResultCode")
  void everyMethod_callsItsOwnFunction(NcclFunction function) throws Exception {
    FakeNccl newest = new FakeNccl(23203);
    Method method = methodOf(function);
    try (Arena arena = Arena.ofConfined()) {
      AtomicInteger calls = new AtomicInteger();
      newest.on(function.symbol(), arguments -> calls.incrementAndGet() + 41);

      Object result = method.invoke(newest.library().binding(), someArguments(method, arena));

      if (method.getReturnType() == int.class) {
        assertThat(result).isEqualTo(42);
      }
      assertThat(calls).hasValue(1);
    }
  }

  @ParameterizedTest
  @EnumSource(NcclFunction.class)
  void everyMissingFunction_isRefusedBeforeTheCall(NcclFunction function) {
    Method method = methodOf(function);
    NcclLibrary bare =
        NcclLibrary.ofSymbols(
            "a bare library",
            symbol -> symbol.equals("ncclGetVersion") ? fake.find(symbol) : Optional.empty());
    try (Arena arena = Arena.ofConfined()) {
      if (function == NcclFunction.GET_VERSION) {
        return; // Without it, it is no NCCL.
      }
      assertThatThrownBy(() -> method.invoke(bare.binding(), someArguments(method, arena)))
          .cause()
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContainingAll(
              function.symbol() + (function.isIn(22809) ? " is part of NCCL 2.28.9" : " needs"),
              function.isIn(22809)
                  ? "this build lacks it: a bare library"
                  : "found 2.28.9 at a bare library");
    }
  }

  @Test
  void wideShapes_arriveInOrder() {
    FakeNccl newest = new FakeNccl(23203);
    NcclBinding abi = newest.library().binding();

    assertThat(abi.putSignal(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)).isZero();
    assertThat(newest.calls().getLast().arguments())
        .containsExactly(1L, 2L, 3, 4, 5L, 6L, 7, 8, 9, 10L, 11L);

    assertThat(abi.commGrow(1, 2, MemorySegment.NULL, 3, MemorySegment.NULL, MemorySegment.NULL))
        .isZero();
    assertThat(newest.calls().getLast().arguments()).containsExactly(1L, 2, 0L, 3, 0L, 0L);
  }

  @Test
  void uniqueId_arrivesByValueAndWhole() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment id = arena.allocate(128);
      for (int i = 0; i < 128; i++) {
        id.set(JAVA_BYTE, i, (byte) (i * 7));
      }
      MemorySegment comm = arena.allocate(JAVA_LONG);
      MemorySegment config = arena.allocate(64);

      assertThat(nccl.commInitRankConfig(comm, 4, id, 3, config)).isZero();

      var arguments = fake.calls().getLast().arguments();
      assertThat(arguments.get(0)).isEqualTo(comm.address());
      assertThat(arguments.get(1)).isEqualTo(4);
      assertThat(((MemorySegment) arguments.get(2)).toArray(JAVA_BYTE))
          .isEqualTo(id.toArray(JAVA_BYTE));
      assertThat(arguments.get(3)).isEqualTo(3);
      assertThat(arguments.get(4)).isEqualTo(config.address());
      assertThat(comm.get(JAVA_LONG, 0)).isEqualTo(0xC3);
    }
  }

  @Test
  void outputSlot_isFilled() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment version = arena.allocate(JAVA_INT);

      assertThat(nccl.getVersion(version)).isZero();

      assertThat(version.get(JAVA_INT, 0)).isEqualTo(22809);
    }
  }

  @Test
  void outputSlotOnTheHeap_isRefused() {
    assertThatThrownBy(() -> nccl.commCount(1, MemorySegment.ofArray(new int[1])))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void texts_areRead() {
    assertThat(nccl.getErrorString(3)).isEqualTo("words of the fake");
    assertThat(nccl.getLastError(0)).isEqualTo("words of the fake");
  }

  @Test
  void resultCodes_comeBackAsTheyAre() {
    fake.on("ncclGroupEnd", arguments -> 42);

    assertThat(nccl.groupEnd()).isEqualTo(42);
  }

  @Test
  void missingFunction_namesCallNeededAndFoundVersion() {
    NcclLibrary old = new FakeNccl(21903).library();

    assertThat(old.missing())
        .contains(NcclFunction.ALL_TO_ALL, NcclFunction.GATHER, NcclFunction.SCATTER)
        .allSatisfy(function -> assertThat(function.since()).isGreaterThan(21903));
    assertThatThrownBy(() -> old.binding().allToAll(1, 2, 3, 0, 4, 5))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContainingAll("ncclAlltoAll", "2.28.3", "2.19.3", "a fake");
  }
}
