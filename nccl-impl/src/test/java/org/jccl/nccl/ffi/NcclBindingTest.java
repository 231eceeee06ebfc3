package org.jccl.nccl.ffi;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jccl.spi.NcclFunction;
import org.junit.jupiter.api.Test;

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

  @Test
  void everyMethod_callsItsOwnFunction() {
    MemorySegment none = MemorySegment.NULL;
    nccl.getUniqueId(none);
    nccl.commInitAll(none, 1, none);
    nccl.commFinalize(1);
    nccl.commDestroy(1);
    nccl.commAbort(1);
    nccl.commCount(1, none);
    nccl.commCuDevice(1, none);
    nccl.commUserRank(1, none);
    nccl.redOpDestroy(5, 1);
    nccl.allReduce(0, 0, 0, 0, 0, 0, 0);
    nccl.broadcast(0, 0, 0, 0, 0, 0, 0);
    nccl.bcast(0, 0, 0, 0, 0, 0);
    nccl.reduce(0, 0, 0, 0, 0, 0, 0, 0);
    nccl.allGather(0, 0, 0, 0, 0, 0);
    nccl.reduceScatter(0, 0, 0, 0, 0, 0, 0);
    nccl.allToAll(0, 0, 0, 0, 0, 0);
    nccl.gather(0, 0, 0, 0, 0, 0, 0);
    nccl.scatter(0, 0, 0, 0, 0, 0, 0);
    nccl.send(0, 0, 0, 0, 0, 0);
    nccl.recv(0, 0, 0, 0, 0, 0);
    nccl.groupStart();
    nccl.groupEnd();
    nccl.memAlloc(none, 0);
    nccl.memFree(0);

    assertThat(fake.names())
        .containsExactly(
            "ncclGetUniqueId",
            "ncclCommInitAll",
            "ncclCommFinalize",
            "ncclCommDestroy",
            "ncclCommAbort",
            "ncclCommCount",
            "ncclCommCuDevice",
            "ncclCommUserRank",
            "ncclRedOpDestroy",
            "ncclAllReduce",
            "ncclBroadcast",
            "ncclBcast",
            "ncclReduce",
            "ncclAllGather",
            "ncclReduceScatter",
            "ncclAlltoAll",
            "ncclGather",
            "ncclScatter",
            "ncclSend",
            "ncclRecv",
            "ncclGroupStart",
            "ncclGroupEnd",
            "ncclMemAlloc",
            "ncclMemFree");
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
        .containsExactlyInAnyOrder(
            NcclFunction.ALL_TO_ALL, NcclFunction.GATHER, NcclFunction.SCATTER);
    assertThatThrownBy(() -> old.binding().allToAll(1, 2, 3, 0, 4, 5))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContainingAll("ncclAlltoAll", "2.28.3", "2.19.3", "a fake");
  }
}
