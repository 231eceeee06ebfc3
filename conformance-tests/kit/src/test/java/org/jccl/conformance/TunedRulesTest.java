package org.jccl.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jccl.conformance.harness.SimulatorSubject;
import org.jccl.conformance.run.RuleTests;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The simulator obeys the rules with every communicator tuned: thread blocks and windows. */
class TunedRulesTest {
  private static final String PROPERTY = "jccl.tuning";

  @TempDir private static Path folder;

  @BeforeAll
  static void tune() throws IOException {
    Path file = folder.resolve("tuning.txt");
    Files.writeString(
        file,
        """
        machine any | ranks any | nccl any | driver none
        choice ctas 32 | windows yes | why every rule is to hold with it
        """);
    System.setProperty(PROPERTY, file.toString());
  }

  @AfterAll
  static void untune() {
    System.clearProperty(PROPERTY);
  }

  @TestFactory
  Stream<DynamicTest> everyRuleHolds() {
    return RuleTests.of(new SimulatorSubject());
  }
}
