package org.jccl.benchmarks.snippets;

import java.nio.file.Path;
import org.jccl.CommunicatorConfig;
import org.jccl.observe.CrossRankCheck;
import org.jccl.observe.FlightRecorder;
import org.jccl.observe.NanCheck;

/** The code of docs/observing.md. */
final class Observing {
  private Observing() {}

  static CommunicatorConfig config() {
    // @start region="config"
    CommunicatorConfig config =
        CommunicatorConfig.builder()
            .listener(FlightRecorder.builder().directory(Path.of("flights")).build())
            .listener(new NanCheck())
            .listener(CrossRankCheck.every(8))
            .build();
    // @end
    return config;
  }
}
