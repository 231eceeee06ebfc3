package org.jccl.benchmarks.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.jccl.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PatternTest {
  @ParameterizedTest
  @EnumSource(DataType.class)
  void copy_isFoundRight_alsoAcrossThePeriod(DataType type) {
    Pattern pattern = Pattern.generate(type, Long.MAX_VALUE, i -> mixed(i));
    MemorySegment segment = MemorySegment.ofArray(new byte[100 * type.bytes()]);
    long first = 3L * Pattern.PERIOD - 50;
    pattern.copyTo(segment, first);
    assertThat(pattern.countWrong(segment, first, 0)).isZero();
    assertThat(pattern.countWrong(segment, first + 1, 0)).isGreaterThan(90);
  }

  private static long mixed(long index) {
    return new SplittableRandom(index).nextLong();
  }

  @Test
  void wrongElements_areCountedOneByOne() {
    Pattern pattern = Pattern.generate(DataType.INT32, 100, i -> i);
    MemorySegment segment = MemorySegment.ofArray(new int[100]);
    pattern.copyTo(segment, 0);
    segment.setAtIndex(ValueLayout.JAVA_INT, 17, 19);
    segment.setAtIndex(ValueLayout.JAVA_INT, 99, -1);
    assertThat(pattern.countWrong(segment, 0, 0)).isEqualTo(2);
    assertThat(pattern.countWrong(segment, 0, 2)).isEqualTo(1);
  }

  @Test
  void shortSequence_coversOnlyItself() {
    Pattern pattern = Pattern.generate(DataType.INT8, 10, i -> i);
    assertThat(pattern.covers(10)).isTrue();
    assertThat(pattern.covers(11)).isFalse();
  }
}
