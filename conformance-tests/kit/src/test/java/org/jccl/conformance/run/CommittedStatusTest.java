package org.jccl.conformance.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The page that says what was shown where is the one that the committed tables make. */
class CommittedStatusTest {
  @Test
  void statusIsMadeOfTheCommittedTables() throws IOException {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve("docs"))) {
      root = root.getParent();
    }
    Path tables = root.resolve(Path.of("docs", "reports", "rules"));
    assertThat(root.resolve(Path.of("docs", "spec", "STATUS.md")))
        .as("make it anew: ./jccl report status")
        .hasContent(StatusPage.page(tables));
  }
}
