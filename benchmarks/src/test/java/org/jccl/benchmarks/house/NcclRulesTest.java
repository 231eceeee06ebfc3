package org.jccl.benchmarks.house;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jccl.BackendConfig;
import org.jccl.Backends;
import org.jccl.Backends.Considered;
import org.jccl.conformance.harness.RunScreen;
import org.jccl.conformance.run.VerifyRun;
import org.junit.jupiter.api.Test;

/** NCCL obeys the rules: on the GPUs of this machine, or aborted with the reason. */
class NcclRulesTest {
  @Test
  void everyRuleHolds() throws IOException {
    List<Considered> found =
        Backends.considered(BackendConfig.defaults()).stream()
            .filter(each -> each.name().equals("nccl"))
            .toList();
    assertThat(found).as("the nccl backend is on the class path").hasSize(1);
    if (!found.getFirst().availability().available()) {
      String why = "NCCL is not tested here: " + found.getFirst().availability().reason();
      System.err.println("conformance: " + why);
      abort(why);
    }
    Path folder = Path.of("target/conformance");
    VerifyRun run = new VerifyRun(RunScreen.plain(System.out));
    assertThat(run.run("nccl", List.of(), folder)).isEqualTo(VerifyRun.OK);
  }
}
