package org.jccl.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.ReduceOp;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.testkit.engine.EngineExecutionResults;

/** Schedules that a search decides. */
class SearchNodeTest {
  private static final Pattern REPLAY = Pattern.compile("@RankTest\\(replay = \"([^\"]*)\"\\)");

  @Test
  void aCompleteSearch_saysSo_inTheReport() {
    EngineExecutionResults results = Executed.run(Samples.class, "reduces");

    assertThat(results.testEvents().finished().list())
        .extracting(event -> event.getTestDescriptor().getDisplayName())
        .containsExactly("[ranks=2 exhaustive]", "[ranks=2 pct(3)]");
    assertThat(results.testEvents().failed().list()).isEmpty();
    assertThat(results.testEvents().reportingEntryPublished().list())
        .extracting(event -> event.getRequiredPayload(ReportEntry.class))
        .anySatisfy(
            entry ->
                assertThat(entry.getKeyValuePairs().get("jccl"))
                    .matches("ranks=2 exhaustive, complete: [0-9,]+ schedules, 0 failures"));
  }

  @Test
  void aScheduleThatFails_isRepeatedByItsChoices_inThisAndAnyOtherRun() {
    String message = Executed.failure(Samples.class, "closesTooEarly").getMessage();
    Matcher replay = REPLAY.matcher(message);
    assertThat(replay.find()).describedAs(message).isTrue();

    assertThat(message)
        .startsWith("closesTooEarly failed with ranks=2 choices=")
        .contains("SearchNodeTest.java:");
    for (int i = 0; i < 2; i++) {
      EngineExecutionResults again =
          Executed.run(
              Samples.class, "closesTooEarly", Map.of(RankTestExtension.REPLAY, replay.group(1)));
      assertThat(Executed.failure(again)).hasMessage(message);
    }
  }

  @Test
  void whatIsAllowed_endsNoSearch() {
    assertThat(Executed.run(Samples.class, "leaksOnPurpose").testEvents().failed().list())
        .isEmpty();
  }

  /** Tests that are run by the tests above. */
  static class Samples {
    private static void reduce(Communicator comm) {
      try (DeviceBuffer buffer = comm.device().allocate(DataType.FLOAT32, 2)) {
        buffer.copyFrom(new float[2]);
        comm.allReduce(buffer, ReduceOp.SUM);
        comm.defaultStream().synchronize();
      }
    }

    @RankTest(
        seeds = 5,
        schedules = {"exhaustive", "pct(3)"})
    void reduces(Communicator comm) {
      reduce(comm);
    }

    /** Right if no call waits for its peers. */
    @RankTest(schedules = "exhaustive")
    void closesTooEarly(Rank rank, Communicator comm, Device device) {
      try (DeviceBuffer one = device.allocate(DataType.FLOAT32, 1);
          DeviceBuffer other = device.allocate(DataType.FLOAT32, 1)) {
        one.copyFrom(1f);
        comm.send(one, 1 - rank.rank());
        comm.recv(other, 1 - rank.rank());
        comm.defaultStream().synchronize();
      }
    }

    @RankTest(schedules = "exhaustive")
    @Allow(Remains.LEAK)
    void leaksOnPurpose(Device device) {
      device.allocate(DataType.FLOAT32, 1);
    }
  }
}
