package org.jccl.benchmarks.peers;

import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jccl.conformance.fuzz.Mutations;
import org.jccl.conformance.fuzz.Reading;

/** What measuring programs of peers print. */
class SampleFuzzProperties {
  @Provide
  Arbitrary<String> outputs() {
    return Mutations.texts(
        "a warning\nmpi\tallreduce\t2\t8\t1.5\t1000\nmpi\tallreduce\t2\t16\t2.5\t1000\t30\n");
  }

  @Property
  void outputs_areReadOrRefused(@ForAll("outputs") String text) {
    Reading.endsWell(() -> PeerSample.parse("mpi", text), IllegalArgumentException.class);
  }
}
