package org.jccl.conformance.misuse.matrix;

import java.util.List;
import java.util.stream.Stream;

/** All families. */
final class Families {
  private Families() {}

  static List<Family> all() {
    return Stream.of(
            CollectiveFamilies.all(),
            MessageFamilies.all(),
            OrderFamilies.all(),
            MemoryFamilies.all(),
            LifeFamilies.all(),
            WindowFamilies.all(),
            ThreadFamilies.all(),
            SuiteFamilies.all(),
            RaceFamilies.all(),
            WorkFamilies.all())
        .flatMap(List::stream)
        .toList();
  }
}
