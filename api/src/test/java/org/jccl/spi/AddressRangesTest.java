package org.jccl.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AddressRangesTest {
  @Test
  void oneRangeHasToHaveAllBytes() {
    AddressRanges ranges = new AddressRanges();
    assertThat(ranges.cover(100, 1)).isFalse();
    ranges.add(100, 50);
    ranges.add(150, 50);
    assertThat(ranges.cover(100, 50)).isTrue();
    assertThat(ranges.cover(149, 1)).isTrue();
    assertThat(ranges.cover(149, 2)).isFalse();
    assertThat(ranges.cover(99, 2)).isFalse();
    ranges.remove(100, 50);
    ranges.remove(100, 50);
    assertThat(ranges.cover(100, 50)).isFalse();
    assertThat(ranges.cover(150, 50)).isTrue();
  }

  @Test
  void itAnswersAsAListDoes_whateverLiesInWhat() {
    Random random = new Random(4);
    AddressRanges ranges = new AddressRanges();
    List<long[]> open = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      if (open.size() > 6) {
        long[] gone = open.remove(random.nextInt(open.size()));
        ranges.remove(gone[0], gone[1]);
      }
      long[] added = {random.nextInt(100), 1L + random.nextInt(60)};
      open.add(added);
      ranges.add(added[0], added[1]);
      long from = random.nextInt(160);
      long bytes = 1L + random.nextInt(50);
      assertThat(ranges.cover(from, bytes))
          .isEqualTo(open.stream().anyMatch(r -> r[0] <= from && r[0] + r[1] >= from + bytes));
    }
  }
}
