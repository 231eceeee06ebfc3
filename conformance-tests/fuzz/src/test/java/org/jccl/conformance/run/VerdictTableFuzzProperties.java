package org.jccl.conformance.run;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jccl.conformance.fuzz.Mutations;
import org.jccl.conformance.fuzz.Reading;

/** The tables of verdicts of which the status page is made. */
class VerdictTableFuzzProperties {
  @Provide
  Arbitrary<byte[]> tables() {
    String table =
        """
        # sim
        # 8 devices; 30 s
        rule\tverdict\ttests\tmillis\twords
        COL-04\tpassed\t3\t120\tall ranks get the sum
        RMA-01\tskipped\t1\t0\tneeds 2.29
        """;
    return Mutations.bytes(table.getBytes(StandardCharsets.UTF_8));
  }

  @Property
  void tables_areReadOrNamedByLine(@ForAll("tables") byte[] bytes) throws IOException {
    Path file = Reading.file(bytes);
    try {
      Reading.endsWell(
          () -> VerdictTable.read(file), IOException.class, MalformedInputException.class);
    } finally {
      Files.delete(file);
    }
  }
}
