package org.jccl.sim.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import org.junit.jupiter.api.Test;

/** The text of a timeline; what stands in it is tested where a JSON parser is at hand. */
class TimelineTest {
  @Test
  void text_isEscaped_andTimesAreMicroseconds() {
    StringWriter out = new StringWriter();
    Timeline timeline = new Timeline(out);
    timeline
        .slice(Lane.stream(1, 2), "c", "a \"b\" \\ \n µ", 1_234_005, 1_234_105)
        .with("site", "x\t")
        .with("absent", null)
        .with("count", -3)
        .end();
    assertThat(timeline.close()).isNull();
    assertThat(out.toString())
        .startsWith("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n{\"ph\":\"M\"")
        .contains(
            "\"name\":\"a \\\"b\\\" \\\\ \\u000a \\u00b5\"",
            "\"ts\":1234.005,\"dur\":0.100",
            "\"args\":{\"site\":\"x\\u0009\",\"count\":-3}}")
        .endsWith("}\n]}\n");
  }

  @Test
  void aFullDisk_endsTheTimeline_notTheSimulation() {
    Timeline timeline =
        new Timeline(
            new Writer() {
              @Override
              public void write(char[] text, int offset, int length) throws IOException {
                throw new IOException("no space left");
              }

              @Override
              public void flush() {}

              @Override
              public void close() {}
            });
    timeline.instant(Lane.host(0, 3), "host", "call", 5).end();
    assertThat(timeline.close()).hasMessage("no space left");
  }
}
