package org.jccl.fidelity.seeds;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jccl.conformance.fuzz.Mutations;
import org.jccl.conformance.fuzz.Reading;

/** The table of a range of seeds, which may be that of a run that was cut off. */
class SeedTableFuzzProperties {
  private static final List<String> COLUMNS =
      List.of("seed", "ranks", "communicators", "calls", "observed", "result");

  @Provide
  Arbitrary<byte[]> tables() {
    String table =
        """
        seed\tranks\tcommunicators\tcalls\tobserved\tresult
        1\t2\t1\t7\tffee\tagree
        2\t3\t1\t9\t12\tdiffer
        """;
    return Mutations.bytes(table.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  @Property
  void tables_areReadOrNamedByLine(@ForAll("tables") byte[] bytes) throws IOException {
    Path file = Reading.file(bytes);
    try {
      Reading.endsWell(
          () -> SeedTable.open(file, "", COLUMNS).totals(),
          IOException.class,
          MalformedInputException.class);
    } finally {
      Files.delete(file);
    }
  }
}
