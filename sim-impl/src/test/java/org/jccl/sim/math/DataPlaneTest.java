package org.jccl.sim.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jccl.DataType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataPlaneTest {
  private final Arena arena = Arena.ofShared();
  private final WorkCrew crew = new WorkCrew(3);
  private final DataPlane plane = new DataPlane(new ScalarKernels(), crew);

  @AfterEach
  void free() {
    crew.close();
    arena.close();
  }

  @Test
  void aloneSum_copiesBitsUnchanged() {
    MemorySegment in = ints(0xFFC0_0001, 0x7F80_0001);
    MemorySegment out = ints(0, 0);

    plane.reduce(at(in), sum(), new RankOrder(1), 2, at(out));

    assertThat(out.mismatch(in)).as("AVG-06: not even NaNs change").isEqualTo(-1);
  }

  @Test
  void aloneAverage_multipliesOnceAndCanonicalisesNans() {
    MemorySegment in = ints(0xFFC0_0001, 0x3F80_0000);

    plane.reduce(at(in), ReducePlan.average(DataType.FLOAT32, 1), new RankOrder(1), 2, at(in));

    assertThat(in.toArray(ValueLayout.JAVA_INT)).containsExactly(0x7FFF_FFFF, 0x3F80_0000);
  }

  @Test
  void aloneIntegerAverage_copies() {
    MemorySegment in = ints(7, -7);
    MemorySegment out = ints(0, 0);

    plane.reduce(at(in), ReducePlan.average(DataType.INT32, 1), new RankOrder(1), 2, at(out));

    assertThat(out.toArray(ValueLayout.JAVA_INT)).containsExactly(7, -7);
  }

  @Test
  void integerAverage_wrapsBeforeItDivides() {
    MemorySegment a = ints(Integer.MAX_VALUE, -3);
    MemorySegment b = ints(1, -4);

    plane.reduce(at(a, b), ReducePlan.average(DataType.INT32, 2), new RankOrder(2), 2, at(a, b));

    assertThat(a.toArray(ValueLayout.JAVA_INT)).containsExactly(Integer.MIN_VALUE / 2, -3);
    assertThat(b.toArray(ValueLayout.JAVA_INT)).containsExactly(Integer.MIN_VALUE / 2, -3);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 1000, 600_000})
  void broadcast_reachesEveryPlaceAndSkipsItself(int bytes) {
    MemorySegment from = random(bytes, 1);
    MemorySegment other = arena.allocate(bytes + 3L);
    Places destinations = new Places(2).add(from, 0).add(other, 3);

    plane.broadcast(from, 0, bytes, destinations);

    assertThat(other.asSlice(3).mismatch(from)).isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 1000, 300_000})
  void gather_putsSourcesOneAfterTheOther(int bytes) {
    MemorySegment a = arena.allocate(2L * bytes);
    MemorySegment b = arena.allocate(2L * bytes);
    MemorySegment.copy(random(bytes, 1), 0, a, 0, bytes);
    MemorySegment.copy(random(bytes, 2), 0, b, bytes, bytes);

    plane.gather(new Places(2).add(a, 0).add(b, bytes), bytes, at(a, b));

    assertThat(a.mismatch(b)).isEqualTo(-1);
    assertThat(a.asSlice(0, bytes).mismatch(random(bytes, 1))).isEqualTo(-1);
    assertThat(a.asSlice(bytes).mismatch(random(bytes, 2))).isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 1000, 300_000})
  void transpose_putsBlockDOfEverySourceIntoDestinationD(int bytes) {
    MemorySegment a = random(2 * bytes, 1);
    MemorySegment b = random(2 * bytes, 2);
    MemorySegment toA = arena.allocate(2L * bytes);
    MemorySegment toB = arena.allocate(2L * bytes);

    plane.transpose(at(a, b), bytes, at(toA, toB));

    assertThat(toA.asSlice(0, bytes).mismatch(a.asSlice(0, bytes))).isEqualTo(-1);
    assertThat(toA.asSlice(bytes).mismatch(b.asSlice(0, bytes))).isEqualTo(-1);
    assertThat(toB.asSlice(0, bytes).mismatch(a.asSlice(bytes))).isEqualTo(-1);
    assertThat(toB.asSlice(bytes).mismatch(b.asSlice(bytes))).isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1000, 900_000})
  void copy_movesBytes(int bytes) {
    MemorySegment from = random(bytes, 1);
    MemorySegment to = arena.allocate(bytes);

    plane.copy(from, 0, to, 0, bytes);

    assertThat(to.mismatch(from)).isEqualTo(-1);
  }

  @Test
  void reduce_withAPlanOfAnotherWorldSize_isRefused() {
    MemorySegment memory = ints(1, 2);
    assertThatThrownBy(
            () ->
                plane.reduce(
                    at(memory, memory),
                    ReducePlan.average(DataType.FLOAT32, 3),
                    new RankOrder(2),
                    2,
                    at(memory)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> plane.reduce(at(memory), sum(), new RankOrder(2), 2, at(memory)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void failureInAHelper_reachesTheCaller() {
    MemorySegment big = arena.allocate(4 << 20);
    MemorySegment small = arena.allocate(64);

    assertThatThrownBy(() -> plane.copy(big, 0, small, 0, 4 << 20))
        .isInstanceOf(IndexOutOfBoundsException.class);

    plane.copy(big, 0, arena.allocate(4 << 20), 0, 4 << 20);
  }

  @Test
  void manyCallersAtOnce_virtualAndPlatform_allGetTheirResult() throws InterruptedException {
    int callers = 12;
    MemorySegment[] outs = new MemorySegment[callers];
    Thread[] threads = new Thread[callers];
    for (int c = 0; c < callers; c++) {
      MemorySegment in = random(1 << 20, c);
      MemorySegment out = arena.allocate(1 << 20);
      outs[c] = out;
      Runnable work =
          () -> {
            for (int round = 0; round < 20; round++) {
              plane.copy(in, 0, out, 0, 1 << 20);
            }
          };
      threads[c] = (c & 1) == 0 ? Thread.startVirtualThread(work) : Thread.ofPlatform().start(work);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    for (int c = 0; c < callers; c++) {
      assertThat(outs[c].mismatch(random(1 << 20, c))).isEqualTo(-1);
    }
  }

  private static ReducePlan sum() {
    return ReducePlan.of(Arithmetic.SUM, DataType.FLOAT32);
  }

  private static Places at(MemorySegment... segments) {
    Places places = new Places(segments.length);
    for (MemorySegment segment : segments) {
      places.add(segment, 0);
    }
    return places;
  }

  private MemorySegment ints(int... values) {
    return arena.allocateFrom(ValueLayout.JAVA_INT, values);
  }

  private MemorySegment random(int bytes, long seed) {
    MemorySegment segment = arena.allocate(bytes);
    Inputs.fill(segment, 0, DataType.UINT8, bytes, Inputs.Kind.RAW, seed);
    return segment;
  }
}
