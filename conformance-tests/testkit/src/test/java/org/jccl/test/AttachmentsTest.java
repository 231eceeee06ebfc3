package org.jccl.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.MisuseKind;
import org.jccl.ReduceOp;
import org.jccl.ReportedMisuse;
import org.junit.jupiter.api.Test;

/** The files beside a failed test. */
class AttachmentsTest {
  private static final String FILES = "files:  ";

  private static Path folder() {
    String message = String.valueOf(Executed.failure(Samples.class, "mismatches").getMessage());
    return Path.of(message.substring(message.indexOf(FILES) + FILES.length()));
  }

  @Test
  void aFailedTest_leavesItsFindingsTraceAndTimeline() throws IOException {
    Path folder = folder();

    assertThat(Files.readString(folder.resolve("findings.json")))
        .startsWith(
            "[\n  {\"kind\": \"MISMATCH\", \"level\": \"error\", \"ranks\": [0, 1], \"sites\": [{")
        .containsOnlyOnce("\"kind\"")
        .contains(
            "{\"file\": \"AttachmentsTest.java\", \"line\": ", "\"message\": \"MISMATCH(count)")
        .endsWith("\"}\n]\n");
    assertThat(Files.readString(folder.resolve("findings.sarif")))
        .contains("\"ruleId\": \"MISMATCH\"", "\"uri\": \"AttachmentsTest.java\"");
    assertThat(Files.readString(folder.resolve("timeline.json"))).contains("traceEvents");
    assertThat(Files.readAllLines(folder.resolve("trace.jsonl")))
        .contains("{\"event\": \"resume\", \"rank\": 1}")
        .anyMatch(line -> line.matches(".*\"enqueue\", \"device\": 1, .*\"all_reduce\"}"))
        .allMatch(line -> line.matches("\\{\"event\": \"\\w+\"(, \"\\w+\": (\\d+|\"\\w+\"))+}"));
  }

  @Test
  void wordsOfAReport_areQuoted() {
    ReportedMisuse report =
        new ReportedMisuse(MisuseKind.BUFFER_REUSE, List.of(2), "\"a\\b\"\n→ A.java:3, A.java:3");

    assertThat(FindingsJson.of(List.of(report, report)))
        .contains("\"sites\": [{\"file\": \"A.java\", \"line\": 3}], \"message\": \"\\\"a\\\\b\\\"")
        .contains("\\u000a\\u2192 A.java:3, A.java:3\"},\n  {\"kind\"");
    assertThat(FindingsJson.of(List.of())).isEqualTo("[]\n");
  }

  /** A test that is run by one above. */
  static class Samples {
    @RankTest(seeds = 0, strict = Strictness.OFF)
    void mismatches(Communicator comm) {
      int count = 4 - comm.rank();
      try (DeviceBuffer buffer = comm.device().allocate(DataType.FLOAT32, count)) {
        buffer.copyFrom(new float[count]);
        comm.allReduce(buffer, ReduceOp.SUM);
        comm.defaultStream().synchronize();
      }
    }
  }
}
