package org.jccl.fidelity.differential;

import java.util.stream.Stream;
import org.jccl.conformance.liars.Liars;
import org.jccl.conformance.run.LiarTests;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Whole programs find liars out that no single call betrays. */
class DifferentialLiarsTest {
  @TestFactory
  Stream<DynamicTest> everyLiarIsFoundOut() {
    return LiarTests.of(Liars.ofWholePrograms());
  }
}
