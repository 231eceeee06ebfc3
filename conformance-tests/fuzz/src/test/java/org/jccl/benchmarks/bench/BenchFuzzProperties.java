package org.jccl.benchmarks.bench;

import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jccl.conformance.fuzz.Mutations;
import org.jccl.conformance.fuzz.Reading;

/** What ranks of a benchmark send each other, and what people write on its command line. */
class BenchFuzzProperties {
  @Provide
  Arbitrary<byte[]> results() {
    return Mutations.bytes(
        new RankResult(new RankTimes(2.5, new double[] {1, 2, 3}, 5, 25), 7, "").toBytes(),
        RankResult.refused("the library has no such type").toBytes());
  }

  @Property
  void results_areReadOrRefused(@ForAll("results") byte[] bytes) {
    Reading.endsWell(() -> RankResult.ofBytes(bytes), IllegalArgumentException.class);
  }

  @Provide
  Arbitrary<String> words() {
    return Mutations.texts("1.5MiB", "8", "4GB", "float", "f8e4m3");
  }

  @Property
  void sizes_areReadOrRefused(@ForAll("words") String text) {
    Reading.endsWell(() -> ByteSize.parse(text), IllegalArgumentException.class);
  }

  @Property
  void types_areReadOrRefused(@ForAll("words") String text) {
    Reading.endsWell(() -> TypeNames.parse(text), IllegalArgumentException.class);
  }
}
